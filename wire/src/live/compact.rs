//! The pages' own encoding of the live socket: one postcard value a binary frame.
//!
//! The session cookie says who connects; the server's first frame is [`Down::Welcome`]. `data` is the postcard of the
//! feature's own event (`chat::Event` on `chat:ROOM`), or of its signal (`chat::Signal`) where there is no offset.

use serde::{Deserialize, Serialize};

use crate::{
    accounts::Person,
    topic::{Position, Topic},
};

/// The WebSocket subprotocol that asks for this encoding.
pub const SUBPROTOCOL: &str = "flotilla-1";

/// What a page sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Up {
    /// Asks for a topic, from a position on where the page has one.
    Subscribe {
        /// Comes back in the answer.
        id: u32,
        /// What to follow.
        topic: Topic,
        /// All after this is sent with the answer, if it still can be.
        since: Option<Position>,
    },
    /// Ends a subscription. Not answered.
    Unsubscribe {
        /// What to follow no longer.
        topic: Topic,
    },
    /// A signal to the topic's other subscribers: typing, a scratch-pad entry.
    Publish {
        /// Comes back in the answer.
        id: u32,
        /// Where to.
        topic: Topic,
        /// Postcard of the feature's signal; on `echo:` JSON text.
        data: Vec<u8>,
    },
    /// Answers a ping.
    Pong,
}

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Down {
    /// The first frame.
    Welcome {
        /// Names this connection among all of the server's.
        client: String,
        /// A ping comes at least this often, in seconds; a page that hears nothing for longer is cut off.
        ping_every_s: u16,
    },
    /// A subscription stands.
    Subscribed {
        /// Of the request.
        id: u32,
        /// Where the topic stands now, `missed` included.
        position: Position,
        /// Whether `missed` holds all since the position asked for. If not: take a new snapshot.
        recovered: bool,
        /// What came after the position asked for, in order.
        missed: Vec<Publication>,
        /// Who is here, a person once however many tabs; empty where the topic has no presence.
        here: Vec<Person>,
    },
    /// Something happened on a topic.
    Published {
        /// Where.
        topic: Topic,
        /// What.
        publication: Publication,
    },
    /// A person came: their first connection to the topic.
    Joined {
        /// Where.
        topic: Topic,
        /// Who.
        who: Person,
    },
    /// A person went: their last connection to the topic.
    Left {
        /// Where.
        topic: Topic,
        /// Who.
        who: Person,
    },
    /// A publish was taken.
    Done {
        /// Of the request.
        id: u32,
    },
    /// A request was refused.
    Refused {
        /// Of the request.
        id: u32,
        /// A Centrifuge error code.
        code: u16,
        /// For a person.
        message: String,
    },
    /// The server ended a subscription: the person may no longer see the topic.
    Unsubscribed {
        /// What ended.
        topic: Topic,
        /// Centrifuge's unsubscribe code; 2500 and up: subscribe again.
        code: u16,
    },
    /// Are you there? Answer with [`Up::Pong`].
    Ping,
}

/// One event or signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Its place in a durable topic; `None` for a signal or a latest value.
    pub offset: Option<u64>,
    /// Who published, for a signal.
    pub from: Option<Person>,
    /// Postcard of the event or signal; on `echo:` JSON text.
    pub data: Vec<u8>,
}
