//! The property that the log is for: a snapshot and the events after it equal a fresh snapshot, whatever happens between:
//! writes that fail, writes at once, cut connections, events let go of.

use std::{cell::Cell, collections::BTreeMap, ops::RangeInclusive};

use bytes::Bytes;
use futures::future::join_all;
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseResult, TestRunner},
};
use wire::topic::{Position, Topic};

use super::{ALL, Log, Since};
use crate::{
    Clock, Random,
    db::{Conn, Db, Error, Tx},
    hub::{Client, Connection, Encoding, Hub, Push},
    log::Retention,
    params,
    testing::{START, each_database},
};

/// Interleavings tried on each engine.
const CASES: u32 = 60;
/// Cells of the sheet: few, so that writes meet.
const CELLS: RangeInclusive<i64> = 0..=4;
/// Events read at once, fewer than a reader may have missed.
const PAGE: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    /// One change.
    Write { cell: i64, value: i64 },
    /// A change and its event, undone.
    Fail { cell: i64 },
    /// Changes at once, of which every third is undone.
    Storm(Vec<i64>),
    /// The reader's line is cut.
    Cut,
    /// The reader connects again, while this many changes happen.
    Follow(i64),
    /// All but the last few events are let go of.
    Trim(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (CELLS, any::<i64>()).prop_map(|(cell, value)| Step::Write { cell, value }),
        1 => CELLS.prop_map(|cell| Step::Fail { cell }),
        2 => prop::collection::vec(any::<i64>(), 1..12).prop_map(Step::Storm),
        2 => Just(Step::Cut),
        2 => (0..6_i64).prop_map(Step::Follow),
        1 => (0..4_u64).prop_map(Step::Trim),
    ]
}

/// A sheet of cells, kept live by a topic. An event is the cell and what it holds now.
type Sheet = BTreeMap<i64, i64>;

#[derive(Clone)]
struct World {
    db: Db,
    log: Log,
    hub: Hub,
    topic: Topic,
}

struct Reader {
    sheet: Sheet,
    position: Position,
    line: Option<Connection>,
}

#[tokio::test]
async fn a_snapshot_and_the_events_after_it_equal_a_fresh_snapshot() {
    each_database(|db| async move {
        let run = tokio::task::spawn_blocking(move || try_all(&db));
        run.await.unwrap();
    })
    .await;
}

fn try_all(db: &Db) {
    let runtime = tokio::runtime::Handle::current();
    runtime.block_on(db.write(create)).unwrap();
    let hub = Hub::new(Random::from_seed(1));
    let log = Log::new(hub.clone(), Clock::fixed(START));
    let sheets = Cell::new(0);
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&prop::collection::vec(step(), 1..40), |steps| {
        sheets.set(sheets.get() + 1);
        let topic = Topic::new("sheet", sheets.get());
        let world = World {
            db: db.clone(),
            log: log.clone(),
            hub: hub.clone(),
            topic,
        };
        runtime.block_on(world.play(steps))
    });
    outcome.unwrap();
}

fn create(tx: &Tx<'_>) -> Result<u64, Error> {
    tx.execute(
        "CREATE TABLE cells (sheet TEXT, cell BIGINT, value BIGINT, PRIMARY KEY (sheet, cell))",
        params![],
    )
}

impl World {
    async fn play(&self, steps: Vec<Step>) -> TestCaseResult {
        let (sheet, position) = self.fresh().await;
        let mut reader = Reader {
            sheet,
            position,
            line: None,
        };
        for step in steps.into_iter().chain([Step::Follow(2)]) {
            match step {
                Step::Write { cell, value } => self.write(cell, value, false).await,
                Step::Fail { cell } => self.write(cell, -1, true).await,
                Step::Storm(values) => {
                    join_all(
                        (0..)
                            .zip(values)
                            .map(|(n, value)| self.write(n % 5, value, n % 3 == 2)),
                    )
                    .await;
                }
                Step::Cut => reader.line = None,
                Step::Follow(meanwhile) => {
                    let busy = join_all((0..meanwhile).map(|n| self.write(n, n, false)));
                    tokio::join!(self.follow(&mut reader), busy);
                }
                Step::Trim(events) => drop(
                    self.log
                        .trim(&self.db, Retention { events, ..ALL })
                        .await
                        .unwrap(),
                ),
            }
            if reader.line.is_some() {
                reader.hear().await;
                let (sheet, position) = self.fresh().await;
                prop_assert_eq!(&reader.sheet, &sheet);
                prop_assert_eq!(&reader.position, &position);
            }
        }
        Ok(())
    }

