//! What may be reached and how much of it is taken, against servers on loopback.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;

const BOUNDS: Bounds = Bounds {
    bytes: 1_000,
    time: Duration::from_secs(20),
};

fn kind<T>(result: Result<T, FetchError>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(FetchError::Url) => "url",
        Err(FetchError::Forbidden) => "forbidden",
        Err(FetchError::Redirects) => "redirects",
        Err(FetchError::TooLarge(_)) => "too large",
        Err(FetchError::TooSlow(_)) => "too slow",
        Err(FetchError::Failed(_)) => "failed",
    }
}

/// A server on loopback that answers every request with `answer(its own address)`.
async fn serve(answer: impl Fn(SocketAddr) -> String + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4_096];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(answer(address).as_bytes()).await;
        }
    });
    address
}

fn to_loopback() -> Fetcher {
    Fetcher::new(vec!["127.0.0.0/8".parse().unwrap()]).unwrap()
}

#[test]
fn only_the_public_internet_is_public() {
    let cases = [
        ("1.1.1.1", true),
        ("93.184.216.34", true),
        ("100.63.255.255", true),
        ("2606:4700::1111", true),
        ("127.0.0.1", false),
        ("127.255.0.9", false),
        ("10.0.0.1", false),
        ("172.16.0.1", false),
        ("192.168.1.1", false),
        ("169.254.169.254", false),
        ("100.64.0.1", false),
        ("0.0.0.0", false),
        ("0.1.2.3", false),
        ("192.0.0.8", false),
        ("198.18.0.1", false),
        ("203.0.113.5", false),
        ("224.0.0.1", false),
        ("255.255.255.255", false),
        ("::1", false),
        ("::", false),
        ("fe80::1", false),
        ("fd00::1", false),
        ("ff02::1", false),
        ("::ffff:127.0.0.1", false),
        ("::ffff:10.0.0.1", false),
        ("64:ff9b::7f00:1", false),
        ("2002:7f00:1::", false),
        ("2001:db8::1", false),
        ("2001::1", false),
    ];
    for (address, public) in cases {
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(is_public(address.to_canonical()), public, "{address}");
    }
}

#[tokio::test]
async fn what_only_this_server_can_reach_is_not_fetched() {
    let server = serve(|_| "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret".to_owned()).await;
    let port = server.port();
    let fetcher = Fetcher::new(Vec::new()).unwrap();
    let cases = [
        (format!("http://127.0.0.1:{port}/"), "forbidden"),
        (format!("http://localhost:{port}/"), "forbidden"),
        (format!("http://0x7f.1:{port}/"), "forbidden"),
        (format!("http://2130706433:{port}/"), "forbidden"),
        (format!("http://[::1]:{port}/"), "forbidden"),
        (format!("http://[::ffff:127.0.0.1]:{port}/"), "forbidden"),
        ("http://169.254.169.254/latest/meta-data".to_owned(), "forbidden"),
        ("file:///etc/passwd".to_owned(), "url"),
        ("ftp://example.org/".to_owned(), "url"),
        ("gopher://127.0.0.1/".to_owned(), "url"),
        (format!("http://user:password@127.0.0.1:{port}/"), "url"),
        ("nothing".to_owned(), "url"),
        (String::new(), "url"),
    ];
    for (url, expected) in cases {
        assert_eq!(kind(fetcher.get(&url, BOUNDS).await), expected, "{url}");
    }
}

#[tokio::test]
async fn an_allowed_network_is_reached_by_address_and_by_name() {
    let server = serve(|_| {
        "HTTP/1.1 200 OK\r\ncontent-type: Image/PNG; x=y\r\ncontent-length: 2\r\n\r\nhi".to_owned()
    })
    .await;
    for host in ["127.0.0.1", "localhost"] {
        let fetched = to_loopback()
            .get(&format!("http://{host}:{}/", server.port()), BOUNDS)
            .await
            .unwrap();
        let expected = Fetched {
            status: 200,
            media_type: "image/png".to_owned(),
            body: Bytes::from("hi"),
        };
        assert_eq!(fetched, expected);
    }
}

#[tokio::test]
async fn a_redirect_is_judged_like_the_first_url() {
    let cases = [
        ("http://10.0.0.1/", "forbidden"),
        ("http://[::1]/", "forbidden"),
        ("file:///etc/passwd", "url"),
        ("/again", "redirects"),
    ];
    for (target, expected) in cases {
        let server = serve(move |_| {
            format!(
                "HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
        })
        .await;
        assert_eq!(
            kind(to_loopback().get(&format!("http://{server}/"), BOUNDS).await),
            expected,
            "{target}"
        );
    }
}

#[tokio::test]
async fn no_more_is_taken_than_is_allowed() {
    let body = "x".repeat(1_001);
    let announced = format!("HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n{body}");
    let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n{body}\r\n0\r\n\r\n");
    let endless = format!("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{body}");
    for answer in [announced, chunked, endless] {
        let server = serve(move |_| answer.clone()).await;
        assert_eq!(
            kind(to_loopback().get(&format!("http://{server}/"), BOUNDS).await),
            "too large"
        );
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let bounds = Bounds {
        time: Duration::from_millis(50),
        ..BOUNDS
    };
    assert_eq!(kind(to_loopback().get(&url, bounds).await), "too slow");
}
