//! Statements: the same placeholders, values and errors on both engines.

use wire::time::Time;

use crate::{
    db::{Db, Error, FromRow, Tx, Value, row},
    params,
    testing::each_database,
};

async fn outcome<T: FromRow + Send + 'static>(
    db: &Db,
    sql: &'static str,
    params: &'static [Value<'static>],
) -> Result<Vec<T>, Error> {
    db.write(move |tx| tx.query(sql, params)).await
}

/// `$n` as an integer: what PostgreSQL cannot tell from where it stands, it must be told.
const SUBTRACT: &str = "SELECT CAST($2 AS BIGINT) - CAST($1 AS BIGINT) - CAST($2 AS BIGINT) / 2";

#[tokio::test]
async fn placeholders_stand_in_any_order_and_more_than_once() {
    each_database(|db| async move {
        let result = outcome::<i64>(&db, SUBTRACT, &[Value::Int(1), Value::Int(10)]).await;
        assert_eq!(result, Ok(vec![4]));
    })
    .await;
}

#[tokio::test]
async fn mistakes_of_the_program_are_told_as_such() {
    each_database(|db| async move {
        let mistakes: [(&str, &[Value<'static>]); 5] = [
            (SUBTRACT, &[Value::Int(1)]),
            (SUBTRACT, &[Value::Int(1), Value::Int(2), Value::Int(3)]),
            ("SELECT head, id FROM topics", &[]),
            ("SELECT head FROM topics WHERE name = $1", &[Value::Text("a\0b")]),
            (
                "SELECT head FROM topics WHERE head = $1",
                &[Value::Real(f64::NAN)],
            ),
        ];
        for (sql, params) in mistakes {
            let result = outcome::<i64>(&db, sql, params).await;
            assert!(matches!(result, Err(Error::Job(_))), "{sql}: {result:?}");
        }
        let wrong_type = outcome::<String>(&db, "SELECT CAST(1 AS BIGINT)", &[]).await;
        assert!(matches!(wrong_type, Err(Error::Job(_))), "{wrong_type:?}");
        let null = outcome::<i64>(&db, "SELECT CAST(NULL AS BIGINT)", &[]).await;
        assert!(matches!(null, Err(Error::Job(_))), "{null:?}");
        let not_sql = outcome::<i64>(&db, "SELECT nothing FROM nowhere", &[]).await;
        assert!(matches!(not_sql, Err(Error::Sql(_))), "{not_sql:?}");
    })
    .await;
}

row! {
    #[derive(Debug, PartialEq)]
    struct Everything {
        int: i64,
        small: u8,
        flag: bool,
        time: Time,
        real: f64,
        text: String,
        bytes: Vec<u8>,
        some: Option<i64>,
        none: Option<String>,
    }
}

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    each_database(|db| async move {
        const LITE: &str = "CREATE TABLE everything (a BIGINT, b BIGINT, c BIGINT, d BIGINT, e DOUBLE PRECISION, \
            f TEXT, g BLOB, h BIGINT, i TEXT)";
        const POSTGRES: &str = "CREATE TABLE everything (a BIGINT, b BIGINT, c BIGINT, d BIGINT, e DOUBLE PRECISION, \
            f TEXT, g BYTEA, h BIGINT, i TEXT)";
        let read = db
            .write(|tx| {
                tx.execute(if tx.is_postgres() { POSTGRES } else { LITE }, params![])?;
                tx.execute(
                    "INSERT INTO everything VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                    params![
                        i64::MIN,
                        255_u8,
                        true,
                        Time(1),
                        -0.5_f64,
                        "'; DROP TABLE 船 🚢",
                        vec![0_u8, 255],
                        Some(7_u32),
                        None::<&str>
                    ],
                )?;
                tx.query_one("SELECT * FROM everything", params![])
            })
            .await;
        let wanted = Everything {
            int: i64::MIN,
            small: 255,
            flag: true,
            time: Time(1),
            real: -0.5,
            text: "'; DROP TABLE 船 🚢".to_owned(),
            bytes: vec![0, 255],
            some: Some(7),
            none: None,
        };
        assert_eq!(read, Ok(wanted));
    })
    .await;
}

