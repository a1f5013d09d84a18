//! A room's messages as its page shows them: keyed by id, grouped by author and time, with a line between days.
//!
//! Invariant: whatever comes in, in whatever order, the messages stay sorted by id, each there once.

use std::sync::Arc;

use wire::{
    chat::{Event, Message, Page, Snapshot},
    time::Time,
};

/// Messages of one author this close together share one head.
const GROUP_MICROS: i64 = 5 * 60 * 1_000_000;
/// Beyond this many, a page that follows the newest lets go of the oldest, and loads them again when asked.
const MOST: usize = 600;
/// How many it keeps then.
const KEPT: usize = 400;

/// What a room's page holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    messages: Vec<Arc<Message>>,
    more: bool,
    read: Option<i64>,
}

/// One line of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A day begins, in the reader's words.
    Day(String),
    /// From here on nothing has been seen yet.
    New,
    /// A message; `lead` says whether it has a head (author, time) of its own.
    Message {
        /// The message.
        message: Arc<Message>,
        /// Whether it begins a group.
        lead: bool,
    },
}

/// What a row is known by; a row whose key stays is not drawn again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A day.
    Day(String),
    /// The line above what is new.
    New,
    /// A message, with or without its head.
    Message(i64, bool),
}

impl Row {
    /// What the row is known by.
    pub fn key(&self) -> Key {
        match self {
            Self::Day(day) => Key::Day(day.clone()),
            Self::New => Key::New,
            Self::Message { message, lead } => Key::Message(message.id, *lead),
        }
    }
}

impl From<Snapshot> for Timeline {
    fn from(snapshot: Snapshot) -> Self {
        let messages = snapshot.messages.into_iter().map(Arc::new).collect();
        Self {
            messages,
            more: snapshot.more,
            read: None,
        }
    }
}

impl Timeline {
    /// Applies an event. Returns the message that is new by it.
    pub fn apply(&mut self, event: Event) -> Option<Arc<Message>> {
        match event {
            Event::Posted(message) => self.insert(message),
        }
    }

    /// Takes a fresh snapshot. What was loaded before it stays, unless messages between the two were never seen.
    pub fn renew(&mut self, snapshot: Snapshot) {
        let joins = match (snapshot.messages.first(), self.messages.last()) {
            (Some(first), Some(last)) => first.id <= last.id || !snapshot.more,
            _ => false,
        };
        if !joins {
            let read = self.read;
            *self = Self {
                read,
                ..snapshot.into()
            };
            return;
        }
        for message in snapshot.messages {
            self.insert(message);
        }
    }

    /// Puts a page of older messages, asked for with `before`, before those that are there. If others are the oldest by
    /// now (a renewal, a trim), the page would leave a hole: it is dropped.
    pub fn prepend(&mut self, before: i64, older: Page) {
        if self.before() != Some(before) {
            return;
        }
        let older_messages = older.messages.into_iter().filter(|message| message.id < before);
        self.messages.splice(0..0, older_messages.map(Arc::new));
        self.more = older.more;
    }

    /// Lets go of the oldest when there are too many.
    pub fn trim(&mut self) {
        if self.messages.len() > MOST {
            self.messages.drain(..self.messages.len() - KEPT);
            self.more = true;
        }
    }

    /// Remembers that all there is now has been seen, unless an earlier mark still stands: what comes later is new.
    pub fn mark_read(&mut self) {
        let last = self.messages.last().map(|last| last.id);
        self.read = self.read.or(last);
    }

    /// Whether a message of this author is here that was sent under `client_id`.
    pub fn has(&self, author: i64, client_id: &str) -> bool {
        self.messages
            .iter()
            .rev()
            .any(|message| message.author.id == author && message.client_id == client_id)
    }

    /// Forgets where the new ones begin.
    pub fn unmark(&mut self) {
        self.read = None;
    }

    /// The oldest message's id, if older ones can be loaded before it.
    pub fn before(&self) -> Option<i64> {
        self.messages.first().filter(|_| self.more).map(|first| first.id)
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The lines of the page. `day` names the day of a moment where the reader is; `me` never finds their own words new.
    pub fn rows(&self, me: i64, day: impl Fn(Time) -> String) -> Vec<Row> {
        let mut rows = Vec::with_capacity(self.messages.len() + 4);
        let (mut today, mut last) = (String::new(), None::<&Message>);
        let mut read = self.read;
        for message in &self.messages {
            let its_day = day(message.sent_at);
            if its_day != today {
                rows.push(Row::Day(its_day.clone()));
                (today, last) = (its_day, None);
            }
            if read.is_some_and(|read| message.id > read) && message.author.id != me {
                rows.push(Row::New);
                (read, last) = (None, None);
            }
            let lead = last.is_none_or(|last| !joins(last, message));
            rows.push(Row::Message {
                message: message.clone(),
                lead,
            });
            last = Some(message);
        }
        rows
    }

    fn insert(&mut self, message: Message) -> Option<Arc<Message>> {
        let at = match self.messages.last() {
            Some(last) if last.id >= message.id => {
                self.messages.binary_search_by_key(&message.id, |m| m.id).err()?
            }
            _ => self.messages.len(),
        };
        if at == 0 && self.more {
            return None; // older than what is loaded: it comes with its page
        }
        let message = Arc::new(message);
        self.messages.insert(at, message.clone());
        Some(message)
    }
}

/// Whether `next` needs no head of its own after `last`.
fn joins(last: &Message, next: &Message) -> bool {
    let same = last.author.id == next.author.id && last.author.name == next.author.name;
    same && next.sent_at.micros() - last.sent_at.micros() < GROUP_MICROS
}

#[cfg(test)]
mod tests {
    use wire::{
        accounts::{Person, Role},
        topic::Position,
    };

