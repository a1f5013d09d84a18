//! The event log: what durable topics said, kept so that whoever was away can catch up.
//!
//! Read in this order: this file, then `retention` (how much is kept).
//!
//! Invariants:
//! - An event is appended in the transaction of the change it tells of: both are stored, or neither.
//! - Offsets of a topic have no gaps, and their order is commit order: giving one locks the topic until the commit.
//! - From a position one gets every event after it, or a clear "start again from a snapshot"; never a part.
//! - The hub hears of an event after the commit, and in that only.
//!
//! A job that appends to two topics should do so in the order of their names; else PostgreSQL may end one of two such
//! jobs as a deadlock ([`crate::db::Error::Retry`]).
//!
//! Deliberately absent: who may read a topic (its feature knows), and topics that are not durable (the hub has them).

mod retention;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use serde::Serialize;
use wire::topic::{Position, Topic};

use crate::{
    Clock,
    db::{Conn, Error, Tx, row},
    hub::{Hub, Publication},
    params,
};

pub use self::retention::{Retention, Trimmed};

/// The log of durable topics. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    hub: Hub,
    clock: Clock,
}

/// What happened after a position.
#[derive(Clone, Debug)]
pub enum Since {
    /// Every event after it, oldest first and without a gap, up to as many as were asked for.
    Events {
        /// Where the topic stands. There are more events when the last one here has a smaller offset.
        position: Position,
        /// As the hub publishes them.
        events: Vec<Arc<Publication>>,
    },
    /// The position is of another epoch, or what follows it is no longer kept: read a snapshot, and go on from here at
    /// the earliest.
    StartAgain(Position),
}

row! {
    /// A topic as it stands. One never written to stands at 0.
    struct Head { epoch: String, head: u64, trimmed: u64 }
}

row! {
    /// One event.
    struct Event { offset: u64, data: String }
}

impl Log {
    /// A log that tells this hub.
    pub fn new(hub: Hub, clock: Clock) -> Self {
        Self { hub, clock }
    }

    /// Appends an event, and tells the hub once it is durable. Gives the event's own position.
    ///
    /// # Errors
    /// Those of the database.
    pub fn append<E: Serialize>(&self, tx: &Tx<'_>, topic: &Topic, event: &E) -> Result<Position, Error> {
        let data = serde_json::to_string(event).map_err(|error| Error::Job(error.to_string()))?;
        // The row stays locked until the commit, so the next offset is given after this one is durable.
        let (id, offset, epoch): (i64, u64, String) = tx.query_one(
            "INSERT INTO topics (name, head) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET head = topics.head + 1 \
             RETURNING id, head, (SELECT epoch FROM log_epoch)",
            params![topic.as_str()],
        )?;
        tx.execute(
            "INSERT INTO events (topic_id, event_offset, created_at, data) VALUES ($1, $2, $3, $4)",
            params![id, offset, self.clock.now(), data],
        )?;
        let publication = Arc::new(Publication::event(topic.clone(), offset, data));
        let hub = self.hub.clone();
        tx.after_commit(move || hub.publish(publication));
        Ok(Position { epoch, offset })
    }

    /// Where the topic stands. One that nobody ever wrote to stands at offset 0.
    ///
    /// # Errors
    /// Those of the database.
    pub fn position(&self, conn: &Conn<'_>, topic: &Topic) -> Result<Position, Error> {
        Ok(head(conn, topic)?.position())
    }

    /// Where the topic stands, and the offset before the first event that is still kept.
    ///
    /// # Errors
    /// Those of the database.
    pub fn kept(&self, conn: &Conn<'_>, topic: &Topic) -> Result<(Position, u64), Error> {
        let head = head(conn, topic)?;
        Ok((head.position(), head.trimmed))
    }

    /// What happened after `from`, up to `most` events. In a [`crate::db::Db::snapshot`] together with other reads, all
    /// agree; by itself a plain read will do.
    ///
    /// # Errors
    /// Those of the database.
    pub fn since(
        &self,
        conn: &Conn<'_>,
        topic: &Topic,
        from: &Position,
        most: usize,
    ) -> Result<Since, Error> {
        let head = head(conn, topic)?;
        if from.epoch != head.epoch || from.offset > head.head || from.offset < head.trimmed {
            return Ok(Since::StartAgain(head.position()));
        }
        let events: Vec<Event> = conn.query(
            "SELECT event_offset, data FROM events JOIN topics ON topics.id = topic_id \
             WHERE topics.name = $1 AND event_offset > $2 AND event_offset <= $3 ORDER BY event_offset LIMIT $4",
            params![topic.as_str(), from.offset, head.head, most],
        )?;
        if !follows(&events, from.offset) {
            // Trimmed between the two statements.
            return Ok(Since::StartAgain(head.position()));
        }
        let events = events
            .into_iter()
            .map(|event| Arc::new(event.publication(topic)))
            .collect();
        Ok(Since::Events {
            position: head.position(),
            events,
        })
    }
}

impl Head {
    fn position(&self) -> Position {
        Position {
            epoch: self.epoch.clone(),
            offset: self.head,
        }
    }
}

impl Event {
    fn publication(self, topic: &Topic) -> Publication {
        Publication::event(topic.clone(), self.offset, self.data)
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").finish_non_exhaustive()
    }
}

fn head(conn: &Conn<'_>, topic: &Topic) -> Result<Head, Error> {
    conn.query_one(
        "SELECT epoch, COALESCE(head, 0), COALESCE(trimmed, 0) FROM log_epoch LEFT JOIN topics ON topics.name = $1",
        params![topic.as_str()],
    )
}

/// Whether the first event is the one after `offset`. None at all is right only when that is the head, or none were
/// asked for; both are the caller's to see from the position.
fn follows(events: &[Event], offset: u64) -> bool {
    events.first().is_none_or(|first| first.offset == offset + 1)
}
