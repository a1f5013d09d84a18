//! A typed client of Flotilla's public surface: what the command line and the integration tests use.
//!
//! Read in this order: [`error`] (how a call fails), [`Client`] and its methods in [`http`] (requests) and [`chat`],
//! then the sockets: [`echo`] and [`live`].
//!
//! Invariants:
//! - Knows the server by its public surface only; `wire` is the one crate of ours it uses.
//! - Nothing here retries by itself but [`live`]; who calls knows whether sending again is safe.

use std::time::Duration;

pub mod chat;
pub mod echo;
pub mod error;
pub mod http;
pub mod live;

pub use error::Error;

/// How long a server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a server may take to answer a request: longer than the slowest page, shorter than a person waits.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A Flotilla server, and who asks it. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    /// Its path always ends with a slash, so that a server below a path of its proxy works too.
    server: reqwest::Url,
    token: Option<String>,
}

impl Client {
    /// Of the server at `server`, such as `http://127.0.0.1:8080`. Nothing is asked yet.
    pub fn new(server: &str, token: Option<String>) -> Result<Self, Error> {
        let mut url: reqwest::Url = server.parse().map_err(|_| Error::BadServer(server.to_owned()))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(Error::BadServer(server.to_owned()));
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("flotilla/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .build()
            .map_err(Error::from)?;
        Ok(Self {
            http,
            server: url,
            token,
        })
    }

    /// Where `path` is on this server.
    fn url(&self, path: &str) -> Result<reqwest::Url, Error> {
        self.server
            .join(path.trim_start_matches('/'))
            .map_err(|_| Error::BadServer(format!("{}{path}", self.server)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_an_http_address_and_may_lie_below_a_path() {
        for bad in ["", "localhost", "ftp://a.example", "http://", "127.0.0.1:8080"] {
            assert!(
                matches!(Client::new(bad, None), Err(Error::BadServer(_))),
                "{bad:?}"
            );
        }
        let client = Client::new("https://a.example/team", None).unwrap();
        assert_eq!(
            client.url("/greeting").unwrap().as_str(),
            "https://a.example/team/greeting"
        );
    }
}
