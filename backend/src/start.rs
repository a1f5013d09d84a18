//! Starts everything and stops it, in an order that loses nothing.

#[cfg(test)]
mod tests;

use std::time::Duration;

use parking_lot::Mutex;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use wire::topic::Topic;

use crate::{
    Clock, Error, Random,
    accounts::{self, Accounts, Caller},
    chat::{Chat, Parts},
    db::{DatabaseUrl, Db, OpenError},
    echo::Echo,
    hub::{Hub, Memory, TopicKind},
    log::{Log, Retention},
};

/// How often the log lets go of what is too old. A round over topics with nothing to let go of costs a read.
const TRIM_EVERY: Duration = Duration::from_secs(60);

/// What the backend is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the data is.
    pub database: DatabaseUrl,
    /// Who may, and how often.
    pub accounts: accounts::Settings,
    /// How much of the event log is kept.
    pub retention: Retention,
    /// Tells the time of day.
    pub clock: Clock,
    /// Where secrets and ids come from.
    pub random: Random,
}

impl Config {
    /// Defaults, for a database.
    pub fn new(database: DatabaseUrl) -> Self {
        let (accounts, retention) = (accounts::Settings::default(), Retention::default());
        Self {
            database,
            accounts,
            retention,
            clock: Clock::system(),
            random: Random::from_os(),
        }
    }
}

/// Why the backend could not start: one clear line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// A service.
    #[error("cannot start: {0}")]
    Service(#[from] Error),
}

/// All that Flotilla does. One a process, shared by reference.
#[derive(Debug)]
pub struct Backend {
    /// The time of day.
    pub clock: Clock,
    /// Secrets and ids.
    pub random: Random,
    /// The database.
    pub db: Db,
    /// Fan-out to live connections.
    pub hub: Hub,
    /// What durable topics said.
    pub log: Log,
    /// Durable topics that live in memory.
    pub memory: Memory,
    /// Who may.
    pub accounts: Accounts,
    /// Rooms.
    pub chat: Chat,
    /// What is said comes back.
    pub echo: Echo,
    /// Ended with the backend.
    tasks: Mutex<JoinSet<()>>,
}

impl Backend {
    /// Opens the database and starts the services.
    ///
    /// # Errors
    /// One clear line for whoever starts the program.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let Config {
            database,
            accounts: settings,
            retention,
            clock,
            random,
        } = config;
        let open = settings.open;
        let db = Db::open(&database, &clock).await?;
        let hub = Hub::new(random.clone());
        let memory = Memory::new(hub.clone(), random.clone());
        let log = Log::new(hub.clone(), clock.clone());
        let accounts =
            Accounts::start(db.clone(), hub.clone(), clock.clone(), random.clone(), settings).await?;
        let chat = Chat::new(Parts {
            db: db.clone(),
            log: log.clone(),
            hub: hub.clone(),
            accounts: accounts.clone(),
            clock: clock.clone(),
            random: random.clone(),
            open,
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(trim(log.clone(), db.clone(), retention));
        tasks.spawn(keep_whole(hub.clone()));
        let echo = Echo::default();
        Ok(Self {
            clock,
            random,
            db,
            hub,
            log,
            memory,
            accounts,
            chat,
            echo,
            tasks: Mutex::new(tasks),
        })
    }

    /// Whether the caller may follow the topic, and of which kind it is. One that is not for the caller looks like one
    /// that is not there.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] for a stranger, [`Error::NotFound`].
    pub async fn authorise(&self, caller: &Caller, topic: &Topic) -> Result<TopicKind, Error> {
        caller.person()?;
        match topic.namespace() {
            "chat" => self
                .chat
                .may_follow(caller, topic.name())
                .await
                .map(|_| TopicKind::Durable),
            // A scratch pad is for accounts: a guest may use open rooms and lists, and nothing else.
            "echo" if !topic.name().is_empty() => caller.member().map(|_| TopicKind::Memory),
            _ => Err(Error::NotFound),
        }
    }

    /// Tells live connections to go, finishes the writes that are queued and closes the database.
    pub async fn shutdown(&self) {
        self.hub.shutdown();
        self.tasks.lock().abort_all();
        self.accounts.shutdown().await;
        self.db.close().await;
    }
}

async fn keep_whole(hub: Hub) {
    hub.keep_whole().await;
}

async fn trim(log: Log, db: Db, keep: Retention) {
    let mut rounds = interval(TRIM_EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        match log.trim(&db, keep).await {
            Ok(trimmed) if trimmed.events > 0 => {
                tracing::debug!(trimmed.events, trimmed.topics, "the log was trimmed");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the log cannot be trimmed"),
        }
    }
}
