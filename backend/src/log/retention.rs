//! How much of the log is kept: by count and by age, whichever lets go of more.

use std::time::Duration;

use super::Log;
use crate::{
    db::{Conn, Db, Error, Tx, row},
    params,
};

/// How much of each topic is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The most events of a topic.
    pub events: u64,
    /// The oldest event of a topic.
    pub age: Duration,
}

impl Default for Retention {
    /// Enough for a laptop that was closed over a long week-end; whoever was away for longer reads a snapshot, which is
    /// the cheaper way by then.
    fn default() -> Self {
        Self {
            events: 10_000,
            age: Duration::from_hours(7 * 24),
        }
    }
}

/// What a round of trimming did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trimmed {
    /// Events let go of.
    pub events: u64,
    /// Topics they were in.
    pub topics: u64,
}

/// Events deleted in one job: a few milliseconds, so that nobody's write waits for a long one.
const CHUNK: u64 = 1_000;

/// Topics looked at in one read.
const TOPICS_A_READ: i64 = 500;

row! {
    /// A topic that may hold more than is kept.
    #[derive(Clone, Copy)]
    struct Kept { id: i64, head: u64, trimmed: u64 }
}

impl Log {
    /// Lets go of what is older or more than is kept, topic by topic, in small jobs.
    ///
    /// # Errors
    /// Those of the database. What was trimmed until then stays so.
    pub async fn trim(&self, db: &Db, keep: Retention) -> Result<Trimmed, Error> {
        let oldest = self.clock.now() - keep.age;
        let mut done = Trimmed::default();
        let mut after = 0;
        loop {
            let topics = db.read(move |conn| page(conn, after)).await?;
            let Some(last) = topics.last() else {
                return Ok(done);
            };
            after = last.id;
            for topic in topics {
                let cut = db
                    .read(move |conn| cut(conn, topic, keep.events, oldest.0))
                    .await?;
                let events = trim_to(db, topic, cut).await?;
                done.events += events;
                done.topics += u64::from(events > 0);
            }
        }
    }
}

/// Topics that hold events, in the order of their ids.
fn page(conn: &Conn<'_>, after: i64) -> Result<Vec<Kept>, Error> {
    conn.query(
        "SELECT id, head, trimmed FROM topics WHERE id > $1 AND trimmed < head ORDER BY id LIMIT $2",
        params![after, TOPICS_A_READ],
    )
}

/// The last offset to let go of.
fn cut(conn: &Conn<'_>, topic: Kept, events: u64, oldest: i64) -> Result<u64, Error> {
    // Reads what is too old and one event more. Offsets count, not times: a clock may go back, a log may not.
    let young: Option<u64> = conn.query_opt(
        "SELECT event_offset FROM events WHERE topic_id = $1 AND event_offset > $2 AND created_at >= $3 \
         ORDER BY event_offset LIMIT 1",
        params![topic.id, topic.trimmed, oldest],
    )?;
    let by_age = young.map_or(topic.head, |offset| offset - 1);
    Ok(by_age.max(topic.head.saturating_sub(events)))
}

async fn trim_to(db: &Db, topic: Kept, cut: u64) -> Result<u64, Error> {
    let (id, mut from, mut events) = (topic.id, topic.trimmed, 0);
    while from < cut {
        let to = cut.min(from + CHUNK);
        events += db.write(move |tx| delete(tx, id, to)).await?;
        from = to;
    }
    Ok(events)
}

/// Deletes up to `to`. The topic says so first: that locks it, and no reader takes a part for the whole.
fn delete(tx: &Tx<'_>, topic: i64, to: u64) -> Result<u64, Error> {
    tx.execute(
        "UPDATE topics SET trimmed = $2 WHERE id = $1 AND trimmed < $2",
        params![topic, to],
    )?;
    tx.execute(
        "DELETE FROM events WHERE topic_id = $1 AND event_offset <= $2",
        params![topic, to],
    )
}
