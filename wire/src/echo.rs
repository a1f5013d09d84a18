//! Echo: what the server sees of a connection.

use serde::{Deserialize, Serialize};

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
