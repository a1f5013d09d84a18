//! The writer thread: drains what is queued into one transaction, a savepoint each, and answers after the commit.
//!
//! While one group is on its way to the disk, the next one gathers: the busier, the larger the groups.

use std::{collections::VecDeque, time::Instant};

use rusqlite::Connection;

use super::statement::control;
use crate::db::{
    Shared,
    conn::{Hook, Session, Tx},
    error::Error,
    job::{Job, run_hooks},
};

/// The most jobs a commit: enough to hide the disk behind, few enough that the first of a group is answered soon.
const MAX_GROUP: usize = 256;

/// A job that ran, and what waits for its commit.
type Done = (Box<dyn Job>, Vec<Hook>);

pub(super) fn run(conn: &Connection, shared: &Shared) {
    let mut jobs = VecDeque::with_capacity(MAX_GROUP);
    let mut done = Vec::with_capacity(MAX_GROUP);
    while shared.writes.take(MAX_GROUP, &mut jobs) {
        while !jobs.is_empty() {
            let outcome = group(conn, shared, &mut jobs, &mut done);
            answer(&mut done, outcome);
        }
    }
}

/// One transaction. When it breaks midway, those that ran in it are in `done` and the rest still in `jobs`.
fn group(
    conn: &Connection,
    shared: &Shared,
    jobs: &mut VecDeque<Box<dyn Job>>,
    done: &mut Vec<Done>,
) -> Result<(), Error> {
    if let Err(error) = control(conn, "BEGIN IMMEDIATE") {
        done.extend(jobs.drain(..).map(|job| (job, Vec::new())));
        return Err(error);
    }
    while let Some(job) = jobs.pop_front() {
        let failure = one(conn, job, done);
        // A full disk or an I/O error makes SQLite roll back the whole transaction, whatever savepoint it stands in.
        if conn.is_autocommit() {
            return Err(failure.unwrap_or(Error::Full));
        }
    }
    let began = Instant::now();
    let outcome = commit(conn);
    shared.counters.committed(done.len(), began.elapsed());
    outcome
}

/// Runs one job in a savepoint of its own. Gives the statement's failure that made it fail, if one did.
fn one(conn: &Connection, mut job: Box<dyn Job>, done: &mut Vec<Done>) -> Option<Error> {
    if let Err(error) = control(conn, "SAVEPOINT job") {
        job.answer(Err(error.clone()));
        return Some(error);
    }
    let tx = Tx::new(Session::Sqlite(conn));
    let keep = job.run(&tx);
    let failure = tx.failure();
    let mut hooks = tx.into_hooks();
    let ended = if keep {
        control(conn, "RELEASE job")
    } else {
        hooks.clear();
        control(conn, "ROLLBACK TO job").and_then(|()| control(conn, "RELEASE job"))
    };
    done.push((job, hooks));
    failure.or(ended.err())
}

fn commit(conn: &Connection) -> Result<(), Error> {
    let outcome = control(conn, "COMMIT");
    if outcome.is_err() && !conn.is_autocommit() {
        // Discarded on purpose: the commit's own error is what counts, and the next BEGIN fails if this did.
        let _ = control(conn, "ROLLBACK");
    }
    outcome.map_err(|error| match error {
        // These are refused before the commit record is written.
        Error::Full | Error::Retry | Error::ForeignKey => error,
        _ => Error::Unknown,
    })
}

fn answer(done: &mut Vec<Done>, outcome: Result<(), Error>) {
    if let Err(error) = &outcome {
        // Here and not by each caller: a full disk would be told a hundred times.
        tracing::error!(jobs = done.len(), %error, "a group of writes was not stored");
    }
    for (job, hooks) in done.drain(..) {
        if outcome.is_ok() {
            run_hooks(hooks);
        }
        job.answer(outcome.clone());
    }
}
