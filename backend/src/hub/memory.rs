//! Durable topics that live in memory: the last few events of each, with an epoch and gapless offsets as in the log.
//!
//! A topic that is forgotten for want of room takes its epoch along: who comes back to it is told to start again, and who
//! still follows it is told to come back.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use bytes::Bytes;
use parking_lot::Mutex;
use wire::topic::{Position, Topic};

use super::{ClientInfo, Hub, Publication};
use crate::Random;

/// Events kept of each topic: what INTERFACES promises of `echo:`.
pub const KEPT_EVENTS: usize = 100;

/// Topics kept. A scratch pad is made by whoever names one, so that names must not fill the memory.
pub const KEPT_TOPICS: usize = 1_000;

/// Bytes of events kept, over all topics: with frames of 64 KiB, one topic could hold 6 MB.
pub const KEPT_BYTES: usize = 64 << 20;

/// What an event counts beside its data: the publication itself, whose frames are about as large as its data.
const EVENT_BYTES: usize = 512;

/// The topics. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Memory {
    hub: Hub,
    random: Random,
    pads: Arc<Mutex<Pads>>,
}

#[derive(Debug, Default)]
struct Pads {
    pads: HashMap<Topic, Pad>,
    bytes: usize,
    /// Grows with each use; the pad with the smallest was used longest ago.
    uses: u64,
}

#[derive(Debug)]
struct Pad {
    position: Position,
    events: VecDeque<Arc<Publication>>,
    used: u64,
}

/// What a topic holds.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where it stands.
    pub position: Position,
    /// Its last events, oldest first.
    pub events: Vec<Arc<Publication>>,
}

impl Memory {
    /// Nothing yet; `hub` is told of what comes.
    pub fn new(hub: Hub, random: Random) -> Self {
        Self {
            hub,
            random,
            pads: Arc::default(),
        }
    }

    /// Keeps an event, gives it its place and tells the hub. `data` is JSON in one line.
    pub fn publish(&self, topic: &Topic, data: Bytes, from: Arc<ClientInfo>) {
        let (event, forgotten) = self.append(topic, data, from);
        self.hub.publish(event);
        self.forget(forgotten);
    }

    fn append(&self, topic: &Topic, data: Bytes, from: Arc<ClientInfo>) -> (Arc<Publication>, Vec<Topic>) {
        let mut pads = self.pads.lock();
        let pad = pads.use_pad(topic, &self.random);
        pad.position.offset += 1;
        let event = Arc::new(Publication::event(topic.clone(), pad.position.offset, data).from(from));
        pad.events.push_back(event.clone());
        let old = if pad.events.len() > KEPT_EVENTS {
            pad.events.pop_front()
        } else {
            None
        };
        pads.bytes += weight(&event);
        pads.bytes -= old.as_deref().map_or(0, weight);
        let forgotten = pads.make_room();
        (event, forgotten)
    }

    /// What a topic holds, which exists from now on: its epoch stays the same while it is kept.
    pub fn read(&self, topic: &Topic) -> Kept {
        let mut pads = self.pads.lock();
        let pad = pads.use_pad(topic, &self.random);
        let kept = Kept {
            position: pad.position.clone(),
            events: pad.events.iter().cloned().collect(),
        };
        let forgotten = pads.make_room();
        drop(pads);
        self.forget(forgotten);
        kept
    }

    fn forget(&self, topics: Vec<Topic>) {
        for topic in topics {
            self.hub.restart(&topic);
        }
    }
}

impl Kept {
    /// The events after a position; `None` when some of them are gone, or it is of another epoch.
    pub fn since(&self, from: &Position) -> Option<&[Arc<Publication>]> {
        let missing = self.position.offset.checked_sub(from.offset)?;
        let missing = usize::try_from(missing).ok()?;
        if from.epoch != self.position.epoch {
            return None;
        }
        self.events.get(self.events.len().checked_sub(missing)?..)
    }
}

impl Pads {
    fn use_pad(&mut self, topic: &Topic, random: &Random) -> &mut Pad {
        self.uses += 1;
        let pad = self.pads.entry(topic.clone()).or_insert_with(|| Pad {
            position: Position {
                epoch: random.id(),
                offset: 0,
            },
            events: VecDeque::new(),
            used: 0,
        });
        pad.used = self.uses;
        pad
    }

