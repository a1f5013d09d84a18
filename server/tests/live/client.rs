//! The Rust client against the real server.

use std::{collections::BTreeSet, time::Duration};

use client::live::{Event, Live};
use tokio::time::timeout;
use wire::{chat, topic::Topic};

use crate::harness::TestServer;

const PATIENCE: Duration = Duration::from_secs(20);

fn general() -> Topic {
    Topic::new("chat", "general")
}

async fn next(live: &mut Live) -> Event {
    timeout(PATIENCE, live.next())
        .await
        .expect("something happens")
        .unwrap()
}

/// The next message said; whatever else happens is passed over.
async fn text(live: &mut Live) -> String {
    loop {
        if let Event::Published { data, .. } = next(live).await {
            let chat::Event::Posted(message) = client::live::read(&data).unwrap();
            return message.text;
        }
    }
}

#[tokio::test]
async fn over_cut_lines_each_message_comes_once_and_in_order() {
    let server = TestServer::start().await;
    let (ada, bob) = (
        server.client(&server.member("ada").await),
        server.client(&server.member("bob").await),
    );
    let mut live = ada.live();
    live.follow(general(), None, false);
    while !matches!(next(&mut live).await, Event::Subscribed { .. }) {}
    for number in 0..30 {
        if number % 3 == 1 {
            live.cut();
        }
        // The rate of one person is limited; the order of the two is not at stake.
        let sender = if number % 2 == 0 { &ada } else { &bob };
        sender
            .send_surely("general", &number.to_string(), PATIENCE)
            .await
            .unwrap();
        assert_eq!(text(&mut live).await, number.to_string());
    }
}

#[tokio::test]
async fn a_token_that_is_no_good_is_not_tried_again() {
    let server = TestServer::start().await;
    let mut live = server.client("wrong").live();
    let error = timeout(PATIENCE, live.next()).await.unwrap().unwrap_err();
    assert!(!error.may_pass(), "{error}");
}

#[tokio::test]
async fn a_room_that_is_not_there_ends_its_subscription_and_no_other() {
    let server = TestServer::start().await;
    let mut live = server.client(&server.member("ada").await).live();
    live.follow(Topic::new("chat", "nowhere"), None, false);
    live.follow(general(), None, false);
    let mut seen = BTreeSet::new();
    while seen.len() < 2 {
        match next(&mut live).await {
            Event::Ended { topic, .. } => seen.insert(format!("ended {topic}")),
            Event::Subscribed { topic, .. } => seen.insert(format!("subscribed {topic}")),
            _ => true,
        };
    }
    assert_eq!(
        seen,
        BTreeSet::from([
            "ended chat:nowhere".to_owned(),
            "subscribed chat:general".to_owned()
        ])
    );
}

#[tokio::test]
async fn publications_presence_and_history_of_a_scratch_pad() {
    let server = TestServer::start().await;
    let mut live = server.client(&server.member("ada").await).live();
    let pad = Topic::new("echo", "pad");
    live.follow(pad.clone(), None, true);
    for number in 1..=3 {
        live.publish(&pad, &number).await.unwrap();
    }
    let mut numbers = Vec::new();
    while numbers.len() < 3 {
        if let Event::Published { data, offset, .. } = next(&mut live).await {
            numbers.push((client::live::read::<u64>(&data).unwrap(), offset.unwrap()));
        }
    }
    assert_eq!(numbers, [(1, 1), (2, 2), (3, 3)]);
    assert_eq!(live.presence(&pad).await.unwrap().len(), 1);
    assert_eq!(live.history(&pad, None, 2).await.unwrap().publications.len(), 2);
    live.close().await;
    server.until(|backend| backend.hub.stats().connections == 0).await;
}
