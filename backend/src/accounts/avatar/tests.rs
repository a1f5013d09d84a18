//! What is drawn, and what comes from elsewhere, against a server on loopback.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;
use crate::{Random, fetch::Fetcher, testing};

#[test]
fn a_hash_always_gives_the_same_picture_and_another_one_another() {
    let random = Random::from_seed(3);
    let hashes: Vec<[u8; 32]> = (0..1_000).map(|_| random.bytes()).collect();
    let pictures: HashSet<String> = hashes.iter().map(draw::svg).collect();
    assert_eq!(pictures.len(), 1_000);
    assert!(hashes.iter().all(|hash| pictures.contains(&draw::svg(hash))));
}

#[test]
fn a_drawn_picture_is_small_and_holds_nothing_but_paths() {
    let random = Random::from_seed(4);
    for _ in 0..1_000 {
        let svg = draw::svg(&random.bytes());
        assert!(svg.len() < 2_000, "{} bytes", svg.len());
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>"));
        assert_eq!(svg.matches('<').count(), 5, "one svg, three paths: {svg}");
    }
}

#[tokio::test]
async fn only_64_hexadecimal_digits_name_a_picture() {
    let backend = testing::backend().await;
    let good = hash_of("ada@example.org");
    let picture = backend.accounts.picture(&good).await.unwrap();
    assert_eq!((picture.media_type, picture.immutable), ("image/svg+xml", true));
    assert_eq!(
        backend.accounts.picture(&good.to_uppercase()).await.unwrap(),
        picture
    );
    let long = good.repeat(2);
    let odd = format!("{}é", &good[..62]);
    for bad in [
        "",
        "x",
        &good[..63],
        &long,
        &odd,
        &good.replace('c', "g"),
        &format!("+{}", &good[1..]),
    ] {
        assert!(
            matches!(backend.accounts.picture(bad).await, Err(Error::NotFound)),
            "{bad}"
        );
    }
}

#[test]
fn a_hash_reads_back() {
    let bytes = Random::from_seed(5).bytes();
    assert_eq!(unhex(&hex(&bytes)), Some(bytes));
}

/// Gravatar on loopback, and how often it was asked.
async fn gravatar(answer: &'static str) -> (Gravatar, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let _ = stream.read(&mut [0; 4_096]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let fetcher = Fetcher::new(vec!["127.0.0.0/8".parse().unwrap()]).unwrap();
    (Gravatar::at(fetcher, format!("http://{address}")), asked)
}

#[tokio::test]
async fn what_came_from_elsewhere_is_asked_for_once_and_only_pictures_are_taken() {
    let png =
        "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 3\r\nconnection: close\r\n\r\npng";
    let html =
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 3\r\nconnection: close\r\n\r\n<a>";
    let svg =
        "HTTP/1.1 200 OK\r\ncontent-type: image/svg+xml\r\ncontent-length: 3\r\nconnection: close\r\n\r\n<a>";
    let none = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let broken = "HTTP/1.1 500 Oh\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let cases = [
        (png, Some(("image/png", Bytes::from_static(b"png")))),
        (html, None),
        (svg, None),
        (none, None),
        (broken, None),
        ("not HTTP", None),
    ];
    for (answer, expected) in cases {
        let (gravatar, asked) = gravatar(answer).await;
        for _ in 0..3 {
            let found = match gravatar.known("abc") {
                Some(known) => known,
                None => gravatar.fetch("abc").await,
            };
            assert_eq!(found, expected, "{answer}");
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1, "{answer}");
    }
}
