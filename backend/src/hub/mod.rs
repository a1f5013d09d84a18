//! Fan-out to live connections.
//!
//! Read in this order: [`publication`] (what goes out, encoded once and shared), [`outbox`] (a connection's bounded
//! queue), [`channel`] (a topic and the order of its events), [`connection`] (what a socket's task holds), [`bus`] (the
//! seam to other nodes), [`memory`] (durable topics that live in memory).
//!
//! Invariants:
//! - A durable topic's events reach a connection in the order of their offsets, each once.
//! - No lock is held across an await, and they nest in one order only: hub, channel, outbox.
//! - A publication costs each subscriber a lock and a queue slot; its bytes are made once for each encoding.
//! - A connection that reads too slowly is told to go and resume; nothing is silently skipped, but that a newer latest value
//!   replaces an older one.
//!
//! Deliberately absent: who may follow what (the features know), and history (the log has it).

mod bus;
mod channel;
mod connection;
mod memory;
mod outbox;
mod publication;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval},
};
use wire::{accounts::Person, topic::Topic};

use crate::Random;

use channel::Channel;
use connection::Link;
use outbox::Outbox;

pub use bus::{Bus, Local, News};
pub use connection::{Client, Connection, Disconnect, MAX_TOPICS, Refused};
pub use memory::{KEPT_BYTES, KEPT_EVENTS, KEPT_TOPICS, Kept, Memory};
pub use outbox::QUEUE_BYTES;
pub use publication::{ClientId, ClientInfo, ENCODINGS, Encoding, Publication, Push, Unsubscribe};

/// How long an event may be missing while later ones are there. Commits overtake each other by milliseconds; what is
/// missing for longer was lost on the way, and the log is asked instead.
pub const GAP_TIME: Duration = Duration::from_secs(1);

/// People, or connections, that a topic shows at most as present. Nobody reads a longer list, and it must fit in a
/// connection's queue ([`QUEUE_BYTES`]) with room to spare: one of the longest names takes some 300 bytes, 500 bytes as
/// JSON.
pub const MOST_SHOWN: usize = 500;

/// How many follow a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Present {
    /// Connections.
    pub connections: usize,
    /// People, strangers together as one.
    pub people: usize,
}

/// How a topic keeps what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicKind {
    /// Events in the log, with offsets.
    Durable,
    /// The last few events, with offsets, in memory.
    Memory,
    /// Only the newest value counts; no offsets.
    Latest,
}

/// The hub. Cheap to clone; clones are one hub.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    random: Random,
    bus: Box<dyn Bus>,
    queue_bytes: usize,
    topics: Mutex<HashMap<Topic, Arc<Channel>>>,
    links: Mutex<HashMap<u64, Arc<Link>>>,
    numbers: AtomicU64,
    published: AtomicU64,
    closed: AtomicBool,
    /// Told whenever the last connection went.
    idle: Notify,
}

/// What `/metrics` shows of the hub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HubStats {
    /// Open connections.
    pub connections: usize,
    /// Topics that somebody follows.
    pub topics: usize,
    /// Connections following a topic, over all topics.
    pub subscriptions: usize,
    /// Bytes that wait for connections to take them.
    pub queued_bytes: usize,
    /// Publications since the start.
    pub published: u64,
}

impl Hub {
    /// A hub of one node, with [`QUEUE_BYTES`] for each connection.
    pub fn new(random: Random) -> Self {
        Self::with(random, Box::new(Local), QUEUE_BYTES)
    }

    /// A hub with a bus and a bound of its own for each connection's queue.
    pub fn with(random: Random, bus: Box<dyn Bus>, queue_bytes: usize) -> Self {
        Self(Arc::new(Inner {
            random,
            bus,
            queue_bytes,
            topics: Mutex::default(),
            links: Mutex::default(),
            numbers: AtomicU64::new(0),
            published: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            idle: Notify::new(),
        }))
    }

