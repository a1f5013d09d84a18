//! What the server sends.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Empty, is_false, is_zero, is_zero_64};
use crate::accounts::Person;

/// What the server sends: the answer to a command, by its id, or a push.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "D: Deserialize<'de>"))]
pub struct Reply<D> {
    /// Of the command; 0 for a push, and for a ping.
    #[serde(skip_serializing_if = "is_zero")]
    pub id: u32,
    /// Why the command was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// What was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<Push<D>>,
    /// Connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<ConnectResult>,
    /// Subscribed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribe: Option<SubscribeResult<D>>,
    /// Unsubscribed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<Empty>,
    /// Published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<Empty>,
    /// Who is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<PresenceResult>,
    /// How many are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_stats: Option<PresenceStatsResult>,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryResult<D>>,
    /// The server is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ping: Option<Empty>,
    /// The server's answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpc: Option<RpcResult<D>>,
    /// The token is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<RefreshResult>,
}

impl<D> Default for Reply<D> {
    fn default() -> Self {
        Self {
            id: 0,
            error: None,
            push: None,
            connect: None,
            subscribe: None,
            unsubscribe: None,
            publish: None,
            presence: None,
            presence_stats: None,
            history: None,
            ping: None,
            rpc: None,
            refresh: None,
        }
    }
}

/// Why a command was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Error {
    /// The protocol's code.
    pub code: u16,
    /// For a person.
    pub message: String,
    /// Whether the same command may succeed later.
    #[serde(skip_serializing_if = "is_false")]
    pub temporary: bool,
}

/// What was not asked for: something on a channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "D: Deserialize<'de>"))]
pub struct Push<D> {
    /// Which channel.
    #[serde(default)]
    pub channel: String,
    /// Something was said.
    #[serde(default, rename = "pub", skip_serializing_if = "Option::is_none")]
    pub publication: Option<Publication<D>>,
    /// Somebody came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<Presence>,
    /// Somebody went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<Presence>,
    /// The subscription ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<Unsubscribe>,
}

impl<D> Push<D> {
    /// Nothing yet, on a channel.
    pub fn on(channel: impl Into<String>) -> Self {
        Self {
            channel: channel.into(),
            publication: None,
            join: None,
            leave: None,
            unsubscribe: None,
        }
    }
}

/// Something that was said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Publication<D> {
    /// What.
    pub data: D,
    /// Who said it, where a client did so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<ClientInfo>,
    /// Its place; 0 where it has none.
    #[serde(default, skip_serializing_if = "is_zero_64")]
    pub offset: u64,
}

/// Who came or went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Who.
    pub info: ClientInfo,
}

/// One connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientInfo {
    /// The person's id; empty for a stranger.
    pub user: String,
    /// Which of the person's connections.
    pub client: String,
    /// The person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conn_info: Option<Person>,
}

/// The server ended a subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unsubscribe {
    /// From 2500 on: subscribe again.
    pub code: u16,
    /// For a person.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Connected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectResult {
    /// Names this connection.
    pub client: String,
    /// Of the server.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// A ping comes at least this often, in seconds.
    #[serde(skip_serializing_if = "is_zero")]
    pub ping: u32,
    /// Whether pings are to be answered.
    #[serde(skip_serializing_if = "is_false")]
    pub pong: bool,
}

/// Subscribed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "D: Deserialize<'de>"))]
pub struct SubscribeResult<D> {
    /// Whether what is missed can be had later.
    #[serde(skip_serializing_if = "is_false")]
    pub recoverable: bool,
    /// Of the channel's position.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub epoch: String,
    /// Of the channel's position; when something was recovered, of the position asked for.
    #[serde(skip_serializing_if = "is_zero_64")]
    pub offset: u64,
    /// What was missed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub publications: Vec<Publication<D>>,
    /// Whether `publications` are all that was missed.
    #[serde(skip_serializing_if = "is_false")]
    pub recovered: bool,
    /// Whether recovery was asked for.
    #[serde(skip_serializing_if = "is_false")]
    pub was_recovering: bool,
    /// Whether epoch and offset mean something.
    #[serde(skip_serializing_if = "is_false")]
    pub positioned: bool,
}

impl<D> Default for SubscribeResult<D> {
    fn default() -> Self {
        Self {
            recoverable: false,
            epoch: String::new(),
            offset: 0,
            publications: Vec::new(),
            recovered: false,
            was_recovering: false,
            positioned: false,
        }
    }
}

/// Who is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PresenceResult {
    /// By connection.
    pub presence: BTreeMap<String, ClientInfo>,
}

/// How many are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PresenceStatsResult {
    /// Connections.
    pub num_clients: usize,
    /// People.
    pub num_users: usize,
}

/// What was said.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "D: Deserialize<'de>"))]
pub struct HistoryResult<D> {
    /// In the order asked for.
    pub publications: Vec<Publication<D>>,
    /// Of the channel's position.
    pub epoch: String,
    /// Of the channel's position.
    pub offset: u64,
}

impl<D> Default for HistoryResult<D> {
    fn default() -> Self {
        Self {
            publications: Vec::new(),
            epoch: String::new(),
            offset: 0,
        }
    }
}

/// The server's answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RpcResult<D> {
    /// What.
    pub data: D,
}

/// The token is good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RefreshResult {
    /// Names this connection.
    pub client: String,
    /// Of the server.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
}
