//! Chat: rooms, messages, and the events that keep a room's page live.

use serde::{Deserialize, Serialize};

use crate::{accounts::Person, time::Time, topic::Position};

/// The longest message, in characters.
pub const MAX_MESSAGE_CHARS: usize = 4_000;

/// One message as everybody in the room sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// A room that the asker may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Room {
    /// Its name, `general`: also the last part of its page's path and of its topic.
    pub id: String,
    /// When somebody last sent something here.
    pub active_at: Time,
}

/// A stretch of a room's messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Whether there are more in the direction asked for: older ones, or newer ones after `after`.
    pub more: bool,
}

/// A message on its way in, by HTTP. JSON only, hence the attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMessage {
    /// As it was typed.
    pub text: String,
    /// Made by the sender, so that sending again is safe; the server makes one where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
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

    /// Puts a page of older messages before those that are there.
    pub fn prepend(&mut self, older: Page) {
        let first = self.messages.first().map_or(i64::MAX, |first| first.id);
        self.messages.splice(
            0..0,
            older.messages.into_iter().filter(|message| message.id < first),
        );
        self.more = older.more;
    }
}

/// The plain `/ws` endpoint's object, in and out. JSON only, hence the attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// What the plain `/ws` endpoint answers to a frame that it cannot take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainError {
    /// For a person.
    pub error: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Role;

    fn message(id: i64) -> Message {
        Message {
            id,
            client_id: format!("c{id}"),
            author: Person {
                id: 1,
                name: "Ada".into(),
                role: Role::Member,
                avatar: "/avatar/00".into(),
            },
            text: "hi".into(),
            html: "hi".into(),
            sent_at: Time(id),
        }
    }

    fn snapshot(ids: &[i64], more: bool) -> Snapshot {
        let messages = ids.iter().copied().map(message).collect();
        Snapshot {
            room: "general".into(),
            messages,
            more,
            position: Position::default(),
        }
    }

    #[test]
    fn an_event_seen_before_changes_nothing() {
        let mut page = snapshot(&[1, 2], false);
        page.apply(Event::Posted(message(2)));
        assert_eq!(page, snapshot(&[1, 2], false));
        page.apply(Event::Posted(message(3)));
        assert_eq!(page, snapshot(&[1, 2, 3], false));
    }

    #[test]
    fn older_messages_go_before_and_never_double() {
        let mut page = snapshot(&[5, 6], true);
        page.prepend(Page {
            messages: [3, 4, 5].map(message).into(),
            more: false,
        });
        assert_eq!(page, snapshot(&[3, 4, 5, 6], false));
    }

    #[test]
    fn what_islands_read_survives_postcard() {
        let event = Event::Posted(message(7));
        let bytes = postcard::to_allocvec(&event).unwrap();
        assert_eq!(postcard::from_bytes::<Event>(&bytes).unwrap(), event);
    }

    #[test]
    fn the_plain_object_keeps_its_three_fields_and_adds_an_avatar_only_when_there_is_one() {
        let plain: PlainMessage =
            serde_json::from_str(r#"{"email":"a@b.c","username":"a","message":"hi"}"#).unwrap();
        let json = serde_json::to_string(&plain).unwrap();
        assert_eq!(json, r#"{"email":"a@b.c","username":"a","message":"hi"}"#);
    }
}