    /// Tells a durable topic's followers of an event that is in the log. In any order, from any thread: each offset is
    /// passed on once, in order.
    pub fn publish(&self, publication: Arc<Publication>) {
        self.tell(News::Grew(&publication));
        if let Some(channel) = self.channel(&publication.topic) {
            match publication.offset {
                Some(offset) => channel.event(publication, offset),
                None => channel.signal(&publication),
            }
        }
    }

    /// Tells a topic's followers something that no log holds. It may be lost.
    pub fn signal(&self, publication: &Publication) {
        self.tell(News::Signal(publication));
        if let Some(channel) = self.channel(&publication.topic) {
            channel.signal(publication);
        }
    }

    /// Tells a topic's followers its newest value. An older one that still waits for a connection is replaced.
    pub fn latest(&self, publication: &Publication) {
        self.tell(News::Latest(publication));
        if let Some(channel) = self.channel(&publication.topic) {
            channel.latest(publication);
        }
    }

    /// A new connection. After [`Hub::shutdown`] it is told to go at once.
    pub fn connect(&self, client: Client) -> Connection {
        let link = Arc::new(Link {
            number: self.number(),
            info: Arc::new(ClientInfo {
                client: ClientId::new(self.0.random.bytes()),
                person: client.person,
            }),
            session: client.session,
            encoding: client.encoding,
            outbox: Outbox::new(self.0.queue_bytes),
        });
        self.0.links.lock().insert(link.number, link.clone());
        // Looked at after it is listed: either this sees the shutdown or the shutdown sees this.
        if self.0.closed.load(Ordering::SeqCst) {
            link.outbox.close(Disconnect::SHUTDOWN);
        }
        Connection::new(self.clone(), link)
    }

    /// Closes the connections of a sign-in session that ended.
    pub fn disconnect_session(&self, session: i64) {
        self.0.bus.tell(News::SessionEnded(session));
        self.close_where(Disconnect::FORCED, |link| link.session == Some(session));
    }

    /// Closes all connections of a person: for good, or so that they come back as who they are now
    /// ([`Disconnect::CHANGED`]).
    pub fn disconnect_user(&self, user: i64, why: Disconnect) {
        self.0.bus.tell(News::PersonDisconnected(user, why));
        self.close_where(why, |link| is_of(&link.info, user));
    }

    /// Ends a person's subscriptions to a topic that they may no longer see.
    pub fn unsubscribe_user(&self, user: i64, topic: &Topic) {
        self.end(topic, Unsubscribe::REMOVED, |info| is_of(info, user));
    }

    /// Sends a topic's followers back to its history: what they have does not go on.
    pub fn restart(&self, topic: &Topic) {
        self.end(topic, Unsubscribe::INSUFFICIENT_STATE, |_| true);
    }

    /// Tells every connection that the server stops, and every later one too.
    pub fn shutdown(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
        self.close_where(Disconnect::SHUTDOWN, |_| true);
    }

    /// Returns when there is no connection.
    pub async fn idle(&self) {
        loop {
            let told = self.0.idle.notified();
            if self.0.links.lock().is_empty() {
                return;
            }
            told.await;
        }
    }