    /// Forgets the topics used longest ago, but never the one just used; says which.
    fn make_room(&mut self) -> Vec<Topic> {
        let mut forgotten = Vec::new();
        while self.pads.len() > 1 && (self.pads.len() > KEPT_TOPICS || self.bytes > KEPT_BYTES) {
            let oldest = self
                .pads
                .iter()
                .min_by_key(|(_, pad)| pad.used)
                .map(|(topic, _)| topic.clone());
            if let Some((topic, pad)) = oldest.and_then(|topic| self.pads.remove_entry(&topic)) {
                self.bytes -= pad.events.iter().map(|event| weight(event)).sum::<usize>();
                forgotten.push(topic);
            }
        }
        forgotten
    }
}

fn weight(event: &Publication) -> usize {
    2 * event.data.len() + EVENT_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::ClientId;

    fn memory() -> Memory {
        let random = Random::from_seed(1);
        Memory::new(Hub::new(random.clone()), random)
    }

    fn topic(name: usize) -> Topic {
        Topic::new("echo", name)
    }

    fn append(memory: &Memory, topic: &Topic, bytes: usize) -> Position {
        let from = Arc::new(ClientInfo {
            client: ClientId::new([0; 16]),
            person: None,
        });
        memory.publish(topic, "x".repeat(bytes).into(), from);
        memory.read(topic).position
    }

    fn offsets(events: &[Arc<Publication>]) -> Vec<u64> {
        events.iter().filter_map(|event| event.offset).collect()
    }

    #[test]
    fn offsets_have_no_gaps_and_the_last_hundred_are_kept() {
        let memory = memory();
        for _ in 0..250 {
            append(&memory, &topic(1), 1);
        }
        let kept = memory.read(&topic(1));
        assert_eq!(kept.position.offset, 250);
        assert_eq!(offsets(&kept.events), (151..=250).collect::<Vec<_>>());
    }

    #[test]
    fn since_gives_all_that_was_missed_or_says_that_it_cannot() {
        let memory = memory();
        let epoch = append(&memory, &topic(1), 1).epoch;
        (0..149).for_each(|_| drop(append(&memory, &topic(1), 1)));
        let kept = memory.read(&topic(1));
        let since = |offset| {
            kept.since(&Position {
                epoch: epoch.clone(),
                offset,
            })
            .map(offsets)
        };
        assert_eq!(since(148), Some(vec![149, 150]));
        assert_eq!(since(150), Some(vec![]));
        assert_eq!(since(50).map(|events| events.len()), Some(100));
        assert_eq!(since(49), None, "number 50 is gone");
        assert_eq!(since(151), None, "not reached yet");
        assert!(
            kept.since(&Position {
                epoch: "another".into(),
                offset: 150
            })
            .is_none()
        );
    }

    #[test]
    fn many_names_do_not_fill_the_memory_and_a_forgotten_topic_has_another_epoch() {
        let memory = memory();
        let first = append(&memory, &topic(0), 1);
        (1..=KEPT_TOPICS).for_each(|name| drop(append(&memory, &topic(name), 1)));
        assert_eq!(memory.pads.lock().pads.len(), KEPT_TOPICS);
        assert_ne!(memory.read(&topic(0)).position.epoch, first.epoch);
    }

    #[test]
    fn large_events_push_out_the_topics_used_longest_ago() {
        let memory = memory();
        let first = append(&memory, &topic(0), 1);
        for name in 1..=20 {
            (0..KEPT_EVENTS).for_each(|_| drop(append(&memory, &topic(name), 64 << 10)));
        }
        let pads = memory.pads.lock();
        assert!(pads.bytes <= KEPT_BYTES, "{}", pads.bytes);
        assert!(!pads.pads.contains_key(&topic(0)), "{first:?}");
        assert!(pads.pads.contains_key(&topic(20)));
        let weighed: usize = pads
            .pads
            .values()
            .flat_map(|pad| &pad.events)
            .map(|event| weight(event))
            .sum();
        assert_eq!(pads.bytes, weighed, "the books are right");
    }
}
