//! What goes out: publications and the other pushes, and their encodings.
//!
//! A publication is encoded at most once for each [`Encoding`], by whoever needs it first; everybody shares the bytes.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use wire::{accounts::Person, topic::Topic};

/// How many encodings there are: the Centrifuge protocol's JSON, the pages' compact one, the plain `/ws` object.
pub const ENCODINGS: usize = 3;

/// One way to write a push, as the bytes that go on the wire.
#[derive(Clone, Copy)]
pub struct Encoding {
    /// Its place among the [`ENCODINGS`]; no two share one.
    pub slot: usize,
    /// Writes a push; `None` when this encoding does not show it.
    pub encode: fn(&Push<'_>) -> Option<Bytes>,
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoding")
            .field("slot", &self.slot)
            .finish_non_exhaustive()
    }
}

/// What a connection may be told without having asked.
#[derive(Clone, Copy, Debug)]
pub enum Push<'a> {
    /// Something happened on a topic.
    Published(&'a Publication),
    /// A connection subscribed to a topic.
    Joined {
        /// Where.
        topic: &'a Topic,
        /// Who.
        who: &'a ClientInfo,
        /// Whether it is the person's first connection here.
        first: bool,
    },
    /// A connection's subscription ended.
    Left {
        /// Where.
        topic: &'a Topic,
        /// Who.
        who: &'a ClientInfo,
        /// Whether it was the person's last connection here.
        last: bool,
    },
    /// The server ended this connection's own subscription.
    Unsubscribed {
        /// Which.
        topic: &'a Topic,
        /// Why.
        why: Unsubscribe,
    },
}

/// One event or signal on a topic.
pub struct Publication {
    /// Where.
    pub topic: Topic,
    /// Its place in a durable topic; `None` for a signal or a latest value.
    pub offset: Option<u64>,
    /// JSON, in one line.
    pub data: Bytes,
    /// Who published, where a client did so itself.
    pub from: Option<Arc<ClientInfo>>,
    frames: [OnceLock<Option<Bytes>>; ENCODINGS],
}

impl Publication {
    /// An event of a durable topic. `data` is JSON in one line.
    pub fn event(topic: Topic, offset: u64, data: impl Into<Bytes>) -> Self {
        Self {
            topic,
            offset: Some(offset),
            data: data.into(),
            from: None,
            frames: Default::default(),
        }
    }

    /// A signal or a latest value: nothing that a log holds. `data` is JSON in one line.
    pub fn signal(topic: Topic, data: impl Into<Bytes>) -> Self {
        Self {
            topic,
            offset: None,
            data: data.into(),
            from: None,
            frames: Default::default(),
        }
    }

    /// The same, published by a client.
    #[must_use]
    pub fn from(mut self, who: Arc<ClientInfo>) -> Self {
        self.from = Some(who);
        self
    }

    /// Its bytes in one encoding, made at the first call.
    pub fn frame(&self, encoding: &Encoding) -> Option<&Bytes> {
        self.frames[encoding.slot]
            .get_or_init(|| (encoding.encode)(&Push::Published(self)))
            .as_ref()
    }
}

impl fmt::Debug for Publication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publication")
            .field("topic", &self.topic)
            .field("offset", &self.offset)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

/// One connection as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// Which connection.
    pub client: ClientId,
    /// Whose; `None` for a stranger.
    pub person: Option<Arc<Person>>,
}

/// Names one connection among all of the server's. Shown as a UUID, as Centrifuge clients expect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(u128);

impl ClientId {
    /// From 16 random bytes.
    pub fn new(random: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(random))
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", self.0);
        write!(
            f,
            "{}-{}-4{}-a{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[13..16],
            &hex[17..20],
            &hex[20..]
        )
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why the server ends a subscription. From 2500 on, the client is to subscribe again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    /// The Centrifuge protocol's code.
    pub code: u16,
    /// For a person.
    pub reason: &'static str,
}

impl Unsubscribe {
    /// The person may no longer see the topic.
    pub const REMOVED: Self = Self {
        code: 2000,
        reason: "server unsubscribe",
    };
    /// Events are missing here; the log has them.
    pub const INSUFFICIENT_STATE: Self = Self {
        code: 2500,
        reason: "insufficient state",
    };
}
