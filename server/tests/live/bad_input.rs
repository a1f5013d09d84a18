//! What no well-meaning client sends.

use futures::SinkExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::harness::TestServer;

#[tokio::test]
async fn what_is_not_the_protocol_ends_the_connection() {
    let server = TestServer::start().await;
    let token = server.member("ada").await;
    for text in [
        "",
        "\n",
        "hello",
        "{",
        "[]",
        "5",
        "null",
        r#""connect""#,
        r#"{"id":2,"nothing":{}}"#,
        r#"{"id":2}"#,
        r#"{"id":-1,"ping":{}}"#,
        r#"{"id":2,"ping":5}"#,
        r#"{"id":2,"subscribe":{}}"#,
        r#"{"id":2,"subscribe":{"channel":5}}"#,
        r#"{"id":2,"publish":{"channel":"echo:x"}}"#,
        r#"{"id":0,"subscribe":{"channel":"echo:x"}}"#,
        r#"{"id":2,"connect":{}}"#,
        "{}",
        "{\"id\":2,\"ping\":{}}\n{\"id\":3,\"pi",
    ] {
        let mut peer = server.peer(&token).await;
        peer.send_text(text.to_owned()).await;
        assert_eq!(peer.closed().await, (3501, "bad request".to_owned()), "{text:?}");
    }
}

#[tokio::test]
async fn nothing_may_come_before_connect() {
    let server = TestServer::start().await;
    for request in [
        json!({"id": 1, "subscribe": {"channel": "echo:x"}}),
        json!({"id": 1, "ping": {}}),
        json!({}),
    ] {
        let mut peer = server.socket().await;
        peer.send(request.clone()).await;
        assert_eq!(peer.closed().await.0, 3501, "{request}");
    }
}

#[tokio::test]
async fn a_frame_of_64_kib_is_taken_and_one_byte_more_is_not() {
    let server = TestServer::start().await;
    let mut peer = server.peer(&server.member("ada").await).await;
    peer.subscribe("echo:x").await;
    let empty = json!({"id": 9, "publish": {"channel": "echo:x", "data": ""}})
        .to_string()
        .len();
    let frame =
        |len: usize| json!({"id": 9, "publish": {"channel": "echo:x", "data": "x".repeat(len - empty)}});
    peer.send(frame(65_536)).await;
    assert_eq!(peer.push().await["pub"]["offset"], 1);
    peer.send(frame(65_537)).await;
    assert_eq!(peer.closed().await.0, 1009);
}

#[tokio::test]
async fn text_that_is_not_utf8_is_not_text() {
    let server = TestServer::start().await;
    let mut peer = server.peer(&server.member("ada").await).await;
    let frame = Frame::message(vec![b'"', 0xC0, 0xAF, b'"'], OpCode::Data(Data::Text), true);
    peer.socket.send(Message::Frame(frame)).await.unwrap();
    assert_eq!(peer.closed().await.0, 1007);
}

#[tokio::test]
async fn a_thousand_subscribes_are_each_answered_and_128_stand() {
    let server = TestServer::start().await;
    let mut peer = server.peer(&server.member("ada").await).await;
    let lines: Vec<_> = (2..1_002)
        .map(|id| json!({"id": id, "subscribe": {"channel": format!("echo:{id}")}}).to_string())
        .collect();
    peer.send_text(lines.join("\n")).await;
    let mut replies = Vec::new();
    for _ in 0..1_000 {
        replies.push(peer.next().await);
    }
    assert_eq!(
        replies
            .iter()
            .filter(|reply| reply["subscribe"].is_object())
            .count(),
        128
    );
    assert!(
        replies[128..].iter().all(|reply| reply["error"]["code"] == 106),
        "{}",
        replies[128]
    );
    assert_eq!(server.backend.hub.stats().topics, 128);
}

#[tokio::test]
async fn who_floods_with_commands_is_slowed_and_then_closed() {
    let server = TestServer::start().await;
    let mut peer = server.peer(&server.member("ada").await).await;
    let lines: Vec<_> = (0..1_000).map(|_| r#"{"id":9,"ping":{}}"#).collect();
    let frame = lines.join("\n");
    for _ in 0..10 {
        // The socket may be closed before all of it is sent.
        if peer.socket.send(Message::text(frame.clone())).await.is_err() {
            break;
        }
    }
    assert_eq!(peer.closed().await.0, 3013);
}

#[tokio::test]
async fn the_same_client_id_twice_is_one_message_and_one_event() {
    let server = TestServer::start().await;
    let token = server.member("ada").await;
    let mut peer = server.peer(&token).await;
    peer.subscribe("chat:general").await;
    let client = server.client(&token);
    for _ in 0..2 {
        client.send("general", "the-same-id", "once").await.unwrap();
    }
    client.send("general", "another-id", "last").await.unwrap();
    assert_eq!(peer.push().await["pub"]["data"]["posted"]["text"], "once");
    assert_eq!(peer.push().await["pub"]["data"]["posted"]["text"], "last");
}

/// A reader that never reads: its queue fills up, and when it looks at last, it finds out why it was closed.
#[tokio::test]
async fn a_reader_that_never_reads_is_closed_as_slow_and_holds_up_nobody() {
    let server = TestServer::start().await;
    let token = server.member("ada").await;
    let mut fast = server.peer(&token).await;
    fast.subscribe("echo:x").await;
    let mut slow = server.peer(&token).await;
    slow.subscribe("echo:x").await;
    let data = Value::from("x".repeat(60_000));
    let mut sent = 0;
    while server.backend.hub.stats().connections == 2 && !is_slow(&server) {
        fast.publish("echo:x", data.clone()).await;
        sent += 1;
        assert!(sent < 2_000, "the slow reader is never closed");
    }
    assert_eq!(slow.closed().await.0, 3008);
    fast.publish("echo:x", json!("on")).await;
}

/// The slow connection's queue was let go of, while the topic goes on.
fn is_slow(server: &TestServer) -> bool {
    server
        .backend
        .hub
        .presence(&wire::topic::Topic::new("echo", "x"))
        .len()
        == 1
}

#[tokio::test]
async fn a_socket_that_says_nothing_or_half_a_frame_is_not_kept() {
    let server = TestServer::start().await;
    let mut tcp = tokio::net::TcpStream::connect(server.addr).await.unwrap();
    let request = "GET /connection/websocket HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    tcp.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 101");
    tcp.write_all(&[0x81]).await.unwrap();
    server.until(|backend| backend.hub.stats().connections == 1).await;
    drop(tcp);
    server.until(|backend| backend.hub.stats().connections == 0).await;
}

#[tokio::test]
async fn a_request_that_is_no_proper_upgrade_is_refused() {
    let server = TestServer::start().await;
    let http = reqwest::Client::new();
    let url = format!("{}/connection/websocket", server.url());
    assert_eq!(http.get(&url).send().await.unwrap().status(), 426);
    let upgrade = |key: &'static str, version: &'static str| {
        let headers = [
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-key", key),
            ("sec-websocket-version", version),
        ];
        headers
            .iter()
            .fold(http.get(&url), |request, (name, value)| {
                request.header(*name, *value)
            })
            .send()
    };
    assert_eq!(upgrade("short", "13").await.unwrap().status(), 400);
    assert_eq!(
        upgrade("dGhlIHNhbXBsZSBub25jZQ==", "8").await.unwrap().status(),
        426
    );
}
