//! The whole backend: it starts, says what may be followed, and stops.

use std::net::Ipv4Addr;

use wire::topic::Topic;

use super::*;
use crate::{
    accounts::Address,
    db::Error as DbError,
    hub::{Client, Disconnect, Encoding},
    testing,
};

/// Shows nothing.
static SILENT: Encoding = Encoding {
    slot: 0,
    encode: |_| None,
};

fn address() -> Address {
    Address::new(Ipv4Addr::LOCALHOST.into())
}

#[tokio::test]
async fn what_may_be_followed_depends_on_who_asks() {
    let closed = testing::backend().await;
    let open = testing::backend_with(|mut config| {
        config.accounts.open = true;
        config
    })
    .await;
    let (stranger, member) = (
        closed.accounts.anonymous(address()),
        open.accounts.anonymous(address()),
    );
    let guest = closed
        .accounts
        .join_as_guest(&stranger, "a test", "eve@a.example", "Eve")
        .await
        .unwrap()
        .caller;
    let cases = [
        ("chat:general", Some(TopicKind::Durable), Some(TopicKind::Durable)),
        ("chat:nowhere", None, None),
        ("chat", None, None),
        ("echo:pad", None, Some(TopicKind::Memory)),
        ("echo:", None, None),
        // The plain endpoint's own, which holds addresses with --open.
        ("plain:general", None, None),
        ("nothing:of-ours", None, None),
    ];
    for (topic, for_guest, for_member) in cases {
        let topic: Topic = topic.parse().unwrap();
        assert!(
            matches!(
                closed.authorise(&stranger, &topic).await,
                Err(Error::Unauthorized)
            ),
            "{topic}"
        );
        assert_eq!(
            closed.authorise(&guest, &topic).await.ok(),
            for_guest,
            "{topic}, a guest"
        );
        assert_eq!(
            open.authorise(&member, &topic).await.ok(),
            for_member,
            "{topic}, a member"
        );
    }
}

#[tokio::test]
async fn stopping_tells_connections_to_go_and_closes_the_database() {
    let backend = testing::backend().await;
    let connection = backend.hub.connect(Client {
        person: None,
        session: None,
        encoding: &SILENT,
    });
    backend.shutdown().await;
    assert_eq!(connection.gone(), Some(Disconnect::SHUTDOWN));
    assert_eq!(backend.db.read(|_| Ok(())).await, Err(DbError::Closed));
}
