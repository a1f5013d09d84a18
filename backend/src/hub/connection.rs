//! One live connection: what it follows, and what waits for it.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use wire::{accounts::Person, topic::Topic};

use super::{ClientId, ClientInfo, Encoding, Hub, Unsubscribe, channel::Channel, outbox::Outbox};

/// Topics that one connection may follow. A page follows a handful; a program with more opens a second connection.
/// Centrifugo's default is the same.
pub const MAX_TOPICS: usize = 128;

/// Who connects, and how they are told things.
#[derive(Clone, Debug)]
pub struct Client {
    /// The person; `None` for a stranger.
    pub person: Option<Arc<Person>>,
    /// The sign-in session; when it ends, the connection is closed. `None` for a token or a stranger.
    pub session: Option<i64>,
    /// How pushes are written.
    pub encoding: &'static Encoding,
}

/// Why a connection is closed: a WebSocket close code. The Centrifuge protocol gives them ranges: after 3000–3499 a
/// client connects again, after 3500–3999 it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disconnect {
    /// The close code.
    pub code: u16,
    /// For a person; fewer than 124 bytes.
    pub reason: &'static str,
}

impl Disconnect {
    /// Its person's name, picture or role has changed: it is to come back as who it is now. 3000 is the protocol's
    /// plain "connection closed".
    pub const CHANGED: Self = Self {
        code: 3000,
        reason: "your profile has changed: connect again",
    };
    /// The server stops.
    pub const SHUTDOWN: Self = Self {
        code: 3001,
        reason: "shutdown",
    };
    /// The server failed.
    pub const SERVER_ERROR: Self = Self {
        code: 3004,
        reason: "internal server error",
    };
    /// It read too slowly.
    pub const SLOW: Self = Self {
        code: 3008,
        reason: "slow: connect again and resume from your offset",
    };
    /// It did not answer a ping.
    pub const NO_PONG: Self = Self {
        code: 3012,
        reason: "no pong",
    };
    /// It sent too much in too short a time.
    pub const TOO_MANY_REQUESTS: Self = Self {
        code: 3013,
        reason: "too many requests",
    };
    /// Its token is not one.
    pub const INVALID_TOKEN: Self = Self {
        code: 3500,
        reason: "invalid token",
    };
    /// It does not speak the protocol.
    pub const BAD_REQUEST: Self = Self {
        code: 3501,
        reason: "bad request",
    };
    /// It did not say who it is in time.
    pub const STALE: Self = Self {
        code: 3502,
        reason: "stale",
    };
    /// Its session or account ended.
    pub const FORCED: Self = Self {
        code: 3503,
        reason: "force disconnect",
    };
}

/// Why a topic was not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The connection follows it already.
    #[error("already subscribed")]
    Already,
    /// It follows [`MAX_TOPICS`] others.
    #[error("too many topics")]
    TooMany,
}

/// The half of a connection that the hub keeps.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) number: u64,
    pub(super) info: Arc<ClientInfo>,
    pub(super) session: Option<i64>,
    pub(super) encoding: &'static Encoding,
    pub(super) outbox: Outbox,
}

/// One live connection, owned by the task that serves its socket. Dropping it ends all that it follows.
#[derive(Debug)]
pub struct Connection {
    hub: Hub,
    link: Arc<Link>,
    topics: Vec<(Topic, Arc<Channel>)>,
}

impl Connection {
    pub(super) fn new(hub: Hub, link: Arc<Link>) -> Self {
        Self {
            hub,
            link,
            topics: Vec::new(),
        }
    }

    /// What others see of it.
    pub fn info(&self) -> &Arc<ClientInfo> {
        &self.link.info
    }

    /// Its name among all connections.
    pub fn id(&self) -> ClientId {
        self.link.info.client
    }

    /// Follows a topic; `joins`: and is told who comes and goes. What happens from now on is kept until
    /// [`Connection::begin`] says where to start: read the log in between.
    pub fn subscribe(&mut self, topic: &Topic, joins: bool) -> Result<(), Refused> {
        if let Some(place) = self.place(topic) {
            if self.topics[place].1.has(&self.link) {
                return Err(Refused::Already);
            }
            // The hub ended this one.
            self.topics.swap_remove(place);
        }
        if self.topics.len() >= MAX_TOPICS {
            return Err(Refused::TooMany);
        }
        let channel = self.hub.add(topic, &self.link, joins);
        self.topics.push((topic.clone(), channel));
        Ok(())
    }

    /// Queues what came after `offset`, and from now on everything as it happens. 0 for a topic without offsets. When the
    /// hub no longer has all of that, the subscription ends with [`Unsubscribe::INSUFFICIENT_STATE`].
    pub fn begin(&self, topic: &Topic, offset: u64) {
        if let Some(place) = self.place(topic)
            && !self.topics[place].1.begin(&self.link, offset)
        {
            let me = self.id();
            self.hub
                .end(topic, Unsubscribe::INSUFFICIENT_STATE, |info| info.client == me);
        }
    }

    /// Ends a subscription; false when there was none.
    pub fn unsubscribe(&mut self, topic: &Topic) -> bool {
        let Some(place) = self.place(topic) else {
            return false;
        };
        let (topic, channel) = self.topics.swap_remove(place);
        self.hub.remove(&topic, &channel, &self.link)
    }

    /// Whether it follows the topic.
    pub fn follows(&self, topic: &Topic) -> bool {
        self.place(topic)
            .is_some_and(|place| self.topics[place].1.has(&self.link))
    }

    /// Queues a frame for this connection alone: a reply, in its order among the pushes.
    pub fn send(&self, frame: &Bytes) {
        self.link.outbox.push(frame);
    }

    /// Tells the connection's own task to close with this.
    pub fn close(&self, why: Disconnect) {
        self.link.outbox.close(why);
    }

    /// Bytes that wait for it.
    pub fn queued_bytes(&self) -> usize {
        self.link.outbox.bytes()
    }

    /// Why it is to go, if it is.
    pub fn gone(&self) -> Option<Disconnect> {
        self.link.outbox.gone()
    }

    /// Why it is to go, once it is: to be polled while the peer takes nothing, when nothing can be drained.
    pub fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<Disconnect> {
        self.link.outbox.poll_gone(cx)
    }

    /// Appends to `out` all that is queued, or what fits until `out` holds `most` bytes. Pending while nothing is queued;
    /// an error when the connection is to be closed.
    pub fn poll_drain(
        &self,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        most: usize,
    ) -> Poll<Result<(), Disconnect>> {
        self.link.outbox.poll_drain(cx, out, most)
    }

    /// [`Connection::poll_drain`] without a bound, for whoever has nothing else to wait for.
    pub async fn drain(&self, out: &mut Vec<u8>) -> Result<(), Disconnect> {
        poll_fn(|cx| self.poll_drain(cx, out, usize::MAX)).await
    }

    fn place(&self, topic: &Topic) -> Option<usize> {
        self.topics.iter().position(|(of, _)| of == topic)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        for (topic, channel) in self.topics.drain(..) {
            self.hub.remove(&topic, &channel, &self.link);
        }
        self.hub.forget(&self.link);
    }
}