    async fn write(&self, cell: i64, value: i64, fails: bool) {
        let Self { db, log, topic, .. } = self.clone();
        let outcome = db
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO cells (sheet, cell, value) VALUES ($1, $2, $3) \
                     ON CONFLICT (sheet, cell) DO UPDATE SET value = $3",
                    params![topic.as_str(), cell, value],
                )?;
                // What the cell holds when the topic is locked: on PostgreSQL the row lock above orders the writers of
                // one cell, the topic's those of all.
                log.append(tx, &topic, &(cell, value))?;
                if fails { Err(Error::NoRow) } else { Ok(()) }
            })
            .await;
        assert_eq!(outcome.is_err(), fails);
    }

    async fn fresh(&self) -> (Sheet, Position) {
        let Self { db, log, topic, .. } = self.clone();
        db.snapshot(move |conn| Ok::<_, Error>((sheet(conn, &topic)?, log.position(conn, &topic)?)))
            .await
            .unwrap()
    }

    /// As a live connection does it: listen first, then read what was missed, then go on from there.
    async fn follow(&self, reader: &mut Reader) {
        if reader.line.is_some() {
            return;
        }
        let mut line = self.hub.connect(Client {
            person: None,
            session: None,
            encoding: &LINES,
        });
        line.subscribe(&self.topic, false).unwrap();
        loop {
            let (Self { db, log, topic, .. }, from) = (self.clone(), reader.position.clone());
            match db
                .read(move |conn| log.since(conn, &topic, &from, PAGE))
                .await
                .unwrap()
            {
                Since::StartAgain(_) => (reader.sheet, reader.position) = self.fresh().await,
                Since::Events { events, position } => {
                    for event in &events {
                        reader.apply(event.offset.unwrap(), &event.data);
                    }
                    if reader.position == position {
                        break;
                    }
                }
            }
        }
        line.begin(&self.topic, reader.position.offset);
        reader.line = Some(line);
    }
}

fn sheet(conn: &Conn<'_>, topic: &Topic) -> Result<Sheet, Error> {
    let cells: Vec<(i64, i64)> = conn.query(
        "SELECT cell, value FROM cells WHERE sheet = $1",
        params![topic.as_str()],
    )?;
    Ok(cells.into_iter().collect())
}

impl Reader {
    /// Takes what the hub has queued by now.
    async fn hear(&mut self) {
        let mut heard = Vec::new();
        if let Some(line) = &self.line {
            // The marker makes sure that there is something to take.
            line.send(&Bytes::from_static(b"-\n"));
            line.drain(&mut heard).await.unwrap();
        }
        for event in String::from_utf8(heard)
            .unwrap()
            .lines()
            .filter(|line| *line != "-")
        {
            let (offset, data) = event.split_once(' ').unwrap();
            self.apply(offset.parse().unwrap(), data.as_bytes());
        }
    }

    fn apply(&mut self, offset: u64, data: &[u8]) {
        assert_eq!(
            offset,
            self.position.offset + 1,
            "events come in order, each once"
        );
        let (cell, value) = serde_json::from_slice(data).unwrap();
        self.sheet.insert(cell, value);
        self.position.offset = offset;
    }
}

/// `OFFSET JSON`, a line each.
static LINES: Encoding = Encoding {
    slot: 0,
    encode: line,
};

fn line(push: &Push<'_>) -> Option<Bytes> {
    let Push::Published(event) = push else { return None };
    let data = std::str::from_utf8(&event.data).ok()?;
    Some(format!("{} {data}\n", event.offset?).into())
}
