//! What every request passes, outermost first:
//!
//! 1. **context**: request id, the client's address and scheme (through trusted proxies), the nonce of the content
//!    security policy. First, because all others use them.
//! 2. **observe**: a tracing span with the request's id, the counters, the log line of a failure. Outside of whatever may
//!    refuse, so that refusals are counted too.
//! 3. **secure**: the headers that every answer carries, a refusal and an error page included.
//! 4. **compress**: brotli or gzip, for what is not compressed already.
//! 5. **origin**: what changes anything, and every socket, comes from a page of ours ([`super::origin`]).
//! 6. **limit**: a body over the limit is refused, before anything reads it.
//! 7. **identify**: cookie or token become the caller ([`super::sessions`]). After what refuses without asking the
//!    database.
//! 8. **catch**: a panic becomes a 500 page, in the caller's language. Innermost, because it wants the caller; a panic
//!    in a layer is caught by the accept loop, which answers with one line.
//!
//! A route may add a guard of its own inside of these ([`super::router`]).

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::{Arc, LazyLock},
};

use app::ssr::RequestContext;
use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::Response,
};
use backend::Backend;
use futures::FutureExt as _;
use leptos::nonce::Nonce;
use tokio::time::Instant;
use tower_http::compression::{
    CompressionLayer, CompressionLevel,
    predicate::{DefaultPredicate, NotForContentType, Predicate as _},
};
use tracing::Instrument as _;

use super::{AppState, error, origin, peer::Peer, sessions};
use crate::accept::Remote;

mod limit;

pub use limit::MAX_BODY_BYTES;

/// Names a request in the log and in its answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An answer slower than this is worth a line in the log.
const SLOW: std::time::Duration = std::time::Duration::from_secs(1);

/// Puts the layers around a router.
pub(super) fn wrap(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    // `layer` wraps what is there, so this is read from the inside out: the module's list from its end.
    router
        .layer(middleware::from_fn(catch))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state.backend),
            sessions::identify,
        ))
        .layer(middleware::from_fn(limit::limit))
        .layer(middleware::from_fn_with_state(state.clone(), origin::check))
        .layer(compress())
        .layer(middleware::from_fn_with_state(state.clone(), secure))
        .layer(middleware::from_fn_with_state(state.clone(), observe))
        .layer(middleware::from_fn_with_state(state.clone(), context))
}

/// Brotli at 4 costs about what gzip does and is a fifth smaller. What was compressed at build time has its encoding
/// already; pictures, archives and fonts would not shrink.
fn compress() -> CompressionLayer<impl tower_http::compression::Predicate> {
    let worthwhile = DefaultPredicate::new()
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("application/octet-stream"));
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(4))
        .compress_when(worthwhile)
}

/// Names a request in the log, and in `X-Request-Id` of its answer.
#[derive(Clone, Debug)]
struct RequestId(HeaderValue);

async fn context(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let Some(Remote(remote)) = request.extensions().get().copied() else {
        tracing::error!("a request came by another way than the accept loop");
        return error::in_form(
            error::Form::Text,
            StatusCode::INTERNAL_SERVER_ERROR,
            "No remote address",
        );
    };
    let (uri, headers) = (request.uri(), request.headers());
    let peer = Peer::new(remote.ip(), uri, headers, &state.config.trust_proxy);
    let seen = peer.seen(request.version());
    let id = request_id(&state.backend);
    let extensions = request.extensions_mut();
    extensions.insert(peer);
    extensions.insert(peer.address);
    extensions.insert(seen);
    extensions.insert(Nonce::new());
    extensions.insert(Arc::clone(&state.site));
    extensions.insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

fn request_id(backend: &Backend) -> HeaderValue {
    HeaderValue::from_str(&backend.random.id()).unwrap_or(HeaderValue::from_static("none"))
}

async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|route| route.as_str().to_owned());
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let id = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or_default();
    let address = request.extensions().get::<Peer>().map(|peer| peer.address.ip());
    // The query is left out: it may hold what somebody searched for.
    let span = tracing::info_span!(
        "request",
        request.id = id,
        http.method = %method,
        http.path = path,
        client.address = address.map(tracing::field::display),
    );
    let response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status(), began.elapsed());
    state.metrics.answered(&method, route.as_deref(), status, took);
    let _entered = span.enter();
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if status.is_server_error() || took > SLOW {
        tracing::warn!(http.status = status.as_u16(), http.millis = millis, "answered");
    } else {
        tracing::debug!(http.status = status.as_u16(), http.millis = millis, "answered");
    }
    response
}

async fn secure(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let nonce = request.extensions().get::<Nonce>().cloned();
    let tls = request.extensions().get::<Peer>().is_some_and(|peer| peer.tls);
    let mut response = next.run(request).await;
    let html = is_html(response.headers());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // A form's answer leads back by it, within the site; nobody else learns which page one was on.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = policy(nonce.as_ref().filter(|_| html), state.site.watch.is_some());
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // What depends on who asks is nobody else's to keep.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if tls {
        // A year, as browsers' own lists ask for. Not for subdomains: those may be others'.
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    response
}

fn is_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Scripts are files of ours, or carry this answer's nonce; WASM may be compiled, text may not be run. While
/// `cargo leptos watch` runs, its reload socket on another port is let through.
fn policy(nonce: Option<&Nonce>, watch: bool) -> HeaderValue {
    static WITHOUT_NONCE: LazyLock<HeaderValue> = LazyLock::new(|| written_policy("", ""));
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'"));
    match (nonce, watch) {
        (None, false) => WITHOUT_NONCE.clone(),
        (nonce, false) => written_policy(&nonce.unwrap_or_default(), ""),
        (nonce, true) => written_policy(&nonce.unwrap_or_default(), " ws://127.0.0.1:* ws://localhost:*"),
    }
}

fn written_policy(nonce: &str, reload: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{nonce}; style-src 'self'{nonce}; \
         img-src 'self' data: blob:; connect-src 'self'{reload}; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

async fn catch(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let kept = parts.clone();
    let answer = AssertUnwindSafe(next.run(Request::from_parts(parts, body))).catch_unwind();
    match answer.await {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(panic = said(panic.as_ref()), "a handler panicked");
            broken(&kept)
        }
    }
}

fn broken(parts: &Parts) -> Response {
    match (error::Form::of(parts), RequestContext::of(parts)) {
        (error::Form::Page, Some(context)) => app::page::failed(context, StatusCode::INTERNAL_SERVER_ERROR),
        (form, _) => error::in_form(
            form,
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side",
        ),
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("not a text")
}

#[cfg(test)]
mod tests;