    /// Watches for events that stay missing, for as long as it is polled. The backend runs it.
    pub async fn keep_whole(&self) {
        let mut ticks = interval(GAP_TIME);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.send_back_to_log(Instant::now() - GAP_TIME);
        }
    }

    /// The connections that follow a topic; of more than [`MOST_SHOWN`] the newest.
    pub fn presence(&self, topic: &Topic) -> Vec<Arc<ClientInfo>> {
        self.channel(topic)
            .map(|channel| channel.presence(MOST_SHOWN))
            .unwrap_or_default()
    }

    /// The people who follow a topic, each once, by name; of more than [`MOST_SHOWN`] the newest, so that who has just come
    /// is among them.
    pub fn people(&self, topic: &Topic) -> Vec<Arc<Person>> {
        let mut people = self
            .channel(topic)
            .map(|channel| channel.people(MOST_SHOWN))
            .unwrap_or_default();
        people.sort_unstable_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        people
    }

    /// How many follow a topic.
    pub fn present(&self, topic: &Topic) -> Present {
        self.channel(topic)
            .map(|channel| channel.present())
            .unwrap_or_default()
    }

    /// Figures for `/metrics`.
    pub fn stats(&self) -> HubStats {
        let channels: Vec<_> = self.0.topics.lock().values().cloned().collect();
        let links = self.0.links.lock();
        HubStats {
            connections: links.len(),
            topics: channels.len(),
            subscriptions: channels.iter().map(|channel| channel.len()).sum(),
            queued_bytes: links.values().map(|link| link.outbox.bytes()).sum(),
            published: self.0.published.load(Ordering::Relaxed),
        }
    }

    fn tell(&self, news: News<'_>) {
        self.0.published.fetch_add(1, Ordering::Relaxed);
        self.0.bus.tell(news);
    }

    fn number(&self) -> u64 {
        self.0.numbers.fetch_add(1, Ordering::Relaxed)
    }

    fn channel(&self, topic: &Topic) -> Option<Arc<Channel>> {
        self.0.topics.lock().get(topic).cloned()
    }

    fn add(&self, topic: &Topic, link: &Arc<Link>, joins: bool) -> Arc<Channel> {
        let mut topics = self.0.topics.lock();
        let channel = topics
            .entry(topic.clone())
            .or_insert_with(|| Arc::new(Channel::new(self.number(), topic.clone())))
            .clone();
        // Under the map's lock, so that an empty channel cannot be dropped in between.
        channel.add(link, joins);
        channel
    }

    fn remove(&self, topic: &Topic, channel: &Arc<Channel>, link: &Link) -> bool {
        let mut topics = self.0.topics.lock();
        let (was, empty) = channel.remove(link);
        if empty {
            drop_channel(&mut topics, topic, channel);
        }
        was
    }

    fn end(&self, topic: &Topic, why: Unsubscribe, whose: impl Fn(&ClientInfo) -> bool) {
        let mut topics = self.0.topics.lock();
        let Some(channel) = topics.get(topic).cloned() else {
            return;
        };
        if channel.end(why, whose) {
            drop_channel(&mut topics, topic, &channel);
        }
    }

    fn forget(&self, link: &Link) {
        let mut links = self.0.links.lock();
        links.remove(&link.number);
        if links.is_empty() {
            self.0.idle.notify_waiters();
        }
    }

    fn close_where(&self, why: Disconnect, whose: impl Fn(&Link) -> bool) {
        let links: Vec<_> = self
            .0
            .links
            .lock()
            .values()
            .filter(|link| whose(link))
            .cloned()
            .collect();
        for link in links {
            link.outbox.close(why);
        }
    }

    fn send_back_to_log(&self, before: Instant) {
        let channels: Vec<_> = self
            .0
            .topics
            .lock()
            .iter()
            .map(|(topic, channel)| (topic.clone(), channel.clone()))
            .collect();
        for (topic, channel) in channels {
            if channel.is_stuck(before) {
                tracing::warn!(%topic, "an event stays missing: subscribers are sent back to the log");
                self.restart(&topic);
            }
        }
    }
}

/// Drops a channel that nobody follows, unless another has taken its name meanwhile.
fn drop_channel(topics: &mut HashMap<Topic, Arc<Channel>>, topic: &Topic, channel: &Arc<Channel>) {
    if let Entry::Occupied(entry) = topics.entry(topic.clone())
        && Arc::ptr_eq(entry.get(), channel)
    {
        entry.remove();
    }
}

fn is_of(info: &ClientInfo, user: i64) -> bool {
    info.person.as_ref().is_some_and(|person| person.id == user)
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").field("stats", &self.stats()).finish()
    }
}
