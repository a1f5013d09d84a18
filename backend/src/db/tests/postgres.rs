//! What PostgreSQL alone can do: go away, and end one of two jobs that wait for each other.

use std::sync::{Arc, Barrier};

use tokio_postgres::NoTls;

use crate::{
    Clock,
    db::{DatabaseUrl, Db, Error, Tx},
    params,
    testing::{START, on_postgres},
};

async fn open(url: &DatabaseUrl) -> Db {
    Db::open(url, &Clock::fixed(START)).await.unwrap()
}

fn touch(tx: &Tx<'_>, name: &str) -> Result<u64, Error> {
    tx.execute(
        "INSERT INTO topics (name, head) VALUES ($1, 0) ON CONFLICT (name) DO UPDATE SET head = topics.head + 1",
        params![name],
    )
}

/// Ends every connection of a database, as a restart of the server does, and waits until they have gone.
async fn end_connections(url: &DatabaseUrl) {
    let DatabaseUrl::Postgres(config) = url else {
        unreachable!()
    };
    let mut admin = (**config).clone();
    let name = admin.get_application_name().unwrap().to_owned();
    let (client, connection) = admin.application_name("admin").connect(NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1";
    while !client.query(end, &[&name]).await.unwrap().is_empty() {}
    drop(client);
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_server_that_went_away_is_connected_to_again() {
    on_postgres(|url| async move {
        let db = open(&url).await;
        for round in 0..3 {
            for _ in 0..20 {
                db.write(move |tx| touch(tx, "a")).await.unwrap();
                db.read(|conn| conn.query::<i64>("SELECT head FROM topics", params![]))
                    .await
                    .unwrap();
            }
            let head = db
                .snapshot(|conn| conn.query_one::<i64>("SELECT head FROM topics", params![]))
                .await;
            assert_eq!(head, Ok(20 * (round + 1) - 1));
            end_connections(&url).await;
        }
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_job_whose_connection_breaks_stores_nothing_and_says_so() {
    on_postgres(|url| async move {
        let db = open(&url).await;
        let outcome = db
            .write(|tx| {
                touch(tx, "lost")?;
                tx.query::<bool>("SELECT pg_terminate_backend(pg_backend_pid())", params![])
            })
            .await;
        assert!(matches!(outcome, Err(Error::Lost(_))), "{outcome:?}");
        assert_eq!(
            db.read(|conn| conn.query::<i64>("SELECT head FROM topics", params![]))
                .await,
            Ok(vec![])
        );
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_during_the_commit_leaves_it_unknown() {
    on_postgres(|url| async move {
        let db = open(&url).await;
        db.write(|tx| {
            tx.execute(
                "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
                params![],
            )?;
            // A deferred trigger runs within the COMMIT.
            tx.execute(
                "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON topics DEFERRABLE INITIALLY DEFERRED \
                 FOR EACH ROW EXECUTE FUNCTION die()",
                params![],
            )
        })
        .await
        .unwrap();
        assert_eq!(db.write(|tx| touch(tx, "a")).await, Err(Error::Unknown));
        assert_eq!(
            db.write(|_| Ok::<_, Error>(7)).await,
            Ok(7),
            "the next job is not concerned"
        );
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn one_of_two_jobs_that_wait_for_each_other_is_told_to_run_again() {
    on_postgres(|url| async move {
        let db = open(&url).await;
        db.write(|tx| touch(tx, "a").and_then(|_| touch(tx, "b")))
            .await
            .unwrap();
        let both_hold_one = Arc::new(Barrier::new(2));
        let job = |first: &'static str, second: &'static str| {
            let both_hold_one = both_hold_one.clone();
            db.write(move |tx| {
                touch(tx, first)?;
                both_hold_one.wait();
                touch(tx, second)
            })
        };
        let (one, other) = tokio::join!(job("a", "b"), job("b", "a"));
        let mut outcomes = [one, other];
        outcomes.sort_by_key(Result::is_err);
        assert_eq!(outcomes, [Ok(1), Err(Error::Retry)]);
        db.close().await;
    })
    .await;
}
