//! What is revoked ends everywhere, and who was here is written down.
//!
//! Revocations are a feed in the database, so that one made by the command line or by another process on the same
//! database counts here too. This process reads it after each revocation of its own, and every few seconds.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    task::AbortHandle,
    time::{Instant, MissedTickBehavior, interval},
};
use wire::time::Time;

use super::{
    Accounts, Inner,
    caller::{Address, Caller, Credentials, Who},
    credentials::{self, Revocation},
    store,
};
use crate::{Error, hub::Disconnect};

/// How often the feed is read for what others revoked: a revoked session's sockets close within seconds.
const EVERY: Duration = Duration::from_secs(3);
/// How far back it is read. A revocation is stamped before it commits, by a clock that may be a little off.
const OVERLAP: Duration = Duration::from_secs(120);
/// How often sessions that ran out are ended and old rows forgotten.
const TIDY_EVERY: Duration = Duration::from_hours(1);
/// How long what ended is still in the tables.
const FORGET_AFTER: Duration = Duration::from_hours(24);
/// Guests forgotten in one transaction at most: it holds up other writers for milliseconds.
const GUESTS_AT_ONCE: usize = 500;
/// A last-seen time is written at most this often.
const SEEN_EVERY: Duration = Duration::from_secs(60);
/// Most last-seen times that wait to be written; beyond, some are a minute older than they should be.
const MOST_UNWRITTEN: usize = 10_000;

/// What this process has applied and has yet to write.
#[derive(Default)]
pub(super) struct Watch {
    /// Rows of the feed that were applied, as far back as it is read, and whose they are.
    applied: Mutex<BTreeMap<i64, i64>>,
    /// Who was here since the last write.
    seen: Mutex<HashMap<(i64, Option<i64>), Seen>>,
    /// What reads the feed.
    task: Mutex<Option<AbortHandle>>,
}

#[derive(Clone)]
struct Seen {
    user: i64,
    with: Credentials,
    address: String,
    at: Time,
}

impl Watch {
    /// Notes that someone is here, unless that was written within the last minute.
    pub(super) fn saw(&self, who: &Who, address: Address, last: Option<Time>, now: Time) {
        if last.is_some_and(|last| last + SEEN_EVERY > now) {
            return;
        }
        let (user, with) = (who.person.id, who.credentials);
        let mut seen = self.seen.lock();
        if seen.len() < MOST_UNWRITTEN {
            seen.insert(
                (user, with.live_id()),
                Seen {
                    user,
                    with,
                    address: address.ip().to_string(),
                    at: now,
                },
            );
        }
    }

    /// Those of `rows` that are new to this process, and forgets the ones that are read no more.
    fn take_new(&self, rows: Vec<Revocation>) -> Vec<Revocation> {
        let mut applied = self.applied.lock();
        let oldest = rows.first().map_or(i64::MAX, |row| row.id);
        applied.retain(|id, _| *id >= oldest);
        rows.into_iter()
            .filter(|row| applied.insert(row.id, row.user).is_none())
            .collect()
    }

    /// Whether something of this user was revoked or changed within the last [`OVERLAP`].
    fn touched(&self, user: i64) -> bool {
        self.applied.lock().values().any(|of| *of == user)
    }
}

impl Accounts {
    /// Takes what was revoked before the start as known, and watches until the last handle is gone.
    pub(super) async fn begin_to_watch(&self) -> Result<(), Error> {
        let rows = self.read_feed().await?;
        self.0.watch.take_new(rows);
        let task = tokio::spawn(watch(Arc::downgrade(&self.0)));
        *self.0.watch.task.lock() = Some(task.abort_handle());
        Ok(())
    }

    /// Stops watching, and writes down who was here. Before the database is closed.
    pub async fn shutdown(&self) {
        if let Some(task) = self.0.watch.task.lock().take() {
            task.abort();
        }
        if let Err(error) = self.write_seen().await {
            tracing::warn!(%error, "who was here last could not be written");
        }
    }

