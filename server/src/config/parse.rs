//! Values as they are written, and what they mean. An error says what is wrong with the text, not where it stood.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use backend::db::{BadUrl, DatabaseUrl};
use ipnet::IpNet;

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    numeric
        .parse()
        .map_err(|_error| format!("`{text}` is not an address with a port, like 127.0.0.1:8080"))
}

pub(super) fn folder(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() {
        Err("no folder is named".to_owned())
    } else {
        Ok(PathBuf::from(text))
    }
}

pub(super) fn default_database(data: &str) -> String {
    format!("sqlite:{}", Path::new(data).join("flotilla.db").display())
}

pub(super) fn database(text: &str) -> Result<DatabaseUrl, String> {
    // Without what was written: it may hold a password.
    text.parse().map_err(|error| match error {
        BadUrl::Tls => error.to_string(),
        // Theirs may repeat a part of what was written, and that a password.
        _ => "not a database URL: sqlite:FILE or postgres://user:password@host/name".to_owned(),
    })
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" | "" => Ok(false),
        _ => Err(format!("`{text}` is neither true nor false")),
    }
}

pub(super) fn number(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("`{text}` is not a number above 0")),
        Ok(number) => Ok(number),
    }
}

pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(network)
        .collect()
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let one = || {
        text.parse()
            .map(|address: std::net::IpAddr| IpNet::from(address))
            .ok()
    };
    text.parse()
        .ok()
        .or_else(one)
        .ok_or_else(|| format!("`{text}` is not a network, like 10.0.0.0/8"))
}

pub(super) fn filter(text: &str) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_filter) => Ok(text.to_owned()),
        Err(error) => Err(format!("`{text}`: {error}")),
    }
}

/// Hides the password of a URL, in `//user:HERE@` and in `password=HERE`.
pub(super) fn mask(url: &str) -> String {
    let mut shown = url.to_owned();
    if let Some(start) = shown.find("://").map(|at| at + 3) {
        let end = shown[start..].find('/').map_or(shown.len(), |at| start + at);
        if let Some(at) = shown[start..end].rfind('@').map(|at| start + at)
            && let Some(colon) = shown[start..at].find(':').map(|colon| start + colon)
        {
            shown.replace_range(colon + 1..at, "***");
        }
    }
    if let Some(start) = shown.find("password=").map(|at| at + "password=".len()) {
        let end = shown[start..].find('&').map_or(shown.len(), |at| start + at);
        shown.replace_range(start..end, "***");
    }
    shown
}
