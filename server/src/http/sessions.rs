//! Who asks: the cookie or the `Authorization` header of a request, as the extension [`Caller`].
//!
//! A cookie that is forged, expired or revoked is a stranger's: the page asks to sign in. A program that shows a token
//! means it, so a wrong one is refused with 401 wherever it knocks, rather than served as a stranger.
//! `Authorization: Basic` and the like belong to whoever stands in front of us, and are not looked at.

use std::sync::Arc;

use app::{accounts::SESSION_COOKIE, ssr::cookie};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{
    Backend, Error,
    accounts::{Address, Caller},
};
use http::{HeaderMap, StatusCode, header};

use super::{error, peer::Peer};

/// Puts the [`Caller`] into the request. Stands behind the layer that puts in its [`Peer`].
pub async fn identify(State(backend): State<Arc<Backend>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Some(peer) = parts.extensions.get::<Peer>().copied() else {
        tracing::error!("the request came without its peer");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match caller(&backend, &parts.headers, peer.address).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(error) => {
            // Nobody is known, but a page can be made for them.
            parts.extensions.insert(backend.accounts.anonymous(peer.address));
            error::refuse_with(&parts, error)
        }
    }
}

async fn caller(backend: &Backend, headers: &HeaderMap, address: Address) -> Result<Caller, Error> {
    if let Some(token) = token(headers) {
        return backend.accounts.by_token(token, address).await;
    }
    let Some(secret) = cookie(headers, SESSION_COOKIE) else {
        return Ok(backend.accounts.anonymous(address));
    };
    match backend.accounts.by_session(secret, address).await {
        Err(Error::Unauthorized) => Ok(backend.accounts.anonymous(address)),
        known => known,
    }
}

/// The token of `Authorization: Bearer T` or `Token T`; the scheme in any case (RFC 9110, 11.1).
fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ').unwrap_or((value, ""));
    let ours = ["bearer", "token"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    ours.then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).expect("a header")))
            .collect()
    }

    #[test]
    fn a_token_is_read_from_either_scheme_and_no_other() {
        let cases = [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Token abc", Some("abc")),
            ("TOKEN abc", Some("abc")),
            ("Bearer", Some("")),
            ("Basic dXNlcjpwYXNz", None),
            ("abc", None),
            ("", None),
        ];
        for (value, expected) in cases {
            assert_eq!(
                token(&headers(&[(header::AUTHORIZATION, value)])),
                expected,
                "{value:?}"
            );
        }
        assert_eq!(token(&HeaderMap::new()), None);
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let cases = [
            ("flotilla_session=abc", Some("abc")),
            ("a=b; flotilla_session=abc; c=d", Some("abc")),
            ("xflotilla_session=abc", None),
            ("flotilla_session", None),
            ("", None),
        ];
        for (value, expected) in cases {
            assert_eq!(
                cookie(&headers(&[(header::COOKIE, value)]), SESSION_COOKIE),
                expected,
                "{value:?}"
            );
        }
        // HTTP/2 may send them in several lines.
        let lines = headers(&[(header::COOKIE, "a=b"), (header::COOKIE, "flotilla_session=abc")]);
        assert_eq!(cookie(&lines, SESSION_COOKIE), Some("abc"));
    }
}
