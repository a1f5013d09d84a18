//! The plain chat socket, through a real server.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use futures::SinkExt as _;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};
use tokio_tungstenite::tungstenite::Message;

mod site;

use site::{Site, Talk};

fn object(name: &str, message: &str) -> Value {
    json!({"email": format!("{name}@b.example"), "username": name, "message": message})
}

#[tokio::test]
async fn with_open_everyone_gets_the_same_object_and_the_sender_too() {
    let site = Site::open().await;
    let (mut ada, mut bob) = (
        Talk::to(&site.client(), "/ws").await,
        Talk::to(&site.client(), "/ws").await,
    );
    let sent = object("Ada", "hello, 世界 <b>");
    ada.say(sent.to_string()).await;
    assert_eq!(ada.hear_json().await, sent);
    assert_eq!(bob.hear_json().await, sent);
    let mut late = Talk::to(&site.client(), "/ws").await;
    let again = object("Bob", "second");
    bob.say(again.to_string()).await;
    assert_eq!(late.hear_json().await, again, "no history at the start");
}

#[tokio::test]
async fn what_is_no_such_object_gets_an_error_and_the_socket_stays_open() {
    let site = Site::open().await;
    let mut talk = Talk::to(&site.client(), "/ws").await;
    for bad in [
        "",
        "hi",
        "[]",
        "{}",
        r#"["a","b","c"]"#,
        r#"{"message":1}"#,
        "{\"message\":\"x\"",
        "null",
    ] {
        talk.say(bad).await;
        let answer = talk.hear_json().await;
        assert!(
            answer["error"].as_str().is_some_and(|line| !line.contains('\n')),
            "{bad}: {answer}"
        );
    }
    for (message, error) in [
        (" \u{200b}\n", "message must not be empty"),
        (&"x".repeat(4_001), "message must be at most 4000 characters"),
        ("\u{1b}[31m", "message must not hold invisible characters"),
    ] {
        talk.say(object("Ada", message).to_string()).await;
        assert_eq!(talk.hear_json().await, json!({ "error": error }));
    }
    talk.0
        .send(Message::binary(
            object("Ada", "as bytes").to_string().into_bytes(),
        ))
        .await
        .unwrap();
    assert_eq!(talk.hear_json().await["message"], "as bytes");
}

#[tokio::test]
async fn a_frame_one_byte_over_the_limit_closes_the_socket_and_one_at_the_limit_does_not() {
    let site = Site::open().await;
    let mut talk = Talk::to(&site.client(), "/ws").await;
    talk.say("x".repeat(64 << 10)).await;
    assert!(talk.hear_json().await["error"].is_string());
    talk.say("x".repeat((64 << 10) + 1)).await;
    assert_eq!(u16::from(talk.hear_close().await.code), 1009);
}

#[tokio::test]
async fn text_that_is_not_utf8_closes_the_socket() {
    let site = Site::open().await;
    let mut raw = raw_socket(&site, "/ws").await;
    // A masked text frame of two bytes, 0xFF 0xFE, with a mask of zeros.
    raw.write_all(&[0x81, 0x82, 0, 0, 0, 0, 0xFF, 0xFE])
        .await
        .unwrap();
    let mut answer = Vec::new();
    raw.read_to_end(&mut answer).await.unwrap();
    assert_eq!(&answer[2..4], &1007_u16.to_be_bytes(), "{answer:?}");
}

/// A socket after its handshake, byte by byte.
async fn raw_socket(site: &Site, path: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    // Small, so that little is on the way to one that does not read.
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut raw = socket
        .connect(site.url.trim_start_matches("http://").parse().unwrap())
        .await
        .unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    raw.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(raw.read_u8().await.unwrap());
    }
    assert!(
        head.starts_with(b"HTTP/1.1 101"),
        "{}",
        String::from_utf8_lossy(&head)
    );
    raw
}

#[tokio::test]
async fn all_hear_all_in_one_order_each_once() {
    const SENDERS: usize = 8;
    const EACH: usize = 50;
    let site = Site::open().await;
    let mut listeners = Vec::new();
    for _ in 0..3 {
        listeners.push(Talk::to(&site.client(), "/ws").await);
    }
    let mut senders = Vec::new();
    for sender in 0..SENDERS {
        let client = site.client();
        senders.push(tokio::spawn(async move {
            let mut talk = Talk::to(&client, "/ws").await;
            for n in 0..EACH {
                talk.say(object("Ada", &format!("{sender}-{n}")).to_string())
                    .await;
            }
            // Its own come back in the order in which it sent them.
            let mut next = 0;
            while next < EACH {
                let heard = talk.hear_json().await;
                if heard["message"] == format!("{sender}-{next}") {
                    next += 1;
                }
            }
        }));
    }
    let mut heard = Vec::new();
    for listener in &mut listeners {
        let mut texts = Vec::new();
        for _ in 0..SENDERS * EACH {
            texts.push(listener.hear_json().await["message"].as_str().unwrap().to_owned());
        }
        heard.push(texts);
    }
    for sender in senders {
        sender.await.unwrap();
    }
    assert!(heard.iter().all(|texts| *texts == heard[0]), "one order for all");
    heard[0].sort();
    heard[0].dedup();
    assert_eq!(heard[0].len(), SENDERS * EACH, "each once");
}

