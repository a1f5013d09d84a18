//! Durable writes a second with many writers at once: commits in groups beside a commit each, both `synchronous=FULL`.
//!
//! A commit each is measured at its best: one thread, one connection, prepared statements, no queue before it.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use backend::{
    Clock, Random,
    db::{DatabaseUrl, Db, Error, Tx},
    hub::Hub,
    log::Log,
    params,
};
use wire::topic::Topic;

/// Durable writes a second: commits in groups beside a commit each
#[derive(clap::Args, Debug)]
pub(crate) struct Bench {
    /// Writers at once
    #[arg(long, default_value_t = 64)]
    writers: u64,
    /// Seconds a run
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Runs of each, by turns; the median counts
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// A PostgreSQL database to measure as well; its tables `bench_messages`, `topics` and `events` are written to
    #[arg(long, env = "FLOTILLA_TEST_POSTGRES")]
    postgres: Option<DatabaseUrl>,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// One row.
    Insert,
    /// A message, its topic's head, and the event: what a chat message costs.
    Post,
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS bench_messages (client_id TEXT PRIMARY KEY, room BIGINT NOT NULL, \
    author BIGINT NOT NULL, text TEXT NOT NULL, sent_at BIGINT NOT NULL)";
const MESSAGE: &str =
    "INSERT INTO bench_messages (client_id, room, author, text, sent_at) VALUES ($1, 1, $2, $3, $4)";
const HEAD: &str = "INSERT INTO topics (name, head) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET head = topics.head + 1 \
    RETURNING id, head";
const EVENT: &str = "INSERT INTO events (topic_id, event_offset, created_at, data) VALUES ($1, $2, $3, $4)";
/// About what people write.
const TEXT: &str =
    "The tide turns at six; whoever wants to sail is at the pier by half past five, with a warm coat.";

impl Bench {
    /// Runs all and prints a table.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        println!(
            "{} writers, {} s a run, median of {} runs",
            self.writers, self.seconds, self.runs
        );
        for kind in [Kind::Insert, Kind::Post] {
            let (mut each, mut groups, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..self.runs {
                each.push(self.commit_each(kind)?);
                let (rate, size) = self.in_groups(kind).await?;
                groups.push(rate);
                sizes.push(size);
            }
            let (each, groups, size) = (median(each), median(groups), median(sizes));
            println!(
                "SQLite {kind:?}: a commit each {each:.0}/s, in groups {groups:.0}/s: {:.1} times, {size:.0} jobs a commit",
                groups / each
            );
            if let Some(url) = &self.postgres {
                let mut rates = Vec::new();
                for _ in 0..self.runs {
                    rates.push(self.rate(url, kind).await?.0);
                }
                println!("PostgreSQL {kind:?}: {:.0}/s", median(rates));
            }
        }
        Ok(())
    }

    fn end(&self) -> Instant {
        Instant::now() + Duration::from_secs(self.seconds)
    }

    /// Ours, on a new file.
    async fn in_groups(&self, kind: Kind) -> anyhow::Result<(f64, f64)> {
        let folder = folder()?;
        self.rate(&DatabaseUrl::Sqlite(folder.path().join("bench.db")), kind)
            .await
    }

    /// Jobs a second, and jobs a commit.
    async fn rate(&self, url: &DatabaseUrl, kind: Kind) -> anyhow::Result<(f64, f64)> {
        let db = Db::open(url, &Clock::system()).await?;
        db.write(|tx| tx.execute(TABLE, params![]).map(|_| ())).await?;
        db.write(|tx| tx.execute("DELETE FROM bench_messages", params![]))
            .await?;
        let log = Log::new(Hub::new(Random::from_os()), Clock::system());
        let before = db.stats().batch_sizes;
        let began = Instant::now();
        let writers: Vec<_> = (0..self.writers)
            .map(|writer| {
                let (db, log, end) = (db.clone(), log.clone(), self.end());
                tokio::spawn(async move {
                    let mut jobs = 0_u64;
                    while Instant::now() < end {
                        let (log, id) = (log.clone(), format!("client-{writer:04}-{jobs:08}"));
                        db.write(move |tx| run(tx, kind, &log, &id)).await?;
                        jobs += 1;
                    }
                    Ok::<_, Error>(jobs)
                })
            })
            .collect();
        let mut jobs = 0;
        for writer in writers {
            jobs += writer.await??;
        }
        let took = began.elapsed().as_secs_f64();
        let after = db.stats().batch_sizes;
        db.close().await;
        let commits = after.counts.iter().sum::<u64>() - before.counts.iter().sum::<u64>();
        Ok((
            jobs as f64 / took,
            (after.sum - before.sum) as f64 / commits as f64,
        ))
    }

    /// The rival: the same statements on the same schema, a transaction each.
    fn commit_each(&self, kind: Kind) -> anyhow::Result<f64> {
        let folder = folder()?;
        let conn = rusqlite::Connection::open(folder.path().join("bench.db"))?;
        set_up(&conn)?;
        let (began, end, mut jobs) = (Instant::now(), self.end(), 0_u64);
        while Instant::now() < end {
            conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            let id = format!("client-0000-{jobs:08}");
            conn.prepare_cached(MESSAGE)?.execute((&id, 7, TEXT, 1))?;
            if kind == Kind::Post {
                let (topic, offset): (i64, i64) = conn
                    .prepare_cached(HEAD)?
                    .query_row(["chat:general"], |row| Ok((row.get(0)?, row.get(1)?)))?;
                conn.prepare_cached(EVENT)?.execute((topic, offset, 1, TEXT))?;
            }
            conn.prepare_cached("COMMIT")?.execute([])?;
            jobs += 1;
        }
        Ok(jobs as f64 / began.elapsed().as_secs_f64())
    }
}

fn run(tx: &Tx<'_>, kind: Kind, log: &Log, id: &str) -> Result<(), Error> {
    tx.execute(MESSAGE, params![id, 7_i64, TEXT, 1_i64])?;
    if kind == Kind::Post {
        log.append(tx, &Topic::new("chat", "general"), &TEXT)?;
    }
    Ok(())
}

fn set_up(conn: &rusqlite::Connection) -> anyhow::Result<()> {
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    conn.execute_batch(include_str!("../../backend/migrations/sqlite/0001_log.sql"))?;
    conn.execute_batch(TABLE)?;
    Ok(())
}

/// Beside the program, not in /tmp, which may be memory.
fn folder() -> anyhow::Result<tempfile::TempDir> {
    let program = std::env::current_exe()?;
    let beside = program
        .parent()
        .map(Path::to_owned)
        .context("a program lies in a folder")?;
    Ok(tempfile::tempdir_in(beside)?)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
