//! Who is refused, and how: pages for browsers, our own words, and nothing for names that were made to point here.

use std::net::Ipv4Addr;

use backend::accounts::{Address, NewAccount};
use reqwest::{Method, StatusCode};

use super::{header_of, site::Site};

#[tokio::test]
async fn a_browser_gets_a_page_also_where_nobody_can_be_known_and_from_a_plain_form() {
    let site = Site::closed().await;
    site.backend.db.close().await;
    let html = "text/html,application/xhtml+xml,*/*;q=0.8";
    for (method, path, accept, kind) in [
        (Method::GET, "/", html, "text/html; charset=utf-8"),
        (Method::GET, "/nowhere", html, "text/html; charset=utf-8"),
        (Method::POST, "/fn/chat/send", html, "text/html; charset=utf-8"),
        (
            Method::POST,
            "/fn/chat/send",
            "application/json",
            "application/json",
        ),
        (Method::GET, "/api/rooms", html, "application/json"),
    ] {
        let request = site.ask(method, path).header("accept", accept);
        let answer = request
            .header("cookie", "flotilla_session=abc")
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_server_error(), "{path}: {}", answer.status());
        assert_eq!(header_of(&answer, "content-type"), kind, "{path} {accept}");
        assert!(
            answer.status() != StatusCode::SERVICE_UNAVAILABLE
                || answer.headers().contains_key("retry-after")
        );
    }
    let elsewhere = site.ask(Method::POST, "/fn/chat/send").header("accept", html);
    let elsewhere = elsewhere
        .header("origin", "https://evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
    assert_eq!(header_of(&elsewhere, "content-type"), "text/html; charset=utf-8");
    site.stop().await;
}

#[tokio::test]
async fn what_one_person_typed_is_not_posted_by_another() {
    let site = Site::closed().await;
    let (ada, bob) = (site.member("ada").await, site.member("bob").await);
    let ada_id = ada.caller.user_id().unwrap();
    let form = format!("room=general&client_id=a1&text=hello&author={ada_id}");
    for (who, status) in [(&bob, StatusCode::UNAUTHORIZED), (&ada, StatusCode::OK)] {
        let request = site
            .ask(Method::POST, "/fn/chat/send")
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded");
        let request = request.bearer_auth(&who.secret).body(form.clone());
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    let stored = site
        .backend
        .chat
        .snapshot(&ada.caller, "general", 9)
        .await
        .unwrap();
    let authors: Vec<i64> = stored.messages.iter().map(|message| message.author.id).collect();
    assert_eq!(authors, [ada_id]);
    site.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_in_an_address_is_refused_in_our_own_words() {
    let site = Site::open().await;
    for (path, status, said) in [
        (
            "/api/rooms/general/messages?limit=1&limit=2",
            StatusCode::BAD_REQUEST,
            r#"{"errors":{"request":["The query could not be read"]}}"#,
        ),
        ("/avatar/%ff", StatusCode::NOT_FOUND, "Not found\n"),
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.text().await.unwrap(), said, "{path}");
    }
    site.stop().await;
}

#[tokio::test]
async fn an_open_server_answers_to_no_name_that_was_made_to_point_at_it() {
    let site = Site::open().await;
    for (host, status) in [
        ("localhost:8080", StatusCode::OK),
        ("evil.example:8080", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let answer = site
            .ask(Method::GET, "/api/rooms")
            .header("host", host)
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), status, "{host}");
    }
    site.stop().await;
}

#[tokio::test]
async fn a_page_from_elsewhere_on_this_machine_is_anonymous_whoever_is_signed_in_here() {
    let site = Site::open().await;
    let stranger = site
        .backend
        .accounts
        .anonymous(Address::new(Ipv4Addr::LOCALHOST.into()));
    let account = NewAccount {
        username: "ada".to_owned(),
        email: "ada@a.example".to_owned(),
        password: "correct horse".to_owned(),
    };
    let session = site
        .backend
        .accounts
        .register(&stranger, "a test", account)
        .await
        .unwrap();
    for (origin, author) in [
        (site.url.as_str(), "ada"),
        ("http://localhost:1", "anonymous"),
        ("null", "anonymous"),
    ] {
        let request = site
            .ask(Method::POST, "/api/rooms/general/messages")
            .header("origin", origin);
        let request = request.header("cookie", format!("flotilla_session={}", session.secret));
        let answer = request
            .json(&serde_json::json!({ "text": "hello" }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED, "{origin}");
        let message: wire::chat::Message = answer.json().await.unwrap();
        assert_eq!(message.author.name, author, "{origin}");
    }
    site.stop().await;
}
