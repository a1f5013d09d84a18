//! Chat: rooms, messages, and the events that keep a room's page live.

use serde::{Deserialize, Serialize};

use crate::{accounts::Person, time::Time, topic::Position};

/// The longest message, in characters.
pub const MAX_MESSAGE_CHARS: usize = 4_000;

/// One message as everybody in the room sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Grows with each message stored; the order of the room.
    pub id: i64,
    /// Made by the sender, so that a message sent twice is stored once, and a page knows its own again.
    pub client_id: String,
    /// Who sent it.
    pub author: Person,
    /// As it was typed.
    pub text: String,
    /// As it is shown: made and sanitised by the server, safe to put into a page as it is.
    pub html: String,
    /// When the server stored it.
    pub sent_at: Time,
}

/// What happened in a room: the data of a publication on `chat:ROOM`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A message was stored.
    Posted(Message),
}

/// What a client may publish on `chat:ROOM` itself: never stored, no offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The person is typing. Shown for 6 s.
    Typing,
}

/// A room as its page needs it: applying every event after `position` keeps it equal to a fresh one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The room's name, `general`.
    pub room: String,
    /// The latest messages, oldest first.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub more: bool,
    /// Where the room's topic stood when this was read.
    pub position: Position,
}

impl Snapshot {
    /// Applies one event, in offset order. An event seen before changes nothing.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Posted(message) => {
                if self.messages.last().is_none_or(|last| last.id < message.id) {
                    self.messages.push(message);
                }
            }
        }
    }
}

/// The plain `/ws` endpoint's object, in and out. JSON only, hence the attributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainMessage {
    /// The sender's address as sent with `--open`; else empty on the way out.
    #[serde(default)]
    pub email: String,
    /// The sender's name as sent with `--open`; else the account's own.
    #[serde(default)]
    pub username: String,
    /// The text, as typed.
    pub message: String,
    /// The sender's picture; only on the way out, and not with `--open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
}
