//! Rooms over HTTP, through a real server.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use client::{Error, chat::Which};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

mod site;

use site::{Member, Site};

const MESSAGES: &str = "/api/rooms/general/messages";

/// What a bare request is answered with.
async fn ask(
    site: &Site,
    who: Option<&Member>,
    method: Method,
    path: &str,
    body: Option<&str>,
) -> (u16, Value) {
    let mut request = reqwest::Client::new().request(method, format!("{}{path}", site.url));
    if let Some(who) = who {
        request = request.header("authorization", format!("Token {}", who.secret));
    }
    if let Some(body) = body {
        request = request
            .header("content-type", "application/json")
            .body(body.to_owned());
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn the_same_client_id_twice_is_one_message() {
    let site = Site::closed().await;
    let ada = site.member("Ada").await;
    let first = ada.client.send("general", "c1", "hello").await.unwrap();
    let again = ada.client.send("general", "c1", "hello").await.unwrap();
    assert_eq!(first, again);
    let page = ada.client.messages("general", Which::Latest, 10).await.unwrap();
    assert_eq!(page.messages, [first]);
}

#[tokio::test]
async fn messages_are_paged_in_both_directions() {
    let site = Site::open().await;
    let client = site.client();
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(
            client
                .send("general", &format!("c{n}"), &n.to_string())
                .await
                .unwrap()
                .id,
        );
    }
    let page = async |which| {
        let page = client.messages("general", which, 2).await.unwrap();
        (
            page.messages
                .into_iter()
                .map(|message| message.id)
                .collect::<Vec<_>>(),
            page.more,
        )
    };
    assert_eq!(page(Which::Latest).await, (ids[3..].to_vec(), true));
    assert_eq!(page(Which::Before(ids[2])).await, (ids[..2].to_vec(), false));
    assert_eq!(page(Which::After(ids[0])).await, (ids[1..3].to_vec(), true));
    assert_eq!(page(Which::After(ids[4])).await, (vec![], false));
}

#[tokio::test]
async fn rooms_are_listed_for_who_may_use_them() {
    let site = Site::closed().await;
    let ada = site.member("Ada").await;
    let rooms = ada.client.rooms().await.unwrap();
    assert_eq!(
        rooms.iter().map(|room| room.id.as_str()).collect::<Vec<_>>(),
        ["general"]
    );
}

#[tokio::test]
async fn strangers_are_asked_who_they_are() {
    let site = Site::closed().await;
    for (method, path) in [
        (Method::GET, "/api/rooms"),
        (Method::GET, MESSAGES),
        (Method::POST, MESSAGES),
    ] {
        let (status, answer) = ask(&site, None, method, path, Some("{}")).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(answer["errors"].is_object());
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_by_field() {
    let site = Site::closed().await;
    let ada = site.member("Ada").await;
    let text = |text: &str| json!({ "text": text }).to_string();
    let long = text(&"x".repeat(4_001));
    let blank = text(" \u{200b} ");
    let cases = [
        (MESSAGES, "{", 400, "request"),
        (MESSAGES, "{}", 422, "request"),
        (MESSAGES, &blank, 422, "text"),
        (MESSAGES, &long, 422, "text"),
        (MESSAGES, r#"{"text":"hi","client_id":""}"#, 422, "client_id"),
        (MESSAGES, r#"{"text":"hi","client_id":"a b"}"#, 422, "client_id"),
        ("/api/rooms/nowhere/messages", r#"{"text":"hi"}"#, 404, "request"),
        ("/api/rooms/%FF/messages", r#"{"text":"hi"}"#, 404, "request"),
    ];
    for (path, body, expected, field) in cases {
        let (status, answer) = ask(&site, Some(&ada), Method::POST, path, Some(body)).await;
        assert_eq!(status, expected, "{path} {body:.60} {answer}");
        assert!(answer["errors"][field][0].is_string(), "{answer}");
    }
    for (query, field) in [
        ("limit=x", "limit"),
        ("before=x", "before"),
        ("before=1&after=1", "after"),
    ] {
        let (status, answer) = ask(
            &site,
            Some(&ada),
            Method::GET,
            &format!("{MESSAGES}?{query}"),
            None,
        )
        .await;
        assert_eq!(status, 422, "{query}");
        assert!(answer["errors"][field][0].is_string(), "{answer}");
    }
}

#[tokio::test]
async fn a_message_without_a_client_id_gets_one() {
    let site = Site::closed().await;
    let ada = site.member("Ada").await;
    let (status, message) = ask(
        &site,
        Some(&ada),
        Method::POST,
        MESSAGES,
        Some(r#"{"text":":robot: <hi>"}"#),
    )
    .await;
    assert_eq!(status, StatusCode::CREATED);
    assert!(!message["client_id"].as_str().unwrap().is_empty());
    assert_eq!(message["html"], "🤖 &lt;hi&gt;");
}

#[tokio::test]
async fn who_sends_too_fast_is_told_when_to_come_back() {
    let site = Site::closed().await;
    let ada = site.member("Ada").await;
    let mut refused = None;
    for n in 0..12 {
        if let Err(error) = ada.client.send("general", &format!("c{n}"), "hi").await {
            refused = Some(error);
            break;
        }
    }
    let Some(Error::Refused {
        status: 429,
        retry_after: Some(_),
        ..
    }) = refused
    else {
        panic!("{refused:?}");
    };
}
