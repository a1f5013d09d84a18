//! The echo socket, through a real server.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroU32;

use client::echo::Plan;
use futures::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{
        CloseFrame,
        frame::{
            Frame,
            coding::{CloseCode, Data, OpCode},
        },
    },
};
use wire::echo::MAX_ECHO_BYTES;

mod site;

use site::{Site, Talk};

#[tokio::test]
async fn what_is_said_comes_back_in_kind_also_to_strangers() {
    let site = Site::closed().await;
    let mut talk = Talk::to(&site.client(), "/echo").await;
    for message in [
        Message::text(""),
        Message::text("hello, 世界 🤖"),
        Message::text("x".repeat(100_000)),
        Message::binary(Vec::new()),
        Message::binary((0..=255).collect::<Vec<u8>>()),
    ] {
        talk.0.send(message.clone()).await.unwrap();
        assert_eq!(talk.hear().await, message);
    }
}

#[tokio::test]
async fn fragments_are_one_message_and_pings_are_answered_in_between() {
    let site = Site::closed().await;
    let mut talk = Talk::to(&site.client(), "/echo").await;
    let part = |payload: &'static [u8], code, last| {
        Message::Frame(Frame::message(payload, OpCode::Data(code), last))
    };
    // The cut is inside a character.
    talk.0
        .send(part("hé".as_bytes().split_at(2).0, Data::Text, false))
        .await
        .unwrap();
    talk.0.send(Message::Ping("are you there".into())).await.unwrap();
    talk.0
        .send(part("hé".as_bytes().split_at(2).1, Data::Continue, true))
        .await
        .unwrap();
    assert_eq!(
        talk.0.next().await.unwrap().unwrap(),
        Message::Pong("are you there".into())
    );
    assert_eq!(talk.hear().await, Message::text("hé"));
}

#[tokio::test]
async fn close_codes_are_answered_in_kind() {
    let site = Site::closed().await;
    for code in [1000, 1001, 1003, 3000, 4999] {
        let mut talk = Talk::to(&site.client(), "/echo").await;
        talk.0
            .close(Some(CloseFrame {
                code: code.into(),
                reason: "bye".into(),
            }))
            .await
            .unwrap();
        assert_eq!(u16::from(talk.hear_close().await.code), code);
    }
    let mut talk = Talk::to(&site.client(), "/echo").await;
    talk.0.close(None).await.unwrap();
    assert_eq!(talk.hear().await, Message::Close(None));
}

#[tokio::test]
async fn sixteen_mebibytes_come_back_and_one_byte_more_closes() {
    let site = Site::closed().await;
    let mut talk = Talk::to(&site.client(), "/echo").await;
    let most = Message::binary(vec![7; MAX_ECHO_BYTES]);
    talk.0.send(most.clone()).await.unwrap();
    assert!(talk.hear().await == most);
    // The server stops reading at the header, so that the rest may fail to be sent.
    let _sent = talk.0.send(Message::binary(vec![7; MAX_ECHO_BYTES + 1])).await;
    assert_eq!(talk.hear_close().await.code, CloseCode::Size);
}

#[tokio::test]
async fn a_browsers_visit_gets_the_page() {
    let site = Site::closed().await;
    let page = reqwest::get(format!("{}/echo", site.url)).await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("</html>"));
}

#[tokio::test]
async fn the_client_measures_with_and_without_a_pace() {
    let site = Site::closed().await;
    for rate in [None, NonZeroU32::new(2_000)] {
        let plan = Plan {
            count: 50,
            size: 1_000,
            rate,
        };
        let timings = site.client().measure_echo(plan).await.unwrap();
        assert_eq!(timings.count(), 50);
        assert!(timings.quantile(0.5) <= timings.quantile(0.99));
    }
}
