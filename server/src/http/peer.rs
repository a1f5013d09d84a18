//! Who is at the other end of a request: the client's address and scheme, through proxies that are trusted.
//!
//! Invariants:
//! - `X-Forwarded-For` and `X-Forwarded-Proto` count only when the connection comes from a trusted proxy, and then from
//!   the right: the first address that is not a trusted proxy's is the client's. What stands left of it, anybody can
//!   have written.
//! - What a client writes there never lifts its limits. A header that names no client leaves the proxy's address, and that
//!   one limited; only what a proxy asks by itself, without the header, is exempt.
//! - [`Peer::is_local`] is for what only this machine may do. A request that says it was forwarded never is local, from
//!   wherever it comes: a proxy on this machine that nobody told us of would else make the whole world local. Neither is one to a name that was made to point here (DNS
//!   rebinding): a browser on this machine would carry another site's request.

use std::net::IpAddr;

use axum::http::{HeaderMap, Uri, Version, header};
use backend::accounts::Address;
use ipnet::IpNet;
use wire::echo::Seen;

use super::origin;

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address, and whether limits per address bind it.
    pub address: Address,
    /// Whether its side of the connection is TLS.
    pub tls: bool,
    local: bool,
}

impl Peer {
    /// Who sent a request with these headers to this address over a connection from `remote`.
    pub fn new(remote: IpAddr, uri: &Uri, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let remote = remote.to_canonical();
        let forwarded = [
            FORWARDED_FOR,
            FORWARDED_PROTO,
            "x-real-ip",
            header::FORWARDED.as_str(),
            header::VIA.as_str(),
        ]
        .iter()
        .any(|name| headers.contains_key(*name));
        let local = remote.is_loopback() && !forwarded && origin::is_to_loopback(uri, headers);
        let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
        if !is_trusted(&remote) {
            return Self {
                address: Address::new(remote),
                tls: false,
                local,
            };
        }
        let tls = last(headers, FORWARDED_PROTO).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"https"));
        // A word that is no address (`unknown`) ends the chain: nothing left of it can be believed.
        let mut chain = values(headers, FORWARDED_FOR).rev().map_while(parse);
        let address = match chain.find(|address| !is_trusted(address)) {
            Some(client) => Address::new(client),
            None if headers.contains_key(FORWARDED_FOR) => Address::limited(remote),
            None => Address::exempt(remote),
        };
        Self { address, tls, local }
    }

    /// Whether it is a program on this machine that came to us by itself.
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// What the echo page shows.
    pub fn seen(&self, version: Version) -> Seen {
        let http = if version == Version::HTTP_2 {
            "HTTP/2".to_owned()
        } else {
            format!("{version:?}")
        };
        Seen {
            address: self.address.ip().to_string(),
            tls: self.tls,
            http,
        }
    }
}

/// The comma-separated values of all headers of a name, in order. Bytes: what a client wrote into one of them must not
/// hide what a proxy wrote after it.
fn values<'h>(headers: &'h HeaderMap, name: &str) -> impl DoubleEndedIterator<Item = &'h [u8]> {
    let lines = headers.get_all(name).iter();
    lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|value| !value.is_empty())
}

/// The value that the nearest proxy wrote.
fn last<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h [u8]> {
    values(headers, name).next_back()
}

