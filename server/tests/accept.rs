//! The accept loop, byte by byte: what is sent half, too long, too often, or when the server is to end.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{net::IpAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout},
};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

mod site;

use site::{PATIENCE, Site, Talk};

const GREETING: &str = "GET /greeting HTTP/1.1\r\nhost: localhost\r\n\r\n";

async fn connect(site: &Site) -> TcpStream {
    TcpStream::connect(site.url.trim_start_matches("http://"))
        .await
        .unwrap()
}

/// All that comes until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut all))
        .await
        .expect("the server closes")
        .unwrap();
    String::from_utf8(all).unwrap()
}

/// Reads until `end` has come.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut all = Vec::new();
    while !all.ends_with(end.as_bytes()) {
        let mut buffer = [0; 4096];
        let read = timeout(PATIENCE, stream.read(&mut buffer))
            .await
            .expect("an answer")
            .unwrap();
        assert!(
            read > 0,
            "closed before {end:?}: {}",
            String::from_utf8_lossy(&all)
        );
        all.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8(all).unwrap()
}

#[test]
fn half_a_head_is_waited_for_ten_seconds() {
    assert_eq!(server::accept::Limits::default().head, Duration::from_secs(10));
}

#[tokio::test]
async fn whoever_sends_half_a_head_is_dropped_in_time_and_others_are_served() {
    let head = Duration::from_millis(300);
    let site = Site::configured(|config| config.limits.head = head).await;
    for half in [
        "",
        "G",
        "GET /gree",
        "GET /greeting HTTP/1.1\r\nhost: a\r\n",
        "PRI * HTTP/2.0\r\n\r\n",
    ] {
        let mut stream = connect(&site).await;
        let began = Instant::now();
        stream.write_all(half.as_bytes()).await.unwrap();
        assert_eq!(rest(&mut stream).await, "", "{half:?}");
        assert!(began.elapsed() >= head, "{half:?}");
    }
    assert_eq!(site.client().greeting().await.unwrap(), "Hello, Navigator!");
    site.stop().await;
}

