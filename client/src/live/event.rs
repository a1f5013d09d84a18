//! What a live connection tells.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use wire::{
    live::json::ClientInfo,
    topic::{Position, Topic},
};

use crate::Error;

/// JSON that is passed through.
pub type Raw = Box<RawValue>;

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// Connected, for the first time or again.
    Connected,
    /// The connection is lost, or there is none yet; it is tried again after a pause.
    Waiting {
        /// How long.
        pause: Duration,
        /// Why.
        why: String,
    },
    /// A subscription stands.
    Subscribed {
        /// What is followed.
        topic: Topic,
        /// Where it stood when the subscription began.
        position: Position,
        /// False when events between the position asked for and this one cannot be had: take a new snapshot.
        whole: bool,
    },
    /// Something was said.
    Published {
        /// Where.
        topic: Topic,
        /// Its place; `None` for a signal.
        offset: Option<u64>,
        /// What, as JSON.
        data: Raw,
        /// Who, where a client said it itself.
        from: Option<ClientInfo>,
    },
    /// A connection came.
    Joined(Topic, ClientInfo),
    /// A connection went.
    Left(Topic, ClientInfo),
    /// The topic is not followed, and will not be by itself.
    Ended {
        /// Which.
        topic: Topic,
        /// Why.
        why: Error,
    },
}

/// A publication's data as a feature's own type.
///
/// # Errors
/// When it is none.
pub fn read<T: DeserializeOwned>(data: &RawValue) -> Result<T, Error> {
    serde_json::from_str(data.get()).map_err(|error| Error::Unexpected(error.to_string()))
}
