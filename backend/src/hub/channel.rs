//! One topic: who follows it, and its events in the order of their offsets.
//!
//! Events of a durable topic come from the threads that committed them, which may overtake each other, and may come
//! twice. A channel passes each offset on once, in order, and holds early ones back until the gap before them closes.
//!
//! A subscription begins in [`Stage::Catching`]: what happens is kept for it while its owner reads the log, and passed on
//! from where that reading ended. So nothing is lost and nothing doubled between the two.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    mem,
    sync::Arc,
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::time::Instant;
use wire::{accounts::Person, topic::Topic};

use super::{
    ClientInfo, Disconnect, ENCODINGS, Encoding, Present, Publication, Push, QUEUE_BYTES, Unsubscribe,
    connection::Link,
};

/// One topic. Its lock is held while a publication is queued for every subscriber, which keeps all queues in one order;
/// it is never held across an await, and only [`super::outbox`] locks are taken inside it.
#[derive(Debug)]
pub(super) struct Channel {
    /// Names the topic where a number will do.
    pub(super) number: u64,
    topic: Topic,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    subscribers: Vec<Subscriber>,
    /// Connections of each person, by the person's id.
    people: HashMap<i64, usize>,
    /// Where the first subscription began: events up to here were dropped, so who has read less cannot go on.
    base: u64,
    /// The offset passed on last; `None` until a subscriber has read where the log stands.
    last: Option<u64>,
    /// Events after a gap, or before `last` is known.
    early: BTreeMap<u64, Arc<Publication>>,
    /// When the gap opened.
    gap_since: Option<Instant>,
}

#[derive(Debug)]
struct Subscriber {
    link: Arc<Link>,
    stage: Stage,
    /// Whether it is told who comes and goes.
    joins: bool,
}

#[derive(Debug)]
enum Stage {
    /// Its owner still reads the log: frames wait here, with their offset, 0 for what has none.
    Catching(Held),
    /// It has all up to this offset.
    After(u64),
}

/// What waits for a subscriber to begin, within the bounds of a connection's queue.
#[derive(Debug, Default)]
struct Held {
    frames: Vec<(u64, Bytes)>,
    bytes: usize,
}

impl Channel {
    pub(super) fn new(number: u64, topic: Topic) -> Self {
        Self {
            number,
            topic,
            state: Mutex::default(),
        }
    }

    /// Adds a subscriber and tells the others. False when it is one already.
    pub(super) fn add(&self, link: &Arc<Link>, joins: bool) -> bool {
        let mut state = self.state.lock();
        if state.place(link).is_some() {
            return false;
        }
        let first = state.count_in(&link.info);
        state.subscribers.push(Subscriber {
            link: link.clone(),
            stage: Stage::Catching(Held::default()),
            joins,
        });
        state.tell(&Push::Joined {
            topic: &self.topic,
            who: &link.info,
            first,
        });
        true
    }

    /// Passes on to a subscriber what it has not read: everything after `offset`. False when some of that is not here
    /// any more, because another one began further on before this one did: it must read the log again.
    #[must_use]
    pub(super) fn begin(&self, link: &Link, offset: u64) -> bool {
        let mut state = self.state.lock();
        let Some(place) = state.place(link) else {
            return true;
        };
        if state.last.is_some() && offset < state.base {
            return false;
        }
        let stage = mem::replace(&mut state.subscribers[place].stage, Stage::After(offset));
        if let Stage::Catching(held) = stage {
            for (_, frame) in held.frames.iter().filter(|(of, _)| *of == 0 || *of > offset) {
                link.outbox.push(frame);
            }
        }
        if state.last.is_none() {
            (state.base, state.last) = (offset, Some(offset));
            state.early = state.early.split_off(&(offset + 1));
            state.pass_on();
        }
        true
    }

    /// Takes a subscriber away and tells the others. Returns whether it was one, and whether it was the last.
    pub(super) fn remove(&self, link: &Link) -> (bool, bool) {
        let mut state = self.state.lock();
        let Some(place) = state.place(link) else {
            return (false, state.subscribers.is_empty());
        };
        let gone = state.subscribers.swap_remove(place);
        let last = state.count_out(&gone.link.info);
        state.tell(&Push::Left {
            topic: &self.topic,
            who: &gone.link.info,
            last,
        });
        (true, state.subscribers.is_empty())
    }

    /// Ends the subscriptions of those who match. Returns whether nobody is left.
    pub(super) fn end(&self, why: Unsubscribe, whose: impl Fn(&ClientInfo) -> bool) -> bool {
        let mut state = self.state.lock();
        let gone: Vec<_> = state
            .subscribers
            .extract_if(.., |s| whose(&s.link.info))
            .collect();
        for Subscriber { link, .. } in &gone {
            let push = Push::Unsubscribed {
                topic: &self.topic,
                why,
            };
            if let Some(frame) = (link.encoding.encode)(&push) {
                link.outbox.push(&frame);
            }
            let last = state.count_out(&link.info);
            state.tell(&Push::Left {
                topic: &self.topic,
                who: &link.info,
                last,
            });
        }
        state.subscribers.is_empty()
    }

