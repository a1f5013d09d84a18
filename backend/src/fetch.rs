//! The one guarded way to reach an outside URL.
//!
//! What somebody asks this server to fetch must not reach what only this server can: its own ports, the machines beside
//! it, a cloud's metadata service. So a name is resolved once, every address that is not on the public internet is
//! dropped, and the connection goes to what is left: a name that resolves otherwise a moment later (DNS rebinding) gains
//! nothing. Each redirect is a new URL and is judged like the first.
//!
//! Deliberately absent: proxies from the environment, cookies, credentials in URLs.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use ipnet::IpNet;
use reqwest::{
    Client, Response, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_TYPE, HeaderMap, LOCATION},
    redirect::Policy,
};

/// How long one may take to accept a connection.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// Redirects that are followed: browsers follow 20, honest sites need 3.
const MOST_REDIRECTS: usize = 5;

/// Reaches outside URLs. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    client: Client,
    guard: Guard,
}

/// How much and how long one may fetch.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The largest body.
    pub bytes: usize,
    /// From the first connection to the last byte, redirects included.
    pub time: Duration,
}

/// What was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The answer's status.
    pub status: u16,
    /// Its media type, without parameters, in lower case; empty when it did not say.
    pub media_type: String,
    /// The body.
    pub body: Bytes,
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not an `http` or `https` URL.
    #[error("not an http or https URL")]
    Url,
    /// The address is not on the public internet and not in `--allow-net`.
    #[error("that address may not be reached")]
    Forbidden,
    /// More redirects than anybody needs.
    #[error("too many redirects")]
    Redirects,
    /// The body is larger than allowed.
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    /// It took longer than allowed.
    #[error("took longer than {0:?}")]
    TooSlow(Duration),
    /// The network or the other side failed.
    #[error("cannot be reached: {0}")]
    Failed(#[from] reqwest::Error),
}

impl Fetcher {
    /// A fetcher that may also reach these networks.
    ///
    /// # Errors
    /// When the system's TLS cannot be set up.
    pub fn new(allow: Vec<IpNet>) -> Result<Self, FetchError> {
        let guard = Guard { allow: allow.into() };
        let client = Client::builder()
            .user_agent(concat!("Flotilla/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(guard.clone()))
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIME)
            .build()?;
        Ok(Self { client, guard })
    }

    /// Fetches a URL whole. A status that is not a success is no error: the caller looks.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn get(&self, url: &str, bounds: Bounds) -> Result<Fetched, FetchError> {
        let fetching = async {
            let response = self.open(url).await?;
            let (status, media_type) = (response.status().as_u16(), media_type(response.headers()));
            Ok(Fetched {
                status,
                media_type,
                body: read(response, bounds.bytes).await?,
            })
        };
        tokio::time::timeout(bounds.time, fetching)
            .await
            .unwrap_or(Err(FetchError::TooSlow(bounds.time)))
    }

    /// The answer at the end of the redirects, its body still to be read.
    async fn open(&self, url: &str) -> Result<Response, FetchError> {
        let mut url = Url::parse(url).map_err(|_| FetchError::Url)?;
        for _ in 0..=MOST_REDIRECTS {
            self.guard.check(&url)?;
            let response = self
                .client
                .get(url.clone())
                .send()
                .await
                .map_err(forbidden_or_failed)?;
            let Some(next) = response
                .headers()
                .get(LOCATION)
                .filter(|_| response.status().is_redirection())
            else {
                return Ok(response);
            };
            let next = next.to_str().map_err(|_| FetchError::Url)?;
            url = url.join(next).map_err(|_| FetchError::Url)?;
        }
        Err(FetchError::Redirects)
    }
}

/// Which addresses may be reached.
#[derive(Clone)]
struct Guard {
    allow: Arc<[IpNet]>,
}

impl Guard {
    /// Judges all of a URL that can be judged before its name is resolved.
    fn check(&self, url: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some()
        {
            return Err(FetchError::Url);
        }
        let host = url.host_str().ok_or(FetchError::Url)?;
        // An address in the URL itself never reaches the resolver. `Url` has brought its odd forms (0x7f.1) to this one.
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) if !self.allows(address) => Err(FetchError::Forbidden),
            _ => Ok(()),
        }
    }

    fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.allow.iter().any(|net| net.contains(&address))
    }
}

/// The resolver's answer when no address of a name may be reached.
#[derive(Debug, thiserror::Error)]
#[error("no address of that name may be reached")]
struct NoneAllowed;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            // The port is the URL's: the connector puts it in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| guard.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err(NoneAllowed.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn forbidden_or_failed(error: reqwest::Error) -> FetchError {
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(this) = cause {
        if this.is::<NoneAllowed>() {
            return FetchError::Forbidden;
        }
        cause = this.source();
    }
    FetchError::Failed(error.without_url())
}

async fn read(mut response: Response, most: usize) -> Result<Bytes, FetchError> {
    let announced = response.content_length().unwrap_or(0);
    if announced > most as u64 {
        return Err(FetchError::TooLarge(most));
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + chunk.len() > most {
            return Err(FetchError::TooLarge(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Whether an address is one of the public internet: IANA's special-purpose registries, less what they call globally
/// reachable.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

/// Only global unicast, and of it nothing that carries an IPv4 address inside (6to4, Teredo) or is set aside.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global = (0x2000..0x4000).contains(&a);
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    global && !special
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher")
            .field("allow", &self.guard.allow)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