    use super::*;

    const MINUTE: i64 = 60_000_000;

    fn message(id: i64, author: i64, minute: i64) -> Message {
        let author = Person {
            id: author,
            name: "Ada".into(),
            role: Role::Member,
            avatar: String::new(),
        };
        let sent_at = Time(minute * MINUTE);
        Message {
            id,
            client_id: format!("c{id}"),
            author,
            text: "hi".into(),
            html: "hi".into(),
            sent_at,
        }
    }

    fn snapshot(ids: &[i64], more: bool) -> Snapshot {
        let messages = ids.iter().map(|id| message(*id, 1, *id)).collect();
        Snapshot {
            room: "general".into(),
            messages,
            more,
            position: Position::default(),
        }
    }

    fn ids(timeline: &Timeline) -> Vec<i64> {
        timeline.messages.iter().map(|message| message.id).collect()
    }

    /// `d` a day, `n` new, `L7` a message with a head, `7` one without.
    fn drawn(timeline: &Timeline) -> String {
        let rows = timeline.rows(9, |time| (time.micros() / (24 * 60 * MINUTE)).to_string());
        let words = rows.iter().map(|row| match row {
            Row::Day(_) => "d".to_owned(),
            Row::New => "n".to_owned(),
            Row::Message { message, lead } => format!("{}{}", if *lead { "L" } else { "" }, message.id),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    fn of(messages: impl IntoIterator<Item = Message>) -> Timeline {
        let mut timeline = Timeline::default();
        messages
            .into_iter()
            .for_each(|message| drop(timeline.apply(Event::Posted(message))));
        timeline
    }

    #[test]
    fn a_message_is_there_once_and_in_its_place() {
        let mut timeline = of([message(1, 1, 0), message(3, 1, 0)]);
        assert!(timeline.apply(Event::Posted(message(2, 1, 0))).is_some());
        assert!(timeline.apply(Event::Posted(message(3, 1, 0))).is_none());
        assert_eq!(ids(&timeline), [1, 2, 3]);
    }

    #[test]
    fn messages_group_by_author_and_time() {
        let timeline = of([
            message(1, 1, 0),
            message(2, 1, 4),
            message(3, 1, 9),
            message(4, 2, 9),
        ]);
        assert_eq!(drawn(&timeline), "d L1 2 L3 L4");
    }

    #[test]
    fn a_new_day_has_a_line_and_a_head() {
        let timeline = of([message(1, 1, 24 * 60 - 1), message(2, 1, 24 * 60)]);
        assert_eq!(drawn(&timeline), "d L1 d L2");
    }

    #[test]
    fn what_is_new_stands_under_a_line_and_ones_own_words_are_not() {
        let mut timeline = of([message(1, 1, 0)]);
        timeline.mark_read();
        for new in [message(2, 9, 0), message(3, 1, 0), message(4, 1, 0)] {
            timeline.apply(Event::Posted(new));
        }
        assert_eq!(drawn(&timeline), "d L1 L2 n L3 4");
        timeline.unmark();
        assert_eq!(drawn(&timeline), "d L1 L2 L3 4");
    }

    #[test]
    fn older_pages_go_before_without_doubles() {
        let mut timeline: Timeline = snapshot(&[5, 6], true).into();
        assert_eq!(timeline.before(), Some(5));
        let messages = [3, 4, 5].map(|id| message(id, 1, id)).into();
        timeline.prepend(
            5,
            Page {
                messages,
                more: false,
            },
        );
        assert_eq!((ids(&timeline), timeline.before()), (vec![3, 4, 5, 6], None));
    }

    #[test]
    fn an_older_page_that_comes_after_a_renewal_leaves_no_hole() {
        let mut timeline: Timeline = snapshot(&[5, 6], true).into();
        timeline.renew(snapshot(&[90, 91], true));
        let messages = [3, 4].map(|id| message(id, 1, id)).into();
        timeline.prepend(
            5,
            Page {
                messages,
                more: false,
            },
        );
        assert_eq!((ids(&timeline), timeline.before()), (vec![90, 91], Some(90)));
    }

    #[test]
    fn a_snapshot_that_joins_keeps_what_was_loaded_and_one_that_does_not_replaces_it() {
        let mut timeline: Timeline = snapshot(&[1, 2, 3], false).into();
        timeline.renew(snapshot(&[3, 4, 5], true));
        assert_eq!(ids(&timeline), [1, 2, 3, 4, 5]);
        timeline.renew(snapshot(&[9, 10], true));
        assert_eq!((ids(&timeline), timeline.before()), (vec![9, 10], Some(9)));
    }

    #[test]
    fn a_long_evening_lets_go_of_its_oldest() {
        let mut timeline = of((1..=601).map(|id| message(id, 1, id)));
        timeline.trim();
        assert_eq!((ids(&timeline).len(), timeline.before()), (400, Some(202)));
    }

    proptest::proptest! {
        #[test]
        fn any_order_of_arrival_ends_the_same(order in proptest::sample::subsequence((1..40).collect::<Vec<i64>>(), 0..39)) {
            let forward = of(order.iter().map(|id| message(*id, 1, *id)));
            let backward = of(order.iter().rev().map(|id| message(*id, 1, *id)));
            proptest::prop_assert_eq!(ids(&forward), order);
            proptest::prop_assert_eq!(forward, backward);
        }
    }
}
