//! Echo: how much comes back, and what the server sees of a connection.

use serde::{Deserialize, Serialize};

/// The largest message that the `/echo` socket takes, in bytes.
pub const MAX_ECHO_BYTES: usize = 16 * 1024 * 1024;

/// The connection as it reached the server, shown on the echo page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The client's address, through proxies that are trusted.
    pub address: String,
    /// Whether the browser's side is TLS (from a trusted proxy's `X-Forwarded-Proto`).
    pub tls: bool,
    /// `HTTP/1.1` or `HTTP/2`.
    pub http: String,
}
