//! Pages of history, and who may be connected.

use std::net::Ipv4Addr;

use super::*;
use crate::{
    accounts::{Address, NewAccount},
    hub::Disconnect,
    testing,
};

/// Of a topic that stands at 10 and keeps what came after 4: the offsets that a query gives, in its order.
fn asked(since: Option<u64>, reverse: bool, limit: usize) -> Option<Vec<u64>> {
    let head = Position {
        epoch: "e".into(),
        offset: 10,
    };
    let since = since.map(|offset| Position {
        epoch: "e".into(),
        offset,
    });
    let window = Window::new(
        &Query {
            since,
            reverse,
            limit,
        },
        &head,
        4,
    )
    .ok()?;
    let kept = (5..=10).map(|offset| Arc::new(Publication::event(Topic::new("echo", "x"), offset, "0")));
    let events = kept.filter(|event| window.holds(event)).collect::<Vec<_>>();
    assert_eq!(
        events.len(),
        window.len(),
        "as many as the log would be asked for"
    );
    Some(
        window
            .history(head, events)
            .events
            .iter()
            .filter_map(|event| event.offset)
            .collect(),
    )
}

#[test]
fn a_page_of_history_goes_on_from_a_position_in_either_direction() {
    /// Since, whether reversed, how many; the offsets, or none.
    type Case = (Option<u64>, bool, usize, Option<&'static [u64]>);
    let cases: [Case; 14] = [
        (None, false, 0, Some(&[])),
        (None, false, 2, Some(&[5, 6])),
        (None, false, 99, Some(&[5, 6, 7, 8, 9, 10])),
        (None, true, 2, Some(&[10, 9])),
        (None, true, 99, Some(&[10, 9, 8, 7, 6, 5])),
        (Some(8), false, 99, Some(&[9, 10])),
        (Some(10), false, 99, Some(&[])),
        (Some(4), false, 1, Some(&[5])),
        (Some(3), false, 1, None),
        (Some(11), false, 1, None),
        (Some(8), true, 2, Some(&[7, 6])),
        (Some(6), true, 99, Some(&[5])),
        (Some(5), true, 99, Some(&[])),
        (Some(0), true, 99, Some(&[])),
    ];
    for (since, reverse, limit, expected) in cases {
        let expected = expected.map(<[u64]>::to_vec);
        assert_eq!(
            asked(since, reverse, limit),
            expected,
            "since {since:?}, reverse {reverse}, {limit}"
        );
    }
}

#[test]
fn what_is_too_large_to_send_at_once_is_cut_but_never_to_nothing() {
    let event = |bytes| Arc::new(Publication::event(Topic::new("echo", "x"), 1, vec![b'0'; bytes]));
    assert_eq!(take_while_fits(&[]), 0);
    assert_eq!(take_while_fits(&[event(MAX_EVENT_BYTES + 1), event(1)]), 1);
    assert_eq!(take_while_fits(&vec![event(MAX_EVENT_BYTES / 4); 9]), 4);
    assert_eq!(take_while_fits(&vec![event(1); MAX_EVENTS + 5]), MAX_EVENTS);
}

#[tokio::test]
async fn who_was_signed_out_before_there_was_a_connection_to_close_is_told_to_go() {
    static ENCODING: Encoding = Encoding {
        slot: 0,
        encode: |_| None,
    };
    let backend = testing::backend().await;
    let stranger = backend
        .accounts
        .anonymous(Address::new(Ipv4Addr::LOCALHOST.into()));
    let ada = NewAccount {
        username: "Ada".into(),
        email: "ada@a.example".into(),
        password: "correct horse".into(),
    };
    let ada = backend
        .accounts
        .register(&stranger, "a test", ada)
        .await
        .unwrap()
        .caller;
    let in_time = backend.connect(&ada, &ENCODING).await;
    assert_eq!(in_time.gone(), None);
    backend.accounts.sign_out(&ada).await.unwrap();
    let late = backend.connect(&ada, &ENCODING).await;
    let gone = Some(Disconnect::FORCED);
    assert_eq!((in_time.gone(), late.gone()), (gone, gone));
}
