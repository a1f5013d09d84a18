//! What SQLite alone does: commits in groups.

use crate::{
    Clock,
    db::{Db, Error},
    params,
    testing::{START, sqlite},
};

#[tokio::test]
async fn what_is_queued_together_is_committed_together() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&sqlite(&folder), &Clock::fixed(START)).await.unwrap();
    let (began, begins) = tokio::sync::oneshot::channel();
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let busy = db.clone();
    let first = tokio::spawn(async move {
        busy.write(move |_| {
            began.send(()).unwrap();
            wait.recv().unwrap();
            Ok::<_, Error>(())
        })
        .await
    });
    begins.await.unwrap();
    let before = db.stats();
    let jobs: Vec<_> = (0..300)
        .map(|n: i64| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(move |tx| {
                    tx.execute(
                        "INSERT INTO topics (name, head) VALUES ($1, 0)",
                        params![n.to_string()],
                    )
                })
                .await
            })
        })
        .collect();
    while db.stats().writes_waiting < 300 {
        tokio::task::yield_now().await;
    }
    go_on.send(()).unwrap();
    first.await.unwrap().unwrap();
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