#[tokio::test]
async fn what_was_sent_before_a_goodbye_is_stored() {
    let site = Site::open().await;
    let mut listener = Talk::to(&site.client(), "/ws").await;
    let mut talk = Talk::to(&site.client(), "/ws").await;
    for n in 0..20 {
        talk.say(object("Ada", &n.to_string()).to_string()).await;
    }
    talk.0.close(None).await.unwrap();
    for n in 0..20 {
        assert_eq!(listener.hear_json().await["message"], n.to_string());
    }
}

#[tokio::test]
async fn who_does_not_read_is_told_to_go_and_delays_nobody() {
    let site = Site::open().await;
    let slow = raw_socket(&site, "/ws").await;
    let mut talk = Talk::to(&site.client(), "/ws").await;
    let hub = site.backend.hub.clone();
    let long = "é".repeat(4_000);
    let mut rounds = 0;
    while hub.stats().connections == 2 {
        for _ in 0..50 {
            talk.say(object("Ada", &long).to_string()).await;
        }
        for _ in 0..50 {
            assert_eq!(talk.hear_json().await["message"], long);
        }
        rounds += 1;
        assert!(rounds < 200, "the one that does not read is never told to go");
    }
    talk.say(object("Ada", "after").to_string()).await;
    assert_eq!(talk.hear_json().await["message"], "after");
    drop(slow);
}

#[tokio::test]
async fn an_accounts_own_name_counts_and_its_address_stays_here() {
    let site = Site::closed().await;
    let (ada, bob) = (site.member("Ada").await, site.member("Bob").await);
    let (mut from, mut to) = (
        Talk::to(&ada.client, "/ws").await,
        Talk::to(&bob.client, "/ws").await,
    );
    from.say(object("Bob", "hi").to_string()).await;
    let heard = to.hear_json().await;
    let avatar = ada.caller.person().unwrap().avatar.clone();
    assert_eq!(
        heard,
        json!({"email": "", "username": "Ada", "message": "hi", "avatar": avatar})
    );
    assert_eq!(from.hear_json().await, heard);
}

#[tokio::test]
async fn a_token_may_come_as_the_first_message() {
    let site = Site::closed().await;
    let ada = site.member("Ada").await;
    let mut talk = Talk::to(&site.client(), "/ws").await;
    talk.say(json!({"token": ada.secret}).to_string()).await;
    talk.say(json!({"message": "hi"}).to_string()).await;
    assert_eq!(talk.hear_json().await["username"], "Ada");
}

#[tokio::test]
async fn without_a_token_or_with_a_wrong_one_the_socket_is_closed() {
    let site = Site::closed().await;
    let wrong = json!({"token": "flotilla_wrong"}).to_string();
    for first in [wrong, object("Ada", "hi").to_string(), "hello".to_owned()] {
        let mut talk = Talk::to(&site.client(), "/ws").await;
        talk.say(first.clone()).await;
        assert_eq!(u16::from(talk.hear_close().await.code), 4401, "{first}");
    }
    let mut silent = Talk::to(&site.client(), "/ws").await;
    assert_eq!(
        u16::from(silent.hear_close().await.code),
        4401,
        "nothing within five seconds"
    );
}

#[tokio::test]
async fn a_wrong_token_in_the_header_is_refused_before_the_socket_opens() {
    let site = Site::closed().await;
    let forged = client::Client::new(&site.url, Some("flotilla_forged".into())).unwrap();
    let refused = forged.socket("/ws", None, 1 << 16).await;
    assert!(
        matches!(refused, Err(client::Error::Refused { status: 401, .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_revoked_token_ends_its_sockets() {
    let site = Site::closed().await;
    let ada = site.member("Ada").await;
    let mut by_header = Talk::to(&ada.client, "/ws").await;
    let mut by_message = Talk::to(&site.client(), "/ws").await;
    by_message.say(json!({"token": ada.secret}).to_string()).await;
    for talk in [&mut by_header, &mut by_message] {
        talk.say(json!({"message": "hi"}).to_string()).await;
        talk.hear_json().await;
    }
    site.backend
        .accounts
        .revoke_token(&ada.caller, ada.token)
        .await
        .unwrap();
    for talk in [&mut by_header, &mut by_message] {
        assert_eq!(u16::from(talk.hear_close().await.code), 3503);
    }
}

#[tokio::test]
async fn who_sends_too_fast_is_told_so_and_stays() {
    let site = Site::closed().await;
    let ada = site.member("Ada").await;
    let mut talk = Talk::to(&ada.client, "/ws").await;
    for n in 0..12 {
        talk.say(json!({"message": n.to_string()}).to_string()).await;
    }
    let mut errors = 0;
    for _ in 0..12 {
        let heard = talk.hear_json().await;
        errors += usize::from(
            heard["error"]
                .as_str()
                .is_some_and(|line| line.starts_with("too many messages")),
        );
    }
    assert!((1..=2).contains(&errors), "{errors} of 12 refused");
}

#[tokio::test]
async fn a_server_that_ends_says_so() {
    let site = Site::open().await;
    let mut talk = Talk::to(&site.client(), "/ws").await;
    talk.say(object("Ada", "hi").to_string()).await;
    talk.hear_json().await;
    let stopping = tokio::spawn(site.stop());
    assert_eq!(u16::from(talk.hear_close().await.code), 3001);
    drop(talk);
    tokio::time::timeout(Duration::from_secs(10), stopping)
        .await
        .unwrap()
        .unwrap();
}