#[tokio::test]
async fn a_byte_now_and_then_does_not_hold_a_connection() {
    let site = Site::configured(|config| config.limits.head = Duration::from_millis(300)).await;
    let mut stream = connect(&site).await;
    let (mut reader, mut writer) = stream.split();
    let drip = async {
        let mut pace = tokio::time::interval(Duration::from_millis(50));
        loop {
            pace.tick().await;
            if writer.write_all(b"x").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let closed = async {
        let mut nothing = [0; 16];
        // A reset is an end, too.
        matches!(reader.read(&mut nothing).await, Ok(0) | Err(_))
    };
    tokio::select! {
        () = drip => {}
        closed = timeout(PATIENCE, closed) => assert!(closed.expect("the server closes")),
    }
    site.stop().await;
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request_and_ended_when_none_comes() {
    let site = Site::configured(|config| {
        config.limits.head = Duration::from_millis(100);
        config.limits.idle = Duration::from_millis(600);
    })
    .await;
    let mut stream = connect(&site).await;
    for _ in 0..2 {
        stream.write_all(GREETING.as_bytes()).await.unwrap();
        until(&mut stream, "Hello, Navigator!").await;
        // Longer than a head may take: the time of a head begins with its first byte.
        let silence = timeout(Duration::from_millis(250), stream.read_u8()).await;
        assert!(silence.is_err(), "kept");
    }
    assert_eq!(rest(&mut stream).await, "", "ended");
    site.stop().await;
}

/// A frame of HTTP/2: its type, and its payload.
async fn frame(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    timeout(PATIENCE, stream.read_exact(&mut head))
        .await
        .expect("a frame or the end")
        .ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut payload).await.ok()?;
    Some((head[3], payload))
}

#[tokio::test]
async fn a_ping_of_http2_is_not_taken_for_a_head_and_the_end_of_an_idle_connection_is_announced() {
    const PING: u8 = 6;
    const GO_AWAY: u8 = 7;
    let greeting = |stream: u8| {
        let block = b"\x82\x86\x04\x09/greeting\x01\x09localhost";
        let head = [0, 0, u8::try_from(block.len()).unwrap(), 1, 5, 0, 0, 0, stream];
        [&head[..], block].concat()
    };
    let ping = [&[0, 0, 8, PING, 0, 0, 0, 0, 0][..], b"a moment"].concat();
    let site = Site::configured(|config| {
        config.limits.head = Duration::from_millis(100);
        config.limits.idle = Duration::from_millis(600);
    })
    .await;
    let mut stream = connect(&site).await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    stream.write_all(preface).await.unwrap();
    for id in [1, 3] {
        stream.write_all(&greeting(id)).await.unwrap();
        while frame(&mut stream).await.expect("an answer").1 != b"Hello, Navigator!" {}
        stream.write_all(&ping).await.unwrap();
        while frame(&mut stream).await.expect("an answer").0 != PING {}
        // Longer than a head may take.
        let silence = timeout(Duration::from_millis(250), stream.peek(&mut [0])).await;
        assert!(silence.is_err(), "kept");
    }
    while frame(&mut stream).await.expect("a word at the end").0 != GO_AWAY {}
    while frame(&mut stream).await.is_some() {}
    site.stop().await;
}

#[tokio::test]
async fn a_mebibyte_of_head_is_refused_and_the_refusal_arrives() {
    let site = Site::closed().await;
    let mut stream = connect(&site).await;
    let head = format!(
        "GET /greeting HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n",
        "x".repeat(1 << 20)
    );
    // The server may close before it has taken all.
    drop(stream.write_all(head.as_bytes()).await);
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 431 "));
    site.stop().await;
}

#[tokio::test]
async fn a_head_of_a_thousand_lines_and_one_that_is_none_are_refused() {
    let site = Site::closed().await;
    let many = format!("GET /greeting HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(1_000));
    for (head, status) in [
        (many.as_str(), "HTTP/1.1 431 "),
        ("\u{16}\u{3}\u{1} hello\r\n\r\n", "HTTP/1.1 400 "),
    ] {
        let mut stream = connect(&site).await;
        stream.write_all(head.as_bytes()).await.unwrap();
        assert!(rest(&mut stream).await.starts_with(status), "{status}");
    }
    site.stop().await;
}

#[tokio::test]
async fn over_the_cap_one_is_turned_away_and_let_in_when_another_has_gone() {
    let site = Site::configured(|config| config.limits.connections = 2).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = connect(&site).await;
        stream.write_all(GREETING.as_bytes()).await.unwrap();
        until(&mut stream, "Hello, Navigator!").await;
        held.push(stream);
    }
    let refused = rest(&mut connect(&site).await).await;
    assert!(
        refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after"),
        "{refused}"
    );
    held.pop();
    let served = async {
        while site.client().greeting().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, served).await.expect("there is room again");
    site.stop().await;
}

#[tokio::test]
async fn no_address_cap_binds_loopback() {
    assert!(IpAddr::from([127, 0, 0, 1]).is_loopback());
    let site = Site::configured(|config| config.limits.per_address = 1).await;
    let held = connect(&site).await;
    assert_eq!(site.client().greeting().await.unwrap(), "Hello, Navigator!");
    drop(held);
    site.stop().await;
}

#[tokio::test]
async fn at_the_end_sockets_are_told_to_come_again_and_idle_connections_do_not_hold_it_up() {
    let site = Site::open().await;
    let sockets = [
        Talk::to(&site.client(), "/echo").await,
        Talk::to(&site.client(), "/ws").await,
    ];
    let mut idle = connect(&site).await;
    idle.write_all(GREETING.as_bytes()).await.unwrap();
    until(&mut idle, "Hello, Navigator!").await;
    let (silent, began) = (connect(&site).await, Instant::now());
    let told = async {
        for mut socket in sockets {
            let close = socket.hear_close().await;
            assert_eq!(
                (close.code, close.reason.as_str()),
                (CloseCode::from(3001), "shutdown")
            );
        }
    };
    let (_stopped, ()) = tokio::join!(site.stop(), told);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "nobody kept it: {:?}",
        began.elapsed()
    );
    assert_eq!(rest(&mut idle).await, "");
    drop(silent);
}

#[tokio::test]
async fn a_request_under_way_is_finished_at_the_end() {
    let site = Site::open().await;
    let mut socket = Talk::to(&site.client(), "/echo").await;
    let mut stream = connect(&site).await;
    let head =
        "POST /api/rooms/general/messages HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    let body = r#"{"client_id":"0123456789abcdef","text":"to the end"}"#;
    let head = format!(
        "{head}content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    until(&mut stream, "HTTP/1.1 100 Continue\r\n\r\n").await;
    // The handler waits for the body. Now the end comes, and only after it the body.
    let finish = async {
        socket.hear_close().await;
        drop(socket);
        stream.write_all(body.as_bytes()).await.unwrap();
        rest(&mut stream).await
    };
    let (_stopped, answer) = tokio::join!(site.stop(), finish);
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
}