    /// Passes on an event of a durable topic: now, or when those before it have come.
    pub(super) fn event(&self, publication: Arc<Publication>, offset: u64) {
        let mut state = self.state.lock();
        match state.last {
            Some(last) if offset <= last => return,
            Some(last) if offset == last + 1 && state.early.is_empty() => {
                state.last = Some(offset);
                state.deliver(&publication, offset);
                return;
            }
            _ => {}
        }
        state.early.entry(offset).or_insert(publication);
        if state.last.is_some() {
            state.pass_on();
        }
    }

    /// Passes on what has no offset.
    pub(super) fn signal(&self, publication: &Publication) {
        self.state.lock().deliver(publication, 0);
    }

    /// Passes on a latest value, which replaces an earlier one that still waits.
    pub(super) fn latest(&self, publication: &Publication) {
        for subscriber in &self.state.lock().subscribers {
            if let Some(frame) = publication.frame(subscriber.link.encoding) {
                subscriber.link.outbox.push_latest(self.number, frame);
            }
        }
    }

    /// Whether a gap has been open since `before` or earlier.
    pub(super) fn is_stuck(&self, before: Instant) -> bool {
        self.state.lock().gap_since.is_some_and(|since| since <= before)
    }

    pub(super) fn has(&self, link: &Link) -> bool {
        self.state.lock().place(link).is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.state.lock().subscribers.len()
    }

    /// Its connections, those that came last first.
    pub(super) fn presence(&self, most: usize) -> Vec<Arc<ClientInfo>> {
        let state = self.state.lock();
        let newest = state.subscribers.iter().rev().take(most);
        newest.map(|s| s.link.info.clone()).collect()
    }

    /// Its people, each once, those that came last first.
    pub(super) fn people(&self, most: usize) -> Vec<Arc<Person>> {
        let state = self.state.lock();
        let mut seen = HashSet::new();
        let people = state.subscribers.iter().rev();
        people
            .filter_map(|s| s.link.info.person.as_ref())
            .filter(|person| seen.insert(person.id))
            // Found all: their further connections need no look.
            .take(most.min(state.people.len()))
            .cloned()
            .collect()
    }

    /// How many there are. Strangers count as one person.
    pub(super) fn present(&self) -> Present {
        let state = self.state.lock();
        let connections = state.subscribers.len();
        let strangers = connections > state.people.values().sum();
        Present {
            connections,
            people: state.people.len() + usize::from(strangers),
        }
    }
}

impl State {
    fn place(&self, link: &Link) -> Option<usize> {
        self.subscribers.iter().position(|s| s.link.number == link.number)
    }

    /// Counts a connection in; true when it is the person's first here.
    fn count_in(&mut self, who: &ClientInfo) -> bool {
        let Some(person) = &who.person else { return true };
        let count = self.people.entry(person.id).or_default();
        *count += 1;
        *count == 1
    }

    /// Counts a connection out; true when it was the person's last here.
    fn count_out(&mut self, who: &ClientInfo) -> bool {
        let Some(person) = &who.person else { return true };
        let Some(count) = self.people.get_mut(&person.id) else {
            return true;
        };
        *count -= 1;
        let last = *count == 0;
        if last {
            self.people.remove(&person.id);
        }
        last
    }

    /// Passes on what has no gap before it, and notes since when there is one.
    fn pass_on(&mut self) {
        while let (Some(last), Some(first)) = (self.last, self.early.first_entry())
            && *first.key() == last + 1
        {
            let (offset, publication) = first.remove_entry();
            self.last = Some(offset);
            self.deliver(&publication, offset);
        }
        match (self.early.is_empty(), self.gap_since) {
            (true, _) => self.gap_since = None,
            (false, None) => self.gap_since = Some(Instant::now()),
            (false, Some(_)) => {}
        }
    }

    fn deliver(&mut self, publication: &Publication, offset: u64) {
        for subscriber in &mut self.subscribers {
            if let Some(frame) = publication.frame(subscriber.link.encoding) {
                subscriber.take(frame, offset);
            }
        }
    }

    /// Tells those who want to know who comes and goes. A few, often, so each encoding is made once.
    fn tell(&mut self, push: &Push<'_>) {
        let mut frames: [Option<Option<Bytes>>; ENCODINGS] = Default::default();
        for subscriber in self.subscribers.iter_mut().filter(|s| s.joins) {
            let Encoding { slot, encode } = *subscriber.link.encoding;
            if let Some(frame) = frames[slot].get_or_insert_with(|| encode(push)) {
                subscriber.take(frame, 0);
            }
        }
    }
}

impl Subscriber {
    fn take(&mut self, frame: &Bytes, offset: u64) {
        match &mut self.stage {
            Stage::After(after) if offset == 0 || offset > *after => self.link.outbox.push(frame),
            Stage::After(_) => {}
            Stage::Catching(held) if held.bytes > QUEUE_BYTES => self.link.outbox.close(Disconnect::SLOW),
            Stage::Catching(held) => {
                held.bytes += frame.len() + size_of::<Bytes>();
                held.frames.push((offset, frame.clone()));
            }
        }
    }
}
