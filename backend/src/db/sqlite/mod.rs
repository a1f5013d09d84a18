//! SQLite: one writer thread that commits in groups, and reader threads beside it.
//!
//! WAL and `synchronous=FULL`: a commit is on disk before its callers hear of it, and readers wait for nobody.

mod open;
pub(super) mod statement;
mod writer;

pub(super) use open::look;

use std::{collections::VecDeque, path::Path, sync::Arc, thread};

use super::{
    ReadJob, Shared, Threads,
    conn::{Session, Tx},
    error::{Error, OpenError},
    job::Job,
    spawn,
};
use crate::Clock;

/// Enough that a slow query does not hold up the rest; more than the processors would only take turns.
const MAX_READERS: usize = 8;

/// Opens the file and starts the threads. Blocks.
pub(super) fn start(file: &Path, shared: &Arc<Shared>, clock: &Clock) -> Result<Threads, OpenError> {
    let writer = open::writer(file, clock)?;
    let processors = thread::available_parallelism().map_or(2, usize::from);
    let readers = (0..processors.clamp(2, MAX_READERS))
        .map(|_| open::reader(file))
        .collect::<Result<Vec<_>, _>>()?;
    let readers = readers.into_iter().map(|conn| {
        let shared = Arc::clone(shared);
        spawn("db-read", move || read(&conn, &shared))
    });
    let readers = readers.collect::<Result<_, _>>()?;
    let shared = Arc::clone(shared);
    let writers = vec![spawn("db-write", move || writer::run(&writer, &shared))?];
    Ok(Threads { readers, writers })
}

fn read(conn: &rusqlite::Connection, shared: &Shared) {
    let mut next = VecDeque::with_capacity(1);
    while shared.reads.take(1, &mut next) {
        for ReadJob { mut job, snapshot } in next.drain(..) {
            let outcome = if snapshot {
                read_snapshot(conn, &mut *job)
            } else {
                read_plain(conn, &mut *job)
            };
            job.answer(outcome);
        }
    }
}

fn read_plain(conn: &rusqlite::Connection, job: &mut dyn Job) -> Result<(), Error> {
    job.run(&Tx::new(Session::Sqlite(conn)));
    Ok(())
}

/// A read transaction: every statement sees the state at the first.
fn read_snapshot(conn: &rusqlite::Connection, job: &mut dyn Job) -> Result<(), Error> {
    statement::control(conn, "BEGIN")?;
    job.run(&Tx::new(Session::Sqlite(conn)));
    statement::control(conn, "COMMIT")
}
