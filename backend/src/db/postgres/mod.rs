//! PostgreSQL: threads that each own a connection and a current-thread runtime, so that a statement wakes no other thread.
//!
//! A job is a transaction of its own; the server itself gathers commits that come together.

mod open;
mod session;
pub(super) mod statement;

use std::{collections::VecDeque, sync::Arc, time::Instant};

use tokio_postgres::Config;

pub(super) use self::{open::look, session::Session};
use super::{
    ReadJob, Shared, Threads,
    conn::{Hook, Session as Either, Tx},
    error::{Error, OpenError},
    job::{Job, run_hooks},
    spawn,
};
use crate::Clock;

/// Connections that write. Commits wait for the disk together, so more of them than processors pay off.
const WRITERS: usize = 8;
/// Connections that read.
const READERS: usize = 4;

/// Connects, migrates, and starts the threads. Blocks; must not be called on a runtime's thread.
pub(super) fn start(config: &Config, shared: &Arc<Shared>, clock: &Clock) -> Result<Threads, OpenError> {
    open::migrate(config, clock)?;
    let mut threads = Threads::default();
    for _ in 0..READERS {
        let (session, shared) = (Session::new(config.clone(), true)?, Arc::clone(shared));
        threads
            .readers
            .push(spawn("db-read", move || read(&session, &shared))?);
    }
    for _ in 0..WRITERS {
        let (session, shared) = (Session::new(config.clone(), false)?, Arc::clone(shared));
        threads
            .writers
            .push(spawn("db-write", move || write(&session, &shared))?);
    }
    Ok(threads)
}

fn read(session: &Session, shared: &Shared) {
    let mut next = VecDeque::with_capacity(1);
    while shared.reads.take(1, &mut next) {
        for ReadJob { mut job, snapshot } in next.drain(..) {
            let outcome = if snapshot {
                read_snapshot(session, &mut *job)
            } else {
                read_plain(session, &mut *job)
            };
            job.answer(outcome);
        }
    }
}

fn read_plain(session: &Session, job: &mut dyn Job) -> Result<(), Error> {
    session.ready()?;
    job.run(&Tx::new(Either::Postgres(session)));
    Ok(())
}

fn read_snapshot(session: &Session, job: &mut dyn Job) -> Result<(), Error> {
    session.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    job.run(&Tx::new(Either::Postgres(session)));
    session.end("COMMIT")
}

fn write(session: &Session, shared: &Shared) {
    let mut next = VecDeque::with_capacity(1);
    while shared.writes.take(1, &mut next) {
        for mut job in next.drain(..) {
            let outcome = transact(session, shared, &mut *job);
            job.answer(outcome.map(run_hooks));
        }
    }
}

/// One transaction; gives what runs after its commit.
fn transact(session: &Session, shared: &Shared, job: &mut dyn Job) -> Result<Vec<Hook>, Error> {
    session.begin("BEGIN")?;
    let tx = Tx::new(Either::Postgres(session));
    if !job.run(&tx) {
        session.end("ROLLBACK")?;
        return Ok(Vec::new());
    }
    let hooks = tx.into_hooks();
    let began = Instant::now();
    session.commit()?;
    shared.counters.committed(1, began.elapsed());
    Ok(hooks)
}