#[tokio::test]
async fn one_row_means_one_row() {
    each_database(|db| async move {
        db.write(|tx| {
            assert_eq!(
                tx.query_one::<i64>("SELECT id FROM topics", params![]),
                Err(Error::NoRow)
            );
            assert_eq!(tx.query_opt::<i64>("SELECT id FROM topics", params![]), Ok(None));
            let changed = tx.execute(
                "INSERT INTO topics (name, head) VALUES ('a', 0), ('b', 0)",
                params![],
            )?;
            assert_eq!(changed, 2);
            let two = tx.query_opt::<i64>("SELECT id FROM topics", params![]);
            assert!(matches!(two, Err(Error::Job(_))), "{two:?}");
            assert_eq!(
                tx.execute("DELETE FROM topics WHERE name <> $1 RETURNING id", params!["a"])?,
                1
            );
            tx.query_one::<i64>("SELECT count(*) FROM topics", params![])
        })
        .await
        .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_violated_constraint_has_the_same_name_on_both_engines() {
    fn violate(tx: &Tx<'_>, sql: &'static str) -> Error {
        tx.savepoint(|tx| tx.execute(sql, params![])).unwrap_err()
    }
    each_database(|db| async move {
        db.write(|tx| {
            tx.execute(
                "CREATE TABLE ships (id BIGINT PRIMARY KEY, name TEXT NOT NULL, port TEXT, berth BIGINT CHECK (berth > 0), \
                 flag BIGINT REFERENCES topics (id), UNIQUE (port, berth))",
                params![],
            )?;
            tx.execute("CREATE UNIQUE INDEX ships_by_name ON ships (lower(name))", params![])?;
            tx.execute("CREATE UNIQUE INDEX ships_port_key ON ships (port) WHERE berth IS NULL", params![])?;
            tx.execute(
                "INSERT INTO ships (id, name, port, berth) VALUES (1, 'Ann', 'Bergen', 1), (2, 'Bob', 'Bergen', NULL)",
                params![],
            )?;
            let unique = |name: &str| Error::Unique(name.to_owned());
            let id = violate(tx, "INSERT INTO ships (id, name) VALUES (1, 'x')");
            assert_eq!(id, unique("ships_pkey"));
            let name = violate(tx, "INSERT INTO ships (id, name) VALUES (3, 'ANN')");
            assert_eq!(name, unique("ships_by_name"));
            let berth = violate(tx, "INSERT INTO ships (id, name, port, berth) VALUES (3, 'x', 'Bergen', 1)");
            assert_eq!(berth, unique("ships_port_berth_key"));
            let port = violate(tx, "INSERT INTO ships (id, name, port) VALUES (3, 'x', 'Bergen')");
            assert_eq!(port, unique("ships_port_key"));
            let topic = violate(tx, "INSERT INTO topics (id, name, head) VALUES (1, 'a', 0), (1, 'b', 0)");
            assert_eq!(topic, unique("topics_pkey"));
            assert_eq!(violate(tx, "INSERT INTO ships (id, name, flag) VALUES (3, 'x', 9)"), Error::ForeignKey);
            let check = violate(tx, "INSERT INTO ships (id, name, berth) VALUES (3, 'x', -1)");
            assert!(matches!(check, Error::Check(_)), "{check:?}");
            let null = violate(tx, "INSERT INTO ships (id) VALUES (3)");
            assert!(matches!(null, Error::Check(_)), "{null:?}");
            tx.query_one::<i64>("SELECT count(*) FROM ships", params![])
        })
        .await
        .map(|ships| assert_eq!(ships, 2))
        .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_reading_job_cannot_write() {
    each_database(|db| async move {
        const INSERT: &str = "INSERT INTO topics (name, head) VALUES ('a', 0) RETURNING id";
        let read = db.read(|conn| conn.query::<i64>(INSERT, params![])).await;
        assert!(matches!(read, Err(Error::Sql(_))), "{read:?}");
        let read = db.snapshot(|conn| conn.query::<i64>(INSERT, params![])).await;
        assert!(matches!(read, Err(Error::Sql(_))), "{read:?}");
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_sees_one_state_and_a_read_the_newest() {
    each_database(|db| async move {
        const COUNT: &str = "SELECT count(*) FROM topics";
        for (snapshot, wanted) in [(true, (0, 0)), (false, (1, 2))] {
            let (began, begins) = tokio::sync::oneshot::channel();
            let (go_on, wait) = std::sync::mpsc::channel::<()>();
            let read = move |conn: &crate::db::Conn<'_>| {
                let before: i64 = conn.query_one(COUNT, params![])?;
                began.send(()).unwrap();
                wait.recv().unwrap();
                Ok::<_, Error>((before, conn.query_one(COUNT, params![])?))
            };
            let reader = db.clone();
            let reading = tokio::spawn(async move {
                if snapshot {
                    reader.snapshot(read).await
                } else {
                    reader.read(read).await
                }
            });
            begins.await.unwrap();
            db.write(move |tx| {
                tx.execute(
                    "INSERT INTO topics (name, head) VALUES ($1, 0)",
                    params![if snapshot { "a" } else { "b" }],
                )
            })
            .await
            .unwrap();
            go_on.send(()).unwrap();
            assert_eq!(reading.await.unwrap(), Ok(wanted));
        }
    })
    .await;
}
