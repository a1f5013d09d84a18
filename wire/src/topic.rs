//! What can be subscribed to, and the position in it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A channel of the live socket, `namespace:name`, as INTERFACES lists them. One that parses is well formed; whether it
/// exists, and for whom, is the feature's to say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Topic(String);

/// The longest channel name, in bytes: Centrifugo's own limit.
pub const MAX_TOPIC_BYTES: usize = 255;

/// The text is not a channel name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadTopic;

impl Topic {
    /// A topic of a namespace that the program itself names.
    pub fn new(namespace: &'static str, name: impl fmt::Display) -> Self {
        Self(format!("{namespace}:{name}"))
    }

    /// The part before the first colon; the whole when there is none (`blog`).
    pub fn namespace(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(namespace, _)| namespace)
    }

    /// The part after the first colon; empty when there is none.
    pub fn name(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, name)| name)
    }

    /// The whole, as it crosses the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Topic {
    type Error = BadTopic;

    fn try_from(text: String) -> Result<Self, BadTopic> {
        let printable = text.bytes().all(|b| b.is_ascii_graphic());
        if text.is_empty() || text.len() > MAX_TOPIC_BYTES || !printable || text.starts_with(':') {
            return Err(BadTopic);
        }
        Ok(Self(text))
    }
}

impl std::str::FromStr for Topic {
    type Err = BadTopic;

    fn from_str(text: &str) -> Result<Self, BadTopic> {
        text.to_owned().try_into()
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.0
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BadTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a channel name")
    }
}

/// Where a reader stands in a durable topic. Offsets are gapless within an epoch; another epoch means "start again
/// from a snapshot".
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Names one unbroken run of offsets.
    pub epoch: String,
    /// The last offset seen; 0 before the first event.
    pub offset: u64,
}
