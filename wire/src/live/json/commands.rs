//! What a client sends.

use serde::{Deserialize, Serialize};

use super::{Empty, is_false, is_zero, is_zero_64, is_zero_i32};

/// What a client sends: an id and one request. Of several requests the first one here counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "D: Deserialize<'de>"))]
pub struct Command<D> {
    /// Comes back in the reply; 0 only where there is none: for `send`, and to answer a ping.
    #[serde(skip_serializing_if = "is_zero")]
    pub id: u32,
    /// Says who this is. The first command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<ConnectRequest>,
    /// Follows a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribe: Option<SubscribeRequest>,
    /// Follows a channel no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<ChannelRequest>,
    /// Says something on a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<PublishRequest<D>>,
    /// Who follows a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<ChannelRequest>,
    /// How many follow a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_stats: Option<ChannelRequest>,
    /// What a channel said before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryRequest>,
    /// Is the server there?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ping: Option<Empty>,
    /// Something for the server, unanswered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<SendRequest<D>>,
    /// Something for the server to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpc: Option<RpcRequest<D>>,
    /// Shows a token anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<RefreshRequest>,
    /// Shows a channel's token anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_refresh: Option<ChannelRequest>,
}

impl<D> Default for Command<D> {
    fn default() -> Self {
        Self {
            id: 0,
            connect: None,
            subscribe: None,
            unsubscribe: None,
            publish: None,
            presence: None,
            presence_stats: None,
            history: None,
            ping: None,
            send: None,
            rpc: None,
            refresh: None,
            sub_refresh: None,
        }
    }
}

/// Who connects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectRequest {
    /// An API token; empty for a browser, whose cookie says who it is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub token: String,
    /// The client program.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// What to follow, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SubscribeRequest {
    /// The channel.
    pub channel: String,
    /// Whether to send what came after `epoch` and `offset`.
    #[serde(skip_serializing_if = "is_false")]
    pub recover: bool,
    /// Of the position known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub epoch: String,
    /// Of the position known.
    #[serde(skip_serializing_if = "is_zero_64")]
    pub offset: u64,
    /// Whether to tell who comes and goes.
    #[serde(skip_serializing_if = "is_false")]
    pub join_leave: bool,
    /// Features by bit; [`FLAG_REJECT_UNRECOVERED`] is known here.
    #[serde(skip_serializing_if = "is_zero_64")]
    pub flag: u64,
}

/// In [`SubscribeRequest::flag`]: refuse (112) rather than subscribe without recovery.
pub const FLAG_REJECT_UNRECOVERED: u64 = 2;

/// A channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelRequest {
    /// Its name.
    pub channel: String,
}

/// What to say where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublishRequest<D> {
    /// Where.
    #[serde(default)]
    pub channel: String,
    /// What.
    pub data: D,
}

/// Which part of a channel's past.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryRequest {
    /// The channel.
    pub channel: String,
    /// At most so many; 0 for the position alone, negative for as many as the server gives.
    #[serde(skip_serializing_if = "is_zero_i32")]
    pub limit: i32,
    /// From here on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<StreamPosition>,
    /// Newest first.
    #[serde(skip_serializing_if = "is_false")]
    pub reverse: bool,
}

/// A place in a channel; what is 0 or empty may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamPosition {
    /// The last event seen.
    #[serde(skip_serializing_if = "is_zero_64")]
    pub offset: u64,
    /// Names one unbroken run of offsets.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub epoch: String,
}

/// Something for the server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendRequest<D> {
    /// What.
    pub data: Option<D>,
}

/// Something for the server to answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RpcRequest<D> {
    /// What it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// With what.
    pub data: Option<D>,
}

/// A token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RefreshRequest {
    /// An API token.
    pub token: String,
}
