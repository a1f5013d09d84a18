//! Chat rooms over HTTP. To follow a room as it goes on: [`crate::live`].

use std::time::Duration;

use rand::Rng as _;
use tokio::time::{Instant, sleep};
use wire::chat::{Message, NewMessage, Page, Room};

use crate::{Client, Error};

/// The first wait between two tries; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait between two tries: a server that restarts is found again soon after.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

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

    /// Sends a message, once, whatever happens to the connection: for as long as `patience` lasts, what may pass is tried
    /// again with the same client id.
    pub async fn send_surely(&self, room: &str, text: &str, patience: Duration) -> Result<Message, Error> {
        let (client_id, start) = (new_client_id(), Instant::now());
        let mut wait = FIRST_WAIT;
        loop {
            let error = match self.send(room, &client_id, text).await {
                Err(error) if error.may_pass() => error,
                answered => return answered,
            };
            // Jitter keeps those whom one restart cut off from coming back in one moment.
            let pause = error
                .retry_after()
                .unwrap_or_else(|| wait.mul_f64(rand::rng().random_range(0.5..1.0)));
            if start.elapsed() + pause > patience {
                return Err(error);
            }
            sleep(pause).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}

/// A client id that nobody else makes: 128 random bits.
pub fn new_client_id() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
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
