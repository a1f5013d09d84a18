//! What is typed is kept until the server has it: on a shelf that outlives a reload, an item a key, so that two tabs
//! never overwrite each other. Sent one by one, in the order typed.
//!
//! An item may be sent twice (two tabs find it, an answer is lost); its id is made here, and the server stores an id
//! once. Another person's items, left by an earlier session of this browser, are neither sent nor shown; an item says
//! whose it is, since the cookie it goes out with may have become somebody else's.

/// Where items outlive the page: `localStorage`, or a map in tests.
pub(crate) trait Shelf {
    /// Every key there is.
    fn keys(&self) -> Vec<String>;
    /// The value of a key.
    fn get(&self, key: &str) -> Option<String>;
    /// Keeps a value. A shelf that is full or forbidden keeps nothing: the item then lives as long as its page.
    fn set(&mut self, key: &str, value: &str);
    /// Forgets a key.
    fn remove(&mut self, key: &str);
}

/// One form on its way to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Made here; the server stores an id once.
    pub id: String,
    /// When it was typed, in milliseconds since the Unix epoch: the order of sending.
    pub made_ms: u64,
    /// What it belongs to, so that a page finds its own again: `chat:general`.
    pub scope: String,
    /// Where it is posted to.
    pub action: String,
    /// The form's fields.
    pub fields: Vec<(String, String)>,
}

impl Item {
    /// The value of a field, or nothing.
    pub fn field(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}

/// How far an item has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Waits for its turn, or for the connection.
    Waiting,
    /// On its way now.
    Sending,
    /// The server has it; the live event that shows it is still to come.
    Taken,
    /// The server refused it, for this reason; only the person can decide.
    Failed(String),
}

/// What the server made of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Stored.
    Taken,
    /// Not reached, or too busy: try again after this many milliseconds.
    Later(u64),
    /// Refused for good.
    Failed(String),
    /// This browser speaks for the owner no more; it would say the same of all that waits.
    Stranger(String),
}

/// An item and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was typed.
    pub item: Item,
    /// How far it has come.
    pub stage: Stage,
    /// Whether the shelf took it; if so and it is there no more, another tab has sent it.
    shelved: bool,
}

/// The outbox of one person in one tab.
#[derive(Debug)]
pub(crate) struct Outbox<S> {
    shelf: S,
    pub(crate) owner: i64,
    entries: Vec<Entry>,
    not_before: u64,
}

impl<S: Shelf> Outbox<S> {
    /// The outbox of person `owner`, with what earlier pages of theirs left.
    pub(crate) fn open(shelf: S, owner: i64) -> Self {
        let mut outbox = Self {
            shelf,
            owner,
            entries: Vec::new(),
            not_before: 0,
        };
        outbox.look();
        outbox
    }

    /// Takes in what other tabs have left on the shelf, and lets go of what they have sent.
    pub(crate) fn look(&mut self) {
        let (prefix, mut keys) = (key(self.owner, ""), self.shelf.keys());
        keys.retain(|key| key.starts_with(&prefix));
        self.entries.retain(|entry| {
            let there = || keys.iter().any(|key| key[prefix.len()..] == entry.item.id);
            entry.stage != Stage::Waiting || !entry.shelved || there()
        });
        for key in keys {
            let Some(item) = self.shelf.get(&key).and_then(|text| read(&text)) else {
                continue;
            };
            if !self.entries.iter().any(|entry| entry.item.id == item.id) {
                self.entries.push(Entry {
                    item,
                    stage: Stage::Waiting,
                    shelved: true,
                });
            }
        }
        self.entries
            .sort_unstable_by(|a, b| (a.item.made_ms, &a.item.id).cmp(&(b.item.made_ms, &b.item.id)));
    }