/// An address as proxies write it: bare, or with a port, or in brackets.
fn parse(value: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(value).ok()?;
    let bare = text.parse().ok();
    let with_port = || {
        text.parse::<std::net::SocketAddr>()
            .ok()
            .map(|address| address.ip())
    };
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare.or_else(with_port)
        .or_else(in_brackets)
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn peer(remote: &str, pairs: &[(&'static str, &str)]) -> Peer {
        let headers = pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_bytes(value.as_bytes()).unwrap(),
                )
            })
            .collect();
        Peer::new(
            remote.parse().unwrap(),
            &Uri::from_static("/"),
            &headers,
            &["10.0.0.0/8".parse().unwrap()],
        )
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_from_the_right() {
        for (remote, forwarded, client) in [
            ("192.0.2.1", None, "192.0.2.1"),
            ("192.0.2.1", Some("198.51.100.7"), "192.0.2.1"),
            ("10.0.0.1", Some("198.51.100.7"), "198.51.100.7"),
            ("::ffff:10.0.0.1", Some("198.51.100.7"), "198.51.100.7"),
            (
                "10.0.0.1",
                Some("1.1.1.1, 198.51.100.7, 10.0.0.2"),
                "198.51.100.7",
            ),
            ("10.0.0.1", Some("1.1.1.1, unknown, 10.0.0.2"), "10.0.0.1"),
            ("10.0.0.1", Some("198.51.100.7:4711"), "198.51.100.7"),
            ("10.0.0.1", Some("[2001:db8::7]:4711"), "2001:db8::7"),
            ("10.0.0.1", Some("[2001:db8::7]"), "2001:db8::7"),
            ("10.0.0.1", None, "10.0.0.1"),
        ] {
            let pairs: Vec<_> = forwarded
                .map(|value| (FORWARDED_FOR, value))
                .into_iter()
                .collect();
            let found = peer(remote, &pairs);
            assert_eq!(found.address.ip().to_string(), client, "{remote} {forwarded:?}");
        }
    }

    #[test]
    fn a_trusted_proxys_own_requests_are_not_limited_and_its_clients_are() {
        assert_eq!(peer("10.0.0.1", &[]).address.limited_as(), None);
        assert!(
            peer("10.0.0.1", &[(FORWARDED_FOR, "192.0.2.9")])
                .address
                .limited_as()
                .is_some()
        );
    }

    #[test]
    fn nothing_that_a_client_writes_lifts_its_limits() {
        for (forwarded, limited_as) in [
            ("\u{fc}, 192.0.2.9", "192.0.2.9"),
            ("192.0.2.9, \u{fc}", "10.0.0.1"),
            ("192.0.2.9, unknown", "10.0.0.1"),
            ("", "10.0.0.1"),
            (" , ", "10.0.0.1"),
            ("10.0.0.2", "10.0.0.1"),
        ] {
            let address = peer("10.0.0.1", &[(FORWARDED_FOR, forwarded)]).address;
            assert_eq!(address.limited_as(), limited_as.parse().ok(), "{forwarded:?}");
        }
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static(FORWARDED_FOR),
            HeaderValue::from_static("unknown"),
        )]);
        let loopback = "127.0.0.1".parse().unwrap();
        let proxy = ["127.0.0.0/8".parse().unwrap()];
        let hidden = Peer::new(loopback, &Uri::from_static("/"), &headers, &proxy);
        assert_eq!(
            hidden.address.limited_as(),
            Some(loopback),
            "behind a proxy on this machine as well"
        );
    }

    #[test]
    fn tls_is_what_the_nearest_trusted_proxy_says() {
        assert!(peer("10.0.0.1", &[(FORWARDED_PROTO, "https")]).tls);
        assert!(!peer("10.0.0.1", &[(FORWARDED_PROTO, "https, http")]).tls);
        assert!(!peer("192.0.2.1", &[(FORWARDED_PROTO, "https")]).tls);
    }

    #[test]
    fn what_was_forwarded_is_never_local() {
        assert!(peer("127.0.0.1", &[]).is_local());
        assert!(peer("::1", &[]).is_local());
        assert!(!peer("192.0.2.1", &[]).is_local());
        for name in [FORWARDED_FOR, FORWARDED_PROTO, "x-real-ip", "forwarded", "via"] {
            assert!(!peer("127.0.0.1", &[(name, "127.0.0.1")]).is_local(), "{name}");
        }
    }

    #[test]
    fn what_was_sent_to_another_name_is_never_local() {
        for (host, expected) in [
            ("127.0.0.1:8080", true),
            ("localhost", true),
            ("evil.example", false),
        ] {
            assert_eq!(
                peer("127.0.0.1", &[("host", host)]).is_local(),
                expected,
                "{host}"
            );
        }
    }
}
