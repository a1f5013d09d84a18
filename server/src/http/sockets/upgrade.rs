//! From an HTTP request to an open socket.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use backend::hub::Connection;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
        UPGRADE,
    },
    request::Parts,
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use sha1::{Digest as _, Sha1};

use super::{Kind, Socket, counts::Open};

/// What RFC 6455 appends to a client's key.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A request that asks for a WebSocket. As an extractor, `Option<Upgrade>` tells a socket from a page's visit.
#[derive(Debug)]
pub struct Upgrade {
    on: OnUpgrade,
    accept: HeaderValue,
    offered: Option<HeaderValue>,
    chosen: Option<&'static str>,
}

/// The request does not ask for a WebSocket, or not in a way that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotWebSocket(StatusCode, &'static str);

impl Upgrade {
    /// Takes this subprotocol if the client offers it; answers whether it does.
    pub fn choose(&mut self, protocol: &'static str) -> bool {
        let offered = self
            .offered
            .as_ref()
            .and_then(|list| list.to_str().ok())
            .unwrap_or_default();
        let offers = offered.split(',').any(|one| one.trim() == protocol);
        if offers {
            self.chosen = Some(protocol);
        }
        offers
    }

    /// Answers the request, and hands the socket to `serve` as soon as it is open. The connection is made before: what it
    /// follows already waits for it. Messages longer than `most` bytes close it with 1009. `kind` is how it is counted.
    pub fn open<F>(
        self,
        connection: Connection,
        kind: Kind,
        most: usize,
        serve: impl FnOnce(Socket) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let on = self.on;
        tokio::spawn(async move {
            // A peer that is gone before its socket opens needs no word.
            if let Ok(io) = on.await {
                let socket = Socket::new(TokioIo::new(io), connection, most, Open::new(kind));
                serve(socket).await;
            }
        });
        let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept);
        if let Some(protocol) = self.chosen {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
        }
        response
    }
}

impl<S: Sync> FromRequestParts<S> for Upgrade {
    type Rejection = NotWebSocket;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, NotWebSocket> {
        const BAD: fn(&'static str) -> NotWebSocket = |why| NotWebSocket(StatusCode::BAD_REQUEST, why);
        if !asks(parts) {
            return Err(NotWebSocket(StatusCode::UPGRADE_REQUIRED, "this is a WebSocket"));
        }
        if !has(&parts.headers, &SEC_WEBSOCKET_VERSION, "13") {
            return Err(NotWebSocket(
                StatusCode::UPGRADE_REQUIRED,
                "WebSocket version 13 is needed",
            ));
        }
        let key = parts
            .headers
            .get(SEC_WEBSOCKET_KEY)
            .ok_or(BAD("no WebSocket key"))?;
        let accept = accept(key.as_bytes()).ok_or(BAD("bad WebSocket key"))?;
        let on = parts
            .extensions
            .remove::<OnUpgrade>()
            .ok_or(BAD("this connection cannot be upgraded"))?;
        let offered = parts.headers.get(SEC_WEBSOCKET_PROTOCOL).cloned();
        Ok(Self {
            on,
            accept,
            offered,
            chosen: None,
        })
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Upgrade {
    type Rejection = NotWebSocket;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, NotWebSocket> {
        if !asks(parts) {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

impl IntoResponse for NotWebSocket {
    fn into_response(self) -> Response {
        let mut response = (self.0, format!("{}\n", self.1)).into_response();
        if self.0 == StatusCode::UPGRADE_REQUIRED {
            response
                .headers_mut()
                .insert(UPGRADE, HeaderValue::from_static("websocket"));
            response
                .headers_mut()
                .insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        response
    }
}

fn asks(parts: &Parts) -> bool {
    parts.method == Method::GET
        && has(&parts.headers, &UPGRADE, "websocket")
        && has(&parts.headers, &CONNECTION, "upgrade")
}

/// Whether one of a header's comma-separated values is this.
fn has(headers: &HeaderMap, name: &HeaderName, value: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|one| one.trim().eq_ignore_ascii_case(value))
}

/// The answer that proves that this is a WebSocket server; `None` when the key is not 16 bytes in base64.
fn accept(key: &[u8]) -> Option<HeaderValue> {
    if STANDARD.decode(key).ok()?.len() != 16 {
        return None;
    }
    let digest = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    HeaderValue::from_str(&STANDARD.encode(digest)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_standard_gets_the_answer_of_the_standard() {
        let answer = accept(b"dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(
            answer,
            Some(HeaderValue::from_static("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
        );
    }

    #[test]
    fn a_key_of_the_wrong_length_is_refused() {
        assert_eq!(accept(b"dG9vIHNob3J0"), None);
        assert_eq!(accept(b"not base64!"), None);
    }
}
