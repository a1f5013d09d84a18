//! Sockets: what all of them share, then each.
//!
//! Read in this order: [`upgrade`] (from a request to an open socket), [`socket`] (one task a socket: read, drain, flush
//! once), [`frame`] (RFC 6455), [`heartbeat`], [`mod@counts`]; then [`live`] (`/connection/websocket`),
//! [`chat`] (`/ws`) and [`echo`] (`/echo`).
//!
//! Every socket holds a [`backend::hub::Connection`], whether it follows topics or not: so a revoked session and a
//! shutdown reach it, and its queue is bounded.
//!
//! Why not the library's WebSocket: a socket there keeps a read buffer and frames each message for each reader. Ten
//! thousand idle sockets then weigh five times as much, and a room's messages cost twice (docs/adr).

pub mod chat;
pub mod counts;
pub mod echo;
pub mod frame;
mod heartbeat;
pub mod live;
pub mod socket;
pub mod upgrade;

pub use counts::{Kind, counts};
pub use frame::{CloseReason, Message};
pub use heartbeat::{PING_EVERY, PONG_TIME};
pub use socket::{End, Socket};
pub use upgrade::{NotWebSocket, Upgrade};

/// The longest message that a socket takes, `/echo` apart: a long chat message is a tenth of it.
pub const MAX_MESSAGE_BYTES: usize = 64 << 10;
