//! Chat rooms over HTTP. To follow a room as it goes on: [`crate::live`].

use wire::chat::{Message, NewMessage, Page, Room};

use crate::{Client, Error};

/// Which messages of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest.
    Latest,
    /// Older than this one.
    Before(i64),
    /// Newer than this one, the nearest to it first.
    After(i64),
}

impl Client {
    /// The rooms that this client may use.
    pub async fn rooms(&self) -> Result<Vec<Room>, Error> {
        self.get("/api/rooms", &[]).await
    }

    /// At most `limit` messages, oldest first.
    pub async fn messages(&self, room: &str, which: Which, limit: usize) -> Result<Page, Error> {
        let mut query = vec![("limit", limit.to_string())];
        match which {
            Which::Latest => {}
            Which::Before(id) => query.push(("before", id.to_string())),
            Which::After(id) => query.push(("after", id.to_string())),
        }
        self.get(&messages_of(room), &query).await
    }

    /// Sends a message. With the same `client_id` again, it is stored once and answered alike.
    pub async fn send(&self, room: &str, client_id: &str, text: &str) -> Result<Message, Error> {
        let message = NewMessage {
            text: text.to_owned(),
            client_id: Some(client_id.to_owned()),
        };
        self.post(&messages_of(room), &message).await
    }
}

/// The path of a room's messages. A name with a slash or a question mark in it must not reach another path.
fn messages_of(room: &str) -> String {
    let name: String = room
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect();
    format!("/api/rooms/{name}/messages")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rooms_name_stays_one_segment_of_the_path() {
        assert_eq!(messages_of("general"), "/api/rooms/general/messages");
        assert_eq!(messages_of("../a?b"), "/api/rooms/%2E%2E%2Fa%3Fb/messages");
    }
}
