//! Which sites' pages may change anything or open a socket here: our own (INTERFACES, "Origin").
//!
//! A browser attaches our cookie to what any page sends us, so what changes something must come from a page of ours.
//! Browsers say so in `Origin` (always on a change from elsewhere, and on every socket) and in `Sec-Fetch-Site`. A program
//! that sends neither is judged by its credentials alone.
//!
//! With `--open`, a page on this machine and one opened as a file may use us too, and are told so as CORS has it. They act
//! as `anonymous`: cookies are not split by port, so that the browser attaches those of whoever is signed in here. There
//! the address that the browser believes it talks to must be loopback as well, for reading too: a name that was made to
//! point here (DNS rebinding) would else be its own origin.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{AppState, error};

/// Refuses what another site's page sent; with `--open`, answers as CORS has it.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let open = state.config.open;
    if !open && !changes(request.method(), request.headers()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    if open && !is_to_loopback(&parts.uri, &parts.headers) {
        let words = "With --open this server answers to localhost and loopback addresses only";
        return error::refuse(&parts, StatusCode::MISDIRECTED_REQUEST, words);
    }
    let origin = parts.headers.get(header::ORIGIN).cloned();
    let cross = origin
        .filter(|_| open)
        .filter(|origin| !is_own(&parts, origin) && is_neighbour(origin));
    if cross.is_some() {
        parts.headers.remove(header::COOKIE);
    }
    let mut response = match cross {
        Some(_) if is_preflight(&parts) => StatusCode::NO_CONTENT.into_response(),
        _ if changes(&parts.method, &parts.headers) && !allowed(&parts, open) => error::refuse(
            &parts,
            StatusCode::FORBIDDEN,
            "This came from a page of another site",
        ),
        _ => next.run(Request::from_parts(parts, body)).await,
    };
    if let Some(origin) = cross {
        // Nor may it sign the browser in as somebody else.
        response.headers_mut().remove(header::SET_COOKIE);
        permit(response.headers_mut(), origin);
    }
    response
}

/// Whether the request may change something, or opens a socket.
fn changes(method: &Method, headers: &HeaderMap) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || headers.contains_key(header::UPGRADE)
}

fn allowed(parts: &Parts, open: bool) -> bool {
    let site = parts.headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    match parts.headers.get(header::ORIGIN) {
        Some(origin) if open && is_neighbour(origin) => true,
        // Under `--open` our own origin is a loopback one: a neighbour.
        Some(_) if open => false,
        Some(origin) => is_own(parts, origin) && matches!(site, None | Some(b"same-origin" | b"none")),
        None => matches!(site, None | Some(b"same-origin" | b"none")),
    }
}

/// Whether an origin is the address the request itself was sent to. The scheme is left to `Sec-Fetch-Site`: behind a
/// proxy that nobody told us of, we cannot know our own.
fn is_own(parts: &Parts, origin: &HeaderValue) -> bool {
    let Some(host) = addressed(&parts.uri, &parts.headers) else {
        return false;
    };
    let Some((scheme, authority)) = split(origin) else {
        return false;
    };
    let standard: &[u8] = if scheme == "https" { b":443" } else { b":80" };
    let host = host.strip_suffix(standard).unwrap_or(host);
    host.eq_ignore_ascii_case(authority.as_bytes())
}

/// The name and port that the request was sent to, as whoever sent it believes.
fn addressed<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r [u8]> {
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    host.or_else(|| Some(uri.authority()?.as_str().as_bytes()))
}

/// Whether the request was sent to this machine under a name that nobody can make point elsewhere. One that names
/// nothing comes from no browser.
pub(super) fn is_to_loopback(uri: &Uri, headers: &HeaderMap) -> bool {
    let named = addressed(uri, headers);
    named.is_none_or(|host| str::from_utf8(host).is_ok_and(is_loopback))
}

/// Whether an origin is a page on this machine, or one opened as a file.
fn is_neighbour(origin: &HeaderValue) -> bool {
    if origin == "null" {
        return true;
    }
    split(origin).is_some_and(|(_, authority)| is_loopback(authority))
}

fn is_loopback(authority: &str) -> bool {
    let Ok(uri) = authority.parse::<Uri>() else {
        return false;
    };
    let host = uri
        .host()
        .unwrap_or_default()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let named = host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost");
    named
        || host
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn split(origin: &HeaderValue) -> Option<(&str, &str)> {
    origin
        .to_str()
        .ok()?
        .split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "http" | "https"))
}

fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS && parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Without `Access-Control-Allow-Credentials`: who comes from elsewhere is `anonymous`, whatever cookies there are.
fn permit(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, pairs: &[(&str, &str)]) -> Parts {
        let mut builder = Request::builder().method(method).uri("/x");
        for (name, value) in pairs {
            builder = builder.header(*name, *value);
        }
        builder.body(()).unwrap().into_parts().0
    }

    fn verdict(open: bool, host: &str, pairs: &[(&str, &str)]) -> bool {
        let mut all = vec![("host", host)];
        all.extend_from_slice(pairs);
        allowed(&request("POST", &all), open)
    }

    #[test]
    fn only_our_own_pages_may_change_anything() {
        for (origin, site, expected) in [
            (None, None, true),
            (None, Some("same-origin"), true),
            (None, Some("none"), true),
            (None, Some("cross-site"), false),
            (None, Some("same-site"), false),
            (Some("https://a.example"), None, true),
            (Some("https://A.example:443"), None, false),
            (Some("http://a.example"), None, true),
            (Some("https://a.example"), Some("cross-site"), false),
            (Some("https://b.example"), None, false),
            (Some("https://a.example:8443"), None, false),
            (Some("https://a.example.b.example"), None, false),
            (Some("null"), None, false),
            (Some("http://localhost:3000"), None, false),
            (Some("a.example"), None, false),
            (Some(""), None, false),
        ] {
            let pairs: Vec<_> = [("origin", origin), ("sec-fetch-site", site)]
                .into_iter()
                .filter_map(|(n, v)| Some((n, v?)))
                .collect();
            assert_eq!(verdict(false, "a.example", &pairs), expected, "{pairs:?}");
        }
        assert!(verdict(
            false,
            "a.example:8443",
            &[("origin", "https://a.example:8443")]
        ));
        assert!(verdict(false, "a.example:80", &[("origin", "http://a.example")]));
        assert!(!verdict(
            false,
            "a.example:80",
            &[("origin", "https://a.example")]
        ));
    }

    #[test]
    fn an_open_server_takes_pages_of_this_machine_and_files() {
        for (origin, expected) in [
            ("null", true),
            ("http://localhost", true),
            ("http://localhost:3000", true),
            ("http://chat.localhost:3000", true),
            ("http://127.0.0.1:8080", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:8080", true),
            ("https://a.example", false),
            ("http://localhost.a.example", false),
            ("http://127.0.0.1.a.example", false),
            ("file://localhost", false),
        ] {
            let pairs = [("origin", origin), ("sec-fetch-site", "cross-site")];
            assert_eq!(verdict(true, "127.0.0.1:8080", &pairs), expected, "{origin}");
        }
    }

    #[test]
    fn a_name_made_to_point_at_an_open_server_is_not_its_own_origin() {
        assert!(!verdict(
            true,
            "evil.example:8080",
            &[("origin", "http://evil.example:8080")]
        ));
    }

    #[test]
    fn only_loopback_is_loopback_however_it_is_written() {
        for (host, expected) in [
            ("localhost", true),
            ("LOCALHOST:8080", true),
            ("chat.localhost", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("evil.example:8080", false),
            ("localhost.evil.example", false),
            ("192.0.2.1", false),
            ("0.0.0.0", false),
            ("", false),
        ] {
            let parts = request("GET", &[("host", host)]);
            assert_eq!(is_to_loopback(&parts.uri, &parts.headers), expected, "{host:?}");
        }
        let from_http2 = Uri::from_static("http://evil.example/");
        assert!(!is_to_loopback(&from_http2, &HeaderMap::new()));
        assert!(is_to_loopback(&Uri::from_static("/"), &HeaderMap::new()));
    }

    #[test]
    fn changes_are_all_but_reading_and_sockets_are_changes() {
        for (method, upgrade, expected) in [
            ("GET", false, false),
            ("HEAD", false, false),
            ("OPTIONS", false, false),
            ("POST", false, true),
            ("DELETE", false, true),
            ("CONNECT", false, true),
            ("BREW", false, true),
            ("GET", true, true),
        ] {
            let pairs: &[_] = if upgrade { &[("upgrade", "websocket")] } else { &[] };
            let parts = request(method, pairs);
            assert_eq!(changes(&parts.method, &parts.headers), expected, "{method}");
        }
    }
}