    /// Ends what is open with credentials that were revoked since the last time.
    pub(super) async fn apply_revocations(&self) -> Result<(), Error> {
        let rows = self.read_feed().await?;
        for row in self.0.watch.take_new(rows) {
            self.apply(row);
        }
        Ok(())
    }

    async fn read_feed(&self) -> Result<Vec<Revocation>, Error> {
        let since = self.0.clock.now() - OVERLAP;
        Ok(self
            .0
            .db
            .read(move |c| credentials::revocations(c, since))
            .await?)
    }

    fn apply(&self, row: Revocation) {
        let ended = row
            .session
            .map(Credentials::Session)
            .or(row.token.map(Credentials::Token));
        match ended {
            Some(ended) => {
                self.0.cache.forget(|who| who.credentials == ended);
                if let Some(id) = ended.live_id() {
                    self.0.hub.disconnect_session(id);
                }
            }
            None => {
                self.0.cache.forget(|who| who.person.id == row.user);
                // What is open shows the old name, or may what the old role might.
                let why = if row.deactivated {
                    Disconnect::FORCED
                } else {
                    Disconnect::CHANGED
                };
                self.0.hub.disconnect_user(row.user, why);
            }
        }
    }

    /// Why a connection that this caller has just opened is to be closed again, if it is. What showed who it is may have
    /// ended after it was looked at and before the hub knew of the connection: then there was nothing to close. Costs
    /// nothing unless something of theirs did end or change of late.
    pub async fn ended(&self, caller: &Caller) -> Option<Disconnect> {
        let who = caller.who.as_ref()?;
        if self.0.watch.touched(who.person.id) {
            Box::pin(self.look_again(Arc::clone(who))).await
        } else {
            None
        }
    }

    async fn look_again(&self, who: Arc<Who>) -> Option<Disconnect> {
        let (user, with) = (who.person.id, who.credentials);
        match self.0.db.read(move |c| credentials::still(c, user, with)).await {
            Ok(Some(person)) if person == who.person => None,
            Ok(Some(_)) => Some(Disconnect::CHANGED),
            Ok(None) => Some(Disconnect::FORCED),
            Err(error) => {
                tracing::warn!(%error, user.id = user, "who has connected could not be looked at again");
                Some(Disconnect::SERVER_ERROR)
            }
        }
    }

    /// Writes down who was here.
    pub(super) async fn write_seen(&self) -> Result<(), Error> {
        let seen: Vec<Seen> = self.0.watch.seen.lock().drain().map(|(_, seen)| seen).collect();
        if seen.is_empty() {
            return Ok(());
        }
        let written = self.0.db.write(move |tx| {
            seen.iter()
                .try_for_each(|it| credentials::seen(tx, it.user, it.with, &it.address, it.at))
        });
        Ok(written.await?)
    }

    /// Ends sessions that ran out, and forgets what ended long ago and the guests of whom nothing is left.
    pub(super) async fn tidy(&self) -> Result<(), Error> {
        let now = self.0.clock.now();
        self.0
            .db
            .write(move |tx| credentials::expire(tx, now, now - FORGET_AFTER))
            .await?;
        self.apply_revocations().await?;
        let mut after = 0;
        loop {
            let round = self
                .0
                .db
                .write(move |tx| store::forget_guests(tx, after, now, GUESTS_AT_ONCE));
            let Some(last) = round.await? else { break };
            after = last;
        }
        let names = self.0.db.write(move |tx| store::forget_guest_names(tx, now));
        Ok(names.await?)
    }
}

async fn watch(accounts: Weak<Inner>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tidied: Option<Instant> = None;
    loop {
        ticks.tick().await;
        let Some(accounts) = accounts.upgrade().map(Accounts) else {
            return;
        };
        let mut done = accounts
            .apply_revocations()
            .await
            .and(accounts.write_seen().await);
        if tidied.is_none_or(|at| at.elapsed() >= TIDY_EVERY) {
            tidied = Some(Instant::now());
            done = done.and(accounts.tidy().await);
        }
        // The next round tries again; a database that is shutting down answers with an error as well.
        if let Err(error) = done {
            tracing::warn!(%error, "accounts could not be looked after");
        }
    }
}
