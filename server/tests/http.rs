//! What every answer is like: forms of refusals, headers, compression, limits.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};

#[path = "http/figures.rs"]
mod figures;
#[path = "http/refusals.rs"]
mod refusals;
mod site;

use site::Site;

fn browser() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

impl Site {
    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        browser().request(method, format!("{}{path}", self.url))
    }

    async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path).send().await.unwrap()
    }
}

fn header_of<'r>(response: &'r Response, name: &str) -> &'r str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_greeting_is_for_anybody() {
    let site = Site::closed().await;
    assert_eq!(
        site.get("/greeting").await.text().await.unwrap(),
        "Hello, Navigator!"
    );
    assert_eq!(site.get("/healthz").await.status(), StatusCode::OK);
    assert_eq!(site.get("/readyz").await.status(), StatusCode::OK);
    site.stop().await;
}

#[tokio::test]
async fn a_database_that_is_closed_is_not_ready() {
    let site = Site::closed().await;
    site.backend.db.close().await;
    let answer = site.get("/readyz").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header_of(&answer, "retry-after"), "5");
    assert!(!answer.text().await.unwrap().is_empty());
    assert_eq!(
        site.get("/healthz").await.status(),
        StatusCode::OK,
        "alive all the same"
    );
    site.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_form_of_who_asks() {
    let site = Site::closed().await;
    for (path, accept, kind, said) in [
        ("/nowhere", "text/html", "text/html; charset=utf-8", "<main"),
        ("/nowhere", "*/*", "text/html; charset=utf-8", "<main"),
        (
            "/nowhere",
            "text/plain",
            "text/plain; charset=utf-8",
            "Not found\n",
        ),
        (
            "/api/nowhere",
            "text/html",
            "application/json",
            r#"{"errors":{"request":["Not found"]}}"#,
        ),
        (
            "/fn/nowhere",
            "*/*",
            "application/json",
            r#"{"errors":{"request":["Not found"]}}"#,
        ),
    ] {
        let answer = site
            .ask(Method::GET, path)
            .header("accept", accept)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(header_of(&answer, "content-type"), kind, "{path} {accept}");
        let body = answer.text().await.unwrap();
        assert!(body.contains(said), "{path} {accept}: {body}");
    }
    site.stop().await;
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let site = Site::open().await;
    for (method, path, allow, kind) in [
        (Method::POST, "/greeting", "GET,HEAD", "text/plain; charset=utf-8"),
        (Method::DELETE, "/api/rooms", "GET,HEAD", "application/json"),
        (Method::PUT, "/", "GET,HEAD", "text/html; charset=utf-8"),
        (Method::GET, "/fn/accounts/sign_in", "POST", "application/json"),
    ] {
        let answer = site.ask(method.clone(), path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert_eq!(header_of(&answer, "allow"), allow, "{method} {path}");
        assert_eq!(header_of(&answer, "content-type"), kind, "{method} {path}");
    }
    site.stop().await;
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    let site = Site::closed().await;
    for path in ["/", "/greeting", "/nowhere", "/api/rooms", "/api/nowhere"] {
        let answer = site.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", ""),
        ] {
            assert_eq!(header_of(&answer, name), value, "{path}");
        }
        assert!(
            !header_of(&answer, "x-request-id").is_empty() && !header_of(&answer, "cache-control").is_empty()
        );
        let policy = header_of(&answer, "content-security-policy");
        for part in [
            "default-src 'self'",
            "'wasm-unsafe-eval'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
    }
    site.stop().await;
}

#[tokio::test]
async fn each_page_has_a_nonce_of_its_own() {
    let site = Site::closed().await;
    let nonce = |answer: &Response| {
        let policy = header_of(answer, "content-security-policy");
        policy
            .split_once("'nonce-")
            .unwrap()
            .1
            .split_once('\'')
            .unwrap()
            .0
            .to_owned()
    };
    let (first, second) = (nonce(&site.get("/").await), nonce(&site.get("/").await));
    assert!(first.len() >= 22 && first != second, "{first} {second}");
    assert!(!header_of(&site.get("/greeting").await, "content-security-policy").contains("nonce"));
    site.stop().await;
}

#[tokio::test]
async fn only_behind_tls_browsers_are_told_to_stay_there() {
    let trusted = |config: &mut server::Config| config.trust_proxy = vec!["127.0.0.0/8".parse().unwrap()];
    for (trusts, expected) in [(true, "max-age=31536000"), (false, "")] {
        let site = Site::configured(|config| {
            if trusts {
                trusted(config);
            }
        })
        .await;
        let request = site
            .ask(Method::GET, "/greeting")
            .header("x-forwarded-proto", "https");
        let answer = request
            .header("x-forwarded-for", "192.0.2.7")
            .send()
            .await
            .unwrap();
        assert_eq!(header_of(&answer, "strict-transport-security"), expected);
        site.stop().await;
    }
}

#[tokio::test]
async fn pages_are_compressed_for_whoever_takes_it() {
    let site = Site::closed().await;
    for (accepted, encoding) in [("br, gzip", "br"), ("gzip", "gzip"), ("identity", "")] {
        let answer = site
            .ask(Method::GET, "/")
            .header("accept-encoding", accepted)
            .send()
            .await
            .unwrap();
        assert_eq!(header_of(&answer, "content-encoding"), encoding);
        let mut vary = answer
            .headers()
            .get_all("vary")
            .iter()
            .map(|value| value.to_str().unwrap());
        assert!(
            vary.any(|line| line.to_lowercase().contains("accept-encoding")),
            "{accepted}"
        );
    }
    let small = site
        .ask(Method::GET, "/greeting")
        .header("accept-encoding", "br")
        .send()
        .await
        .unwrap();
    assert_eq!(header_of(&small, "content-encoding"), "", "not worth it");
    site.stop().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_its_length_is_told_or_not() {
    let site = Site::open().await;
    let path = "/api/rooms/general/messages";
    let body = |length: usize| format!(r#"{{"text":"{}"}}"#, "x".repeat(length));
    let json = |request: RequestBuilder| request.header("content-type", "application/json");
    let told = json(site.ask(Method::POST, path))
        .body(body(1 << 20))
        .send()
        .await
        .unwrap();
    assert_eq!(told.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(told.text().await.unwrap().starts_with(r#"{"errors":"#));
    let pieces = body(1 << 20).into_bytes();
    let pieces = futures::stream::iter(
        pieces
            .chunks(64 << 10)
            .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()))
            .collect::<Vec<_>>(),
    );
    let streamed = reqwest::Body::wrap_stream(pieces);
    let untold = json(site.ask(Method::POST, path))
        .body(streamed)
        .send()
        .await
        .unwrap();
    assert_eq!(untold.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let fits = json(site.ask(Method::POST, path))
        .body(body(1_000_000))
        .send()
        .await
        .unwrap();
    assert_eq!(
        fits.status(),
        StatusCode::UNPROCESSABLE_ENTITY,
        "read, and judged by the service"
    );
    site.stop().await;
}

#[tokio::test]
async fn another_sites_page_may_neither_change_anything_nor_open_a_socket() {
    let site = Site::closed().await;
    let own = site.url.clone();
    for (origin, refused) in [
        (own.as_str(), false),
        ("https://evil.example", true),
        ("null", true),
    ] {
        let change = site
            .ask(Method::POST, "/fn/accounts/sign_out")
            .header("origin", origin)
            .send()
            .await
            .unwrap();
        assert_eq!(change.status() == StatusCode::FORBIDDEN, refused, "{origin}");
        assert_eq!(
            upgrade(&site, "/echo", origin).await == StatusCode::FORBIDDEN,
            refused,
            "{origin}"
        );
        let reading = site
            .ask(Method::GET, "/greeting")
            .header("origin", origin)
            .send()
            .await
            .unwrap();
        assert_eq!(reading.status(), StatusCode::OK);
        assert_eq!(
            header_of(&reading, "access-control-allow-origin"),
            "",
            "nor read with a script"
        );
    }
    site.stop().await;
}

#[tokio::test]
async fn an_open_server_also_takes_files_and_pages_of_this_machine() {
    let site = Site::open().await;
    for (origin, allowed) in [
        ("null", true),
        ("http://localhost:3000", true),
        ("http://127.0.0.1:3000", true),
        ("https://evil.example", false),
    ] {
        assert_eq!(
            upgrade(&site, "/ws", origin).await == StatusCode::SWITCHING_PROTOCOLS,
            allowed,
            "{origin}"
        );
        let path = "/api/rooms/general/messages";
        let request = site
            .ask(Method::POST, path)
            .header("origin", origin)
            .header("content-type", "application/json");
        let answer = request.body(r#"{"text":"from a file"}"#).send().await.unwrap();
        assert_eq!(answer.status() == StatusCode::CREATED, allowed, "{origin}");
        assert_eq!(
            header_of(&answer, "access-control-allow-origin") == origin,
            allowed,
            "{origin}"
        );
        let preflight = site.ask(Method::OPTIONS, path).header("origin", origin);
        let preflight = preflight
            .header("access-control-request-method", "POST")
            .send()
            .await
            .unwrap();
        assert_eq!(preflight.status() == StatusCode::NO_CONTENT, allowed, "{origin}");
    }
    site.stop().await;
}

async fn upgrade(site: &Site, path: &str, origin: &str) -> StatusCode {
    let request = site
        .ask(Method::GET, path)
        .header("origin", origin)
        .header("connection", "upgrade");
    let request = request
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13");
    request
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .send()
        .await
        .unwrap()
        .status()
}

#[tokio::test]
async fn the_client_of_a_stopped_server_is_told_so() {
    let site = Site::closed().await;
    let client = site.client();
    let stopping = tokio::time::timeout(Duration::from_secs(5), site.stop()).await;
    assert!(stopping.is_ok(), "nothing was under way");
    assert!(client.greeting().await.is_err());
}
