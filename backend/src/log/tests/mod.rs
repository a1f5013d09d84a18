//! The log's promises, on both engines.

mod replay;

use std::time::Duration;

use futures::future::join_all;
use wire::topic::{Position, Topic};

use super::{Log, Retention, Since, Trimmed};
use crate::{
    Clock, Random,
    db::{Db, Error},
    hub::Hub,
    testing::{START, each_database},
};

/// Keeps all.
const ALL: Retention = Retention {
    events: u64::MAX,
    age: Duration::from_hours(24 * 365),
};

fn log() -> (Log, Clock) {
    let clock = Clock::fixed(START);
    (Log::new(Hub::new(Random::from_seed(1)), clock.clone()), clock)
}

fn room() -> Topic {
    Topic::new("chat", "general")
}

async fn append(db: &Db, log: &Log, events: std::ops::Range<u64>) -> Position {
    let mut last = position(db, log).await;
    for event in events {
        let log = log.clone();
        last = db.write(move |tx| log.append(tx, &room(), &event)).await.unwrap();
    }
    last
}

async fn position(db: &Db, log: &Log) -> Position {
    let log = log.clone();
    db.read(move |conn| log.position(conn, &room())).await.unwrap()
}

/// The events after an offset, as they were appended; `None`: start again.
async fn since(db: &Db, log: &Log, from: Position, most: usize) -> Option<Vec<String>> {
    let (log, offset) = (log.clone(), from.offset);
    match db
        .snapshot(move |conn| log.since(conn, &room(), &from, most))
        .await
        .unwrap()
    {
        Since::StartAgain(_) => None,
        Since::Events { events, .. } => {
            let offsets: Vec<u64> = events.iter().filter_map(|event| event.offset).collect();
            assert_eq!(offsets, (offset + 1..).take(events.len()).collect::<Vec<_>>());
            Some(
                events
                    .iter()
                    .map(|event| String::from_utf8(event.data.to_vec()).unwrap())
                    .collect(),
            )
        }
    }
}

#[tokio::test]
async fn a_topic_never_written_to_stands_at_0_and_keeps_its_epoch() {
    each_database(|db| async move {
        let (log, _) = log();
        let before = position(&db, &log).await;
        assert_eq!(before.offset, 0);
        assert!(!before.epoch.is_empty());
        assert_eq!(since(&db, &log, before.clone(), 10).await, Some(vec![]));
        let after = append(&db, &log, 0..1).await;
        assert_eq!(
            after,
            Position {
                epoch: before.epoch.clone(),
                offset: 1
            }
        );
        assert_eq!(position(&db, &log).await, after);
        assert_eq!(since(&db, &log, before, 10).await, Some(vec!["0".to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn offsets_have_no_gaps_whatever_fails_beside_them() {
    each_database(|db| async move {
        let (log, _) = log();
        let jobs = (0..200_u64).map(|n| {
            let log = log.clone();
            db.write(move |tx| {
                let position = log.append(tx, &room(), &n)?;
                match n % 4 {
                    0 => Err(Error::NoRow),
                    1 => panic!("on purpose"),
                    _ => Ok(position.offset),
                }
            })
        });
        let mut given: Vec<u64> = join_all(jobs).await.into_iter().filter_map(Result::ok).collect();
        given.sort_unstable();
        assert_eq!(given, (1..=100).collect::<Vec<_>>());
        let start = Position {
            offset: 0,
            ..position(&db, &log).await
        };
        assert_eq!(
            since(&db, &log, start, usize::MAX)
                .await
                .map(|events| events.len()),
            Some(100)
        );
    })
    .await;
}

#[tokio::test]
async fn a_reader_gets_all_it_missed_in_pages() {
    each_database(|db| async move {
        let (log, _) = log();
        let head = append(&db, &log, 0..10).await;
        let at = |offset| Position {
            offset,
            ..head.clone()
        };
        let texts = |range: std::ops::Range<u64>| Some(range.map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(since(&db, &log, at(0), 100).await, texts(0..10));
        assert_eq!(since(&db, &log, at(4), 3).await, texts(4..7));
        assert_eq!(since(&db, &log, at(10), 3).await, texts(0..0));
    })
    .await;
}

#[tokio::test]
async fn a_position_of_another_epoch_or_of_the_future_starts_again() {
    each_database(|db| async move {
        let (log, _) = log();
        let head = append(&db, &log, 0..3).await;
        assert_eq!(
            since(
                &db,
                &log,
                Position {
                    epoch: "another".to_owned(),
                    offset: 1
                },
                10
            )
            .await,
            None
        );
        assert_eq!(
            since(
                &db,
                &log,
                Position {
                    offset: 4,
                    ..head.clone()
                },
                10
            )
            .await,
            None
        );
        assert_eq!(
            since(
                &db,
                &log,
                Position {
                    offset: u64::MAX,
                    ..head
                },
                10
            )
            .await,
            None
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_more_than_is_kept_goes_and_offsets_go_on() {
    each_database(|db| async move {
        let (log, _) = log();
        let head = append(&db, &log, 0..1_300).await;
        let at = |offset| Position {
            offset,
            ..head.clone()
        };
        let trimmed = log.trim(&db, Retention { events: 5, ..ALL }).await.unwrap();
        assert_eq!(
            trimmed,
            Trimmed {
                events: 1_295,
                topics: 1
            }
        );
        assert_eq!(
            log.trim(&db, Retention { events: 5, ..ALL }).await.unwrap(),
            Trimmed::default()
        );
        assert_eq!(
            since(&db, &log, at(1_294), 10).await,
            None,
            "an event after it is gone"
        );
        assert_eq!(
            since(&db, &log, at(1_295), 10).await.map(|events| events.len()),
            Some(5)
        );
        log.trim(&db, Retention { events: 0, ..ALL }).await.unwrap();
        assert_eq!(since(&db, &log, at(1_299), 10).await, None);
        assert_eq!(since(&db, &log, at(1_300), 10).await, Some(vec![]));
        assert_eq!(append(&db, &log, 0..1).await, at(1_301));
    })
    .await;
}

#[tokio::test]
async fn what_is_too_old_goes() {
    each_database(|db| async move {
        let (log, clock) = log();
        append(&db, &log, 0..3).await;
        clock.advance(Duration::from_secs(60));
        let head = append(&db, &log, 3..5).await;
        clock.advance(Duration::from_secs(60));
        let keep = Retention {
            age: Duration::from_secs(90),
            ..ALL
        };
        assert_eq!(
            log.trim(&db, keep).await.unwrap(),
            Trimmed { events: 3, topics: 1 }
        );
        assert_eq!(
            since(
                &db,
                &log,
                Position {
                    offset: 2,
                    ..head.clone()
                },
                10
            )
            .await,
            None
        );
        let left = since(&db, &log, Position { offset: 3, ..head }, 10).await;
        assert_eq!(left, Some(vec!["3".to_owned(), "4".to_owned()]));
    })
    .await;
}