    /// Every entry of a scope, in order.
    pub(crate) fn of<'a>(&'a self, scope: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.item.scope == scope)
    }

    /// Keeps a new item.
    pub(crate) fn put(&mut self, item: Item) {
        let key = key(self.owner, &item.id);
        self.shelf.set(&key, &write(&item));
        let shelved = self.shelf.get(&key).is_some();
        self.entries.push(Entry {
            item,
            stage: Stage::Waiting,
            shelved,
        });
    }

    /// The next item to send, now marked as on its way; `None` while one is, or while it is too early.
    pub(crate) fn next(&mut self, now: u64) -> Option<Item> {
        if now < self.not_before || self.entries.iter().any(|entry| entry.stage == Stage::Sending) {
            return None;
        }
        let entry = self
            .entries
            .iter_mut()
            .find(|entry| entry.stage == Stage::Waiting)?;
        entry.stage = Stage::Sending;
        Some(entry.item.clone())
    }

    /// When to ask for the next one again, if something waits and it is too early.
    pub(crate) fn wake_at(&self) -> Option<u64> {
        let waits = self.entries.iter().any(|entry| entry.stage == Stage::Waiting);
        (waits && self.not_before > 0).then_some(self.not_before)
    }

    /// What became of an item that was sent as `owner`, who may not be this outbox's any more.
    pub(crate) fn sent(&mut self, owner: i64, id: &str, outcome: Outcome, now: u64) {
        if outcome == Outcome::Taken {
            self.shelf.remove(&key(owner, id));
        }
        if owner != self.owner {
            return;
        }
        self.not_before = 0;
        let stage = match outcome {
            Outcome::Taken => Stage::Taken,
            Outcome::Later(after) => {
                self.not_before = now + after;
                Stage::Waiting
            }
            Outcome::Failed(reason) => Stage::Failed(reason),
            Outcome::Stranger(reason) => {
                let stage = Stage::Failed(reason);
                for entry in &mut self.entries {
                    if entry.stage == Stage::Waiting {
                        entry.stage = stage.clone();
                    }
                }
                stage
            }
        };
        self.set(id, stage);
    }

    /// The connection is back: nothing is too early any more.
    pub(crate) fn hurry(&mut self) {
        self.not_before = 0;
    }

    /// Sends a failed item again.
    pub(crate) fn retry(&mut self, id: &str) {
        self.set(id, Stage::Waiting);
    }

    /// The item is settled (its event came) or is not wanted any more. Returns whether it was here.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.item.id != id);
        let was_here = self.entries.len() < before;
        if was_here {
            self.shelf.remove(&key(self.owner, id));
        }
        was_here
    }

    fn set(&mut self, id: &str, stage: Stage) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.item.id == id) {
            entry.stage = stage;
        }
    }
}

/// An item's key on the shelf; without an id, what the keys of a person's items begin with.
fn key(owner: i64, id: &str) -> String {
    ["flotilla:outbox:", &owner.to_string(), ":", id].concat()
}

/// An item as one text: its parts one after the other, each behind its length in bytes (`5:hello`).
fn write(item: &Item) -> String {
    let made_ms = item.made_ms.to_string();
    let head = [&item.id, &made_ms, &item.scope, &item.action];
    let fields = item.fields.iter().flat_map(|(name, value)| [name, value]);
    head.into_iter()
        .chain(fields)
        .fold(String::new(), |mut text, part| {
            text.push_str(&part.len().to_string());
            text.push(':');
            text.push_str(part);
            text
        })
}

/// The item that [`write`] wrote; `None` for anything else that stands under its key.
fn read(mut text: &str) -> Option<Item> {
    let mut parts = Vec::new();
    while !text.is_empty() {
        let (length, rest) = text.split_once(':')?;
        let (part, rest) = rest.split_at_checked(length.parse().ok()?)?;
        parts.push(part.to_owned());
        text = rest;
    }
    let mut parts = parts.into_iter();
    let (id, made_ms) = (parts.next()?, parts.next()?.parse().ok()?);
    let (scope, action) = (parts.next()?, parts.next()?);
    let mut fields = Vec::new();
    while let Some(name) = parts.next() {
        fields.push((name, parts.next()?));
    }
    Some(Item {
        id,
        made_ms,
        scope,
        action,
        fields,
    })
}

#[cfg(test)]
mod tests;
