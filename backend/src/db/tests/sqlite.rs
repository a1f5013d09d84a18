//! What SQLite alone does: commits in groups.

use std::sync::mpsc;

use tokio::task::JoinHandle;

use crate::{
    Clock,
    db::{Db, Error, Tx},
    params,
    testing::{START, sqlite},
};

/// A writer kept busy, so that jobs queue up behind it.
struct Busy {
    job: JoinHandle<Result<(), Error>>,
    go_on: mpsc::Sender<()>,
}

impl Busy {
    async fn begin(db: &Db) -> Self {
        let (began, begins) = tokio::sync::oneshot::channel();
        let (go_on, wait) = mpsc::channel();
        let db = db.clone();
        let busy = move |_: &Tx<'_>| {
            began.send(()).unwrap();
            wait.recv().map_err(|_| Error::Closed)
        };
        let job = tokio::spawn(async move { db.write(busy).await });
        begins.await.unwrap();
        Self { job, go_on }
    }

    async fn end(self) {
        self.go_on.send(()).unwrap();
        self.job.await.unwrap().unwrap();
    }
}

/// Queues a job and waits until it is.
async fn queue<T: Send + 'static>(
    db: &Db,
    work: impl FnOnce(&Tx<'_>) -> Result<T, Error> + Send + 'static,
) -> JoinHandle<Result<T, Error>> {
    let (before, queued) = (db.stats().writes_waiting, db.clone());
    let job = tokio::spawn(async move { queued.write(work).await });
    while db.stats().writes_waiting == before {
        tokio::task::yield_now().await;
    }
    job
}

fn insert(tx: &Tx<'_>, name: &str) -> Result<u64, Error> {
    tx.execute("INSERT INTO topics (name, head) VALUES ($1, 0)", params![name])
}

#[tokio::test]
async fn what_is_queued_together_is_committed_together() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&sqlite(&folder), &Clock::fixed(START)).await.unwrap();
    let busy = Busy::begin(&db).await;
    let before = db.stats();
    let mut jobs = Vec::new();
    for n in 0..300 {
        jobs.push(queue(&db, move |tx| insert(tx, &n.to_string())).await);
    }
    busy.end().await;
    for job in jobs {
        job.await.unwrap().unwrap();
    }
    let after = db.stats();
    let new = |bucket: usize| after.batch_sizes.counts[bucket] - before.batch_sizes.counts[bucket];
    assert_eq!(after.batch_sizes.bounds[8], 256);
    assert_eq!(
        (new(0), new(6), new(8)),
        (1, 1, 1),
        "1 by itself, then 256, then 44: {after:?}"
    );
    assert_eq!(after.writes_waiting, 0);
}

/// SQLite itself then rolls back all that the transaction holds, not the savepoint alone.
#[tokio::test]
async fn a_statement_that_fills_the_disk_fails_those_grouped_before_it_and_not_those_after() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&sqlite(&folder), &Clock::fixed(START)).await.unwrap();
    // As full as a disk can be: not a page more than there are.
    db.write(|tx| tx.query_one::<i64>("PRAGMA max_page_count = 1", params![]))
        .await
        .unwrap();
    let busy = Busy::begin(&db).await;
    let before = queue(&db, |tx| insert(tx, "before")).await;
    let large = queue(&db, |tx| insert(tx, &"x".repeat(100_000))).await;
    let after = queue(&db, |tx| insert(tx, "after")).await;
    busy.end().await;
    assert_eq!(large.await.unwrap(), Err(Error::Full));
    assert_eq!(
        before.await.unwrap(),
        Err(Error::Full),
        "it is not stored, so it must not be told that it is"
    );
    assert_eq!(after.await.unwrap(), Ok(1));
    let names = db
        .read(|conn| conn.query::<String>("SELECT name FROM topics", params![]))
        .await;
    assert_eq!(names, Ok(vec!["after".to_owned()]));
}
