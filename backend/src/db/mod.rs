//! The database: two engines behind one API, and one SQL for both.
//!
//! Read in this order: [`conn`] (what a job holds), [`value`] and [`mod@row`] (what goes in and comes out), [`error`],
//! [`migrate`] (**how a feature adds its tables**), `job` and `queue` (how a job reaches a thread), `sqlite`, `postgres`.
//!
//! ```ignore
//! db.write(move |tx| {                        // answered after COMMIT
//!     let id = store::insert(tx, &message)?;
//!     log.append(tx, &topic, &event)?;
//!     Ok(id)
//! }).await?;
//! let latest = db.read(move |conn| store::latest(conn, room, 50)).await?;
//! ```
//!
//! Invariants:
//! - A job is an ordinary closure that runs on a thread which the database owns, never on a worker of Tokio's.
//! - An acknowledged write is on disk. A job is stored whole or not at all; a panic undoes its own job only.
//! - A job cannot tell the engines apart: same placeholders, same values, same errors.
//! - A job that was queued runs even when its caller has gone.
//!
//! Deliberately absent: async in stores, an ORM, SQL text built at run time, retries (a job runs once; see
//! [`Error::Retry`]).

pub mod conn;
pub mod error;
pub mod examine;
pub mod migrate;
pub mod row;
pub mod stats;
pub mod url;
pub mod value;

mod job;
mod postgres;
mod queue;
mod sqlite;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, thread};

use parking_lot::Mutex;

pub use self::{
    conn::{Conn, Tx},
    error::{Error, OpenError},
    examine::{Examined, examine},
    row::{FromRow, Row},
    stats::{Histogram, Stats},
    url::{BadUrl, DatabaseUrl},
    value::{FromValue, ToValue, Value},
};
use self::{
    job::{Job, job},
    queue::Queue,
    stats::Counters,
};
use crate::Clock;
pub use crate::{params, row};

/// Jobs that may wait, of each kind. More only wait longer: callers beyond it wait in their own tasks.
const QUEUE_PLACES: usize = 1_024;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Handle>);

/// Ends the threads when the last [`Db`] goes.
struct Handle {
    shared: Arc<Shared>,
    threads: Mutex<Threads>,
}

#[derive(Default)]
struct Threads {
    readers: Vec<thread::JoinHandle<()>>,
    writers: Vec<thread::JoinHandle<()>>,
}

/// What callers and threads share.
struct Shared {
    writes: Queue<Box<dyn Job>>,
    reads: Queue<ReadJob>,
    counters: Counters,
}

struct ReadJob {
    job: Box<dyn Job>,
    /// Whether all its statements see one state.
    snapshot: bool,
}

impl Db {
    /// Opens the database, brings its schema up to date and starts its threads.
    ///
    /// # Errors
    /// One clear line for whoever starts the program. Nothing was changed.
    pub async fn open(url: &DatabaseUrl, clock: &Clock) -> Result<Self, OpenError> {
        let (url, clock) = (url.clone(), clock.clone());
        let opening = tokio::task::spawn_blocking(move || {
            let (writes, reads) = (Queue::new(QUEUE_PLACES), Queue::new(QUEUE_PLACES));
            let shared = Arc::new(Shared {
                writes,
                reads,
                counters: Counters::new(),
            });
            let threads = match &url {
                DatabaseUrl::Sqlite(file) => sqlite::start(file, &shared, &clock)?,
                DatabaseUrl::Postgres(config) => postgres::start(config, &shared, &clock)?,
            };
            Ok(Self(Arc::new(Handle {
                shared,
                threads: Mutex::new(threads),
            })))
        });
        opening.await.unwrap_or(Err(OpenError::Other(Error::Panicked)))
    }

    /// Runs a job that may change things; answers once it is durable.
    ///
    /// # Errors
    /// The job's own; [`Error`] when it could not be stored. Either way nothing of it was, but for [`Error::Unknown`].
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = job(work);
        self.0.shared.writes.push(job).await.map_err(|_| Error::Closed)?;
        answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Runs a job that reads. Each of its statements sees what was committed when that statement began.
    ///
    /// # Errors
    /// The job's own, or the database's.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.read_as(work, false).await
    }

    /// Runs a job that reads, all its statements seeing one state.
    ///
    /// # Errors
    /// The job's own, or the database's.
    pub async fn snapshot<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.read_as(work, true).await
    }

    async fn read_as<T, E, F>(&self, work: F, snapshot: bool) -> Result<T, E>
    where
        F: FnOnce(&Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = job(move |tx: &Tx<'_>| work(tx));
        self.0
            .shared
            .reads
            .push(ReadJob { job, snapshot })
            .await
            .map_err(|_| Error::Closed)?;
        answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Figures for `/metrics`.
    pub fn stats(&self) -> Stats {
        let Shared {
            writes,
            reads,
            counters,
        } = &*self.0.shared;
        counters.read(writes.len(), reads.len())
    }

    /// Refuses new jobs, finishes what is queued, and closes the connections. Every clone is closed with it.
    pub async fn close(&self) {
        let Threads { readers, writers } = std::mem::take(&mut *self.0.threads.lock());
        self.0.shared.reads.close();
        join(readers).await;
        // Writers last: SQLite folds the WAL into the file when its last connection closes, and a reader cannot.
        self.0.shared.writes.close();
        join(writers).await;
    }
}

async fn join(threads: Vec<thread::JoinHandle<()>>) {
    let joined =
        tokio::task::spawn_blocking(|| threads.into_iter().all(|thread| thread.join().is_ok())).await;
    if !matches!(joined, Ok(true)) {
        tracing::error!("a database thread panicked");
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db").field("stats", &self.stats()).finish()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.reads.close();
        self.shared.writes.close();
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>, OpenError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(OpenError::Thread)
}
