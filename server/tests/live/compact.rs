//! The pages' own encoding.

use futures::SinkExt as _;
use tokio_tungstenite::tungstenite::Message;
use wire::{
    chat::{Event, Signal},
    live::compact::{Down, SUBPROTOCOL, Up},
    topic::{Position, Topic},
};

use crate::harness::{Peer, TestServer};

async fn page(server: &TestServer, token: &str) -> Peer {
    let mut page = server.socket_as(Some(token), Some(SUBPROTOCOL)).await;
    assert!(matches!(
        next(&mut page).await,
        Down::Welcome { ping_every_s: 25, .. }
    ));
    page
}

async fn send(page: &mut Peer, up: &Up) {
    page.socket
        .send(Message::binary(postcard::to_allocvec(up).unwrap()))
        .await
        .unwrap();
}

async fn next(page: &mut Peer) -> Down {
    match page.message().await {
        Message::Binary(bytes) => postcard::from_bytes(&bytes).unwrap(),
        other => panic!("not binary: {other:?}"),
    }
}

fn general() -> Topic {
    Topic::new("chat", "general")
}

async fn subscribe(page: &mut Peer, since: Option<Position>) -> Down {
    send(
        page,
        &Up::Subscribe {
            id: 7,
            topic: general(),
            since,
        },
    )
    .await;
    next(page).await
}

#[tokio::test]
async fn a_page_follows_a_room_sees_who_is_here_and_resumes() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.member("ada").await, server.member("bob").await);
    let mut page = page(&server, &ada).await;
    let Down::Subscribed {
        id: 7,
        position,
        recovered: false,
        missed,
        here,
    } = subscribe(&mut page, None).await
    else {
        panic!("not subscribed")
    };
    assert!(missed.is_empty());
    assert_eq!(
        here.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(),
        ["ada"]
    );
    assert!(matches!(next(&mut page).await, Down::Joined { who, .. } if who.name == "ada"));
    server.client(&bob).send("general", "c1", "hello").await.unwrap();
    let Down::Published { topic, publication } = next(&mut page).await else {
        panic!("nothing published")
    };
    let Event::Posted(message) = postcard::from_bytes(&publication.data).unwrap();
    assert_eq!(
        (topic, publication.offset, message.text.as_str()),
        (general(), Some(position.offset + 1), "hello")
    );
    drop(page);
    let mut again = self::page(&server, &ada).await;
    let Down::Subscribed {
        recovered: true,
        missed,
        ..
    } = subscribe(&mut again, Some(position)).await
    else {
        panic!("not recovered")
    };
    assert_eq!(missed, [publication]);
}

#[tokio::test]
async fn two_tabs_of_one_person_come_and_go_as_one() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.member("ada").await, server.member("bob").await);
    let mut watcher = page(&server, &ada).await;
    subscribe(&mut watcher, None).await;
    assert!(matches!(next(&mut watcher).await, Down::Joined { .. }), "itself");
    let mut tabs = [page(&server, &bob).await, page(&server, &bob).await];
    for tab in &mut tabs {
        let Down::Subscribed { here, .. } = subscribe(tab, None).await else {
            panic!("not subscribed")
        };
        assert_eq!(here.len(), 2);
    }
    let [first, second] = tabs;
    drop((first, second));
    assert!(matches!(next(&mut watcher).await, Down::Joined { who, .. } if who.name == "bob"));
    assert!(
        matches!(next(&mut watcher).await, Down::Left { who, .. } if who.name == "bob"),
        "no second joining"
    );
}

#[tokio::test]
async fn typing_is_a_signal_between_pages_and_programs_alike() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.member("ada").await, server.member("bob").await);
    let mut program = server.peer(&bob).await;
    program.subscribe("chat:general").await;
    let mut page = page(&server, &ada).await;
    subscribe(&mut page, None).await;
    let data = postcard::to_allocvec(&Signal::Typing).unwrap();
    send(
        &mut page,
        &Up::Publish {
            id: 8,
            topic: general(),
            data: data.clone(),
        },
    )
    .await;
    assert_eq!(program.push().await["pub"]["data"], "typing");
    let (mut done, mut published) = (false, None);
    while !done || published.is_none() {
        match next(&mut page).await {
            Down::Done { id: 8 } => done = true,
            Down::Published { publication, .. } => published = Some(publication),
            Down::Joined { .. } => {}
            other => panic!("unexpected: {other:?}"),
        }
    }
    let publication = published.unwrap();
    assert_eq!((publication.offset, publication.data), (None, data));
    assert_eq!(publication.from.unwrap().name, "ada");
}

#[tokio::test]
async fn refusals_have_the_protocols_codes_and_nonsense_ends_the_socket() {
    let server = TestServer::start().await;
    let token = server.member("ada").await;
    let mut page = page(&server, &token).await;
    for (topic, code) in [("chat:nowhere", 102), ("stocks:AAPL", 102)] {
        send(
            &mut page,
            &Up::Subscribe {
                id: 3,
                topic: topic.parse().unwrap(),
                since: None,
            },
        )
        .await;
        assert!(
            matches!(next(&mut page).await, Down::Refused { id: 3, code: is, .. } if is == code),
            "{topic}"
        );
    }
    let nonsense = [
        Message::binary(vec![0xFF; 9]),
        Message::binary(vec![]),
        Message::text("{}"),
    ];
    for message in nonsense {
        let mut page = self::page(&server, &token).await;
        page.socket.send(message.clone()).await.unwrap();
        assert_eq!(page.closed().await.0, 3501, "{message:?}");
    }
}

#[tokio::test]
async fn a_stranger_may_open_a_socket_and_follow_nothing() {
    let server = TestServer::start().await;
    let mut page = server.socket_as(None, Some(SUBPROTOCOL)).await;
    assert!(matches!(next(&mut page).await, Down::Welcome { .. }));
    assert!(matches!(
        subscribe(&mut page, None).await,
        Down::Refused { code: 101, .. }
    ));
}
