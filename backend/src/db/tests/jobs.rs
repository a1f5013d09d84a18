//! Jobs: all or nothing, one at a time, and never without an answer.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::{
    db::{Conn, Db, Error, Tx},
    params,
    testing::each_database,
};

/// A table to play with; the topics of the log will do.
fn insert(tx: &Tx<'_>, name: &str) -> Result<i64, Error> {
    tx.query_one(
        "INSERT INTO topics (name, head) VALUES ($1, 0) RETURNING id",
        params![name],
    )
}

fn names(conn: &Conn<'_>) -> Result<Vec<String>, Error> {
    conn.query("SELECT name FROM topics ORDER BY name", params![])
}

async fn stored(db: &Db) -> Vec<String> {
    db.read(names).await.unwrap()
}

#[tokio::test]
async fn what_was_written_is_read() {
    each_database(|db| async move {
        let id = db.write(|tx| insert(tx, "a")).await.unwrap();
        let read: (i64, String, bool) = db
            .read(move |conn| {
                conn.query_one(
                    "SELECT id, name, head FROM topics WHERE $2 = id AND name <> $1",
                    params!["b", id],
                )
            })
            .await
            .unwrap();
        assert_eq!(read, (id, "a".to_owned(), false));
    })
    .await;
}

#[tokio::test]
async fn a_failed_job_leaves_nothing_and_others_everything() {
    each_database(|db| async move {
        let good = (0..50).map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(move |tx| insert(tx, &format!("good{n:02}")))
                    .await
                    .map(|_| ())
            })
        });
        let bad = (0..50).map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(move |tx| {
                    insert(tx, &format!("bad{n}"))?;
                    if n % 2 == 0 {
                        Err::<(), _>(Error::NoRow)
                    } else {
                        panic!("on purpose")
                    }
                })
                .await
            })
        });
        let (good, bad): (Vec<_>, Vec<_>) = good.zip(bad).unzip();
        for (n, (good, bad)) in good.into_iter().zip(bad).enumerate() {
            good.await.unwrap().unwrap();
            let wanted = if n % 2 == 0 { Error::NoRow } else { Error::Panicked };
            assert_eq!(bad.await.unwrap(), Err(wanted));
        }
        assert_eq!(
            stored(&db).await,
            (0..50).map(|n| format!("good{n:02}")).collect::<Vec<_>>()
        );
    })
    .await;
}

#[tokio::test]
async fn after_a_failed_statement_every_further_one_fails_alike() {
    each_database(|db| async move {
        db.write(|tx| insert(tx, "taken")).await.unwrap();
        let outcome = db
            .write(|tx| {
                insert(tx, "before")?;
                let first = insert(tx, "taken").unwrap_err();
                assert_eq!(insert(tx, "after").unwrap_err(), first);
                assert_eq!(names(tx).unwrap_err(), first);
                Ok::<_, Error>(())
            })
            .await;
        assert_eq!(
            outcome,
            Err(Error::Unique("topics_name_key".to_owned())),
            "hiding a failure does not help"
        );
        assert_eq!(stored(&db).await, ["taken"]);
    })
    .await;
}

#[tokio::test]
async fn a_savepoint_undoes_its_own_part_only() {
    each_database(|db| async move {
        let told = Arc::new(AtomicUsize::new(0));
        let tell = |tx: &Tx<'_>, told: &Arc<AtomicUsize>, by: usize| {
            let told = told.clone();
            tx.after_commit(move || {
                told.fetch_add(by, Ordering::Relaxed);
            });
        };
        let heard = told.clone();
        db.write(move |tx| {
            insert(tx, "a")?;
            tell(tx, &told, 1);
            let inner = tx.savepoint(|tx| {
                insert(tx, "b")?;
                tell(tx, &told, 10);
                insert(tx, "a")
            });
            assert!(inner.unwrap_err().is_unique("topics_name_key"));
            tx.savepoint(|tx| {
                tell(tx, &told, 100);
                let nested = tx.savepoint(|tx| {
                    insert(tx, "d")?;
                    tell(tx, &told, 1000);
                    Err::<(), _>(Error::NoRow)
                });
                assert_eq!(nested, Err(Error::NoRow));
                insert(tx, "c")
            })
        })
        .await
        .unwrap();
        assert_eq!(stored(&db).await, ["a", "c"]);
        assert_eq!(heard.load(Ordering::Relaxed), 101, "what was undone is not told");
    })
    .await;
}

#[tokio::test]
async fn hooks_run_after_the_commit_and_not_after_a_rollback() {
    each_database(|db| async move {
        let told = Arc::new(AtomicUsize::new(0));
        for fails in [false, true] {
            let told = told.clone();
            let outcome = db
                .write(move |tx| {
                    tx.after_commit(move || {
                        told.fetch_add(1, Ordering::Relaxed);
                    });
                    if fails { Err(Error::NoRow) } else { Ok(()) }
                })
                .await;
            assert_eq!(outcome.is_err(), fails);
        }
        assert_eq!(told.load(Ordering::Relaxed), 1);
        db.write(|tx| {
            tx.after_commit(|| panic!("on purpose"));
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
        db.write(|tx| insert(tx, "still at work")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_job_whose_caller_has_gone_is_done_all_the_same() {
    each_database(|db| async move {
        let (ran, mut runs) = tokio::sync::mpsc::unbounded_channel();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let writing = tokio::spawn({
            let db = db.clone();
            async move {
                db.write(move |tx| {
                    ran.send(()).unwrap();
                    wait.recv().unwrap();
                    insert(tx, "stored")
                })
                .await
            }
        });
        runs.recv().await.unwrap();
        writing.abort();
        assert!(writing.await.unwrap_err().is_cancelled());
        go.send(()).unwrap();
        assert_eq!(runs.recv().await, None, "the job is over");
        db.write(|tx| insert(tx, "later")).await.unwrap();
        assert_eq!(stored(&db).await, ["later", "stored"]);
    })
    .await;
}

#[tokio::test]
async fn closing_finishes_what_is_queued_and_refuses_the_rest() {
    each_database(|db| async move {
        let jobs: Vec<_> = (0..200)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move { db.write(move |tx| insert(tx, &n.to_string())).await })
            })
            .collect();
        tokio::task::yield_now().await;
        db.close().await;
        for job in jobs {
            assert!(matches!(job.await.unwrap(), Ok(_) | Err(Error::Closed)));
        }
        assert_eq!(db.write(|tx| insert(tx, "late")).await, Err(Error::Closed));
        assert_eq!(db.read(names).await, Err(Error::Closed));
    })
    .await;
}
