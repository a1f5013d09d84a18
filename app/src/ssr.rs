//! What a page or a server function knows of its request.
//!
//! The server puts four extensions into each request: [`Arc<Site>`](Site), [`Caller`], [`Seen`] and the
//! [`Nonce`] of its content security policy. [`RequestContext`] is made of them and of the
//! cookies, lies in Leptos' context while a page renders or a server function runs, and is read by [`request`].

use std::sync::Arc;

use axum::http::{HeaderMap, header, request::Parts};
use backend::{Backend, accounts::Caller};
use leptos::{nonce::Nonce, prelude::*};
use wire::{echo::Seen, time::Time};

use crate::{flash::Flash, i18n::Locale, time::Offset};

/// Where the browser finds what the build made. Paths on this site; with hashed names they never change their content.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The one style sheet.
    pub css: String,
    /// Wakes islands and swaps pages.
    pub boot: String,
    /// The bindings that load the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
    /// Names this build: a page of another one is loaded whole.
    pub build: String,
}

/// What every request shares.
#[derive(Clone)]
pub struct Site {
    /// All that Flotilla does.
    pub backend: Arc<Backend>,
    /// Where the browser finds what the build made.
    pub assets: Assets,
    /// Set while `cargo leptos watch` runs: where its reloads come from.
    pub watch: Option<LeptosOptions>,
}

/// Light, dark, or as the system has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Always light.
    Light,
    /// Always dark.
    Dark,
    /// Follows the system.
    #[default]
    System,
}

impl Theme {
    /// What the cookie `flotilla_theme` and `<html data-theme>` hold.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }

    /// The theme of a cookie.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Light, Self::Dark, Self::System]
            .into_iter()
            .find(|theme| theme.code() == code)
    }
}

/// One request, as pages and server functions see it. Cheap to clone.
#[derive(Clone)]
pub struct RequestContext {
    /// The backend.
    pub backend: Arc<Backend>,
    /// Who asks.
    pub caller: Caller,
    /// The language to answer in.
    pub locale: Locale,
    /// The theme to answer in.
    pub theme: Theme,
    /// How far the browser's clock is from UTC, once it has told.
    pub offset: Offset,
    /// What the server sees of the connection.
    pub seen: Seen,
    /// What a form left behind that failed without WASM.
    pub flash: Option<Arc<Flash>>,
    /// The site's own name and port, as the browser wrote them; empty where it did not.
    pub host: String,
    /// Path and query.
    pub uri: axum::http::Uri,
    /// Of this answer's content security policy.
    pub nonce: Option<Nonce>,
    pub(crate) site: Arc<Site>,
}

impl RequestContext {
    /// The context of a request; `None` when the server did not put its extensions in (see the module).
    pub fn of(parts: &Parts) -> Option<Self> {
        let site = parts.extensions.get::<Arc<Site>>()?.clone();
        let accepted = parts
            .headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        Some(Self {
            backend: site.backend.clone(),
            caller: parts.extensions.get::<Caller>()?.clone(),
            locale: cookie(&parts.headers, "flotilla_lang")
                .and_then(Locale::parse)
                .unwrap_or_else(|| Locale::preferred(accepted.unwrap_or_default())),
            theme: cookie(&parts.headers, "flotilla_theme")
                .and_then(Theme::parse)
                .unwrap_or_default(),
            offset: cookie(&parts.headers, "flotilla_offset")
                .and_then(Offset::parse)
                .unwrap_or_default(),
            seen: parts.extensions.get::<Seen>()?.clone(),
            flash: Flash::read(&parts.headers).map(Arc::new),
            host: host(parts).unwrap_or_default().to_owned(),
            uri: parts.uri.clone(),
            nonce: parts.extensions.get::<Nonce>().cloned(),
            site,
        })
    }

    /// The path, without the query.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// The first value of a query parameter, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.uri.query()?;
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The path's segment `index` (from 0), decoded: of `/chat/general`, 1 is `general`.
    pub fn segment(&self, index: usize) -> String {
        let raw = self
            .path()
            .trim_start_matches('/')
            .split('/')
            .nth(index)
            .unwrap_or_default();
        percent_encoding::percent_decode_str(raw)
            .decode_utf8_lossy()
            .into_owned()
    }

    /// The time now, of the clock that tests can set.
    pub fn now(&self) -> Time {
        self.backend.clock.now()
    }
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The request that is being answered, if one is.
pub fn try_request() -> Option<RequestContext> {
    let _ = Owner::current()?;
    use_context()
}

/// The request that is being answered.
///
/// # Panics
/// Outside of a page and a server function.
pub fn request() -> RequestContext {
    try_request().expect("pages and server functions run with their request in the context")
}

/// The backend of the request that is being answered.
pub fn backend() -> Arc<Backend> {
    request().backend
}

/// Who makes the request that is being answered.
pub fn caller() -> Caller {
    request().caller
}

/// The `Host` of HTTP/1, the `:authority` of HTTP/2.
fn host(parts: &Parts) -> Option<&str> {
    let header = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    header.or_else(|| Some(parts.uri.authority()?.as_str()))
}
