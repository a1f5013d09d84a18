//! What the hub promises.

use std::{
    future::Future as _,
    sync::atomic::AtomicUsize,
    task::{Context, Poll, Wake, Waker},
};

use bytes::Bytes;
use wire::accounts::Role;

use super::*;

mod order;
mod present;
mod shared;

/// Frames are lines of text here: what was said, and to whom.
static LINES: Encoding = Encoding {
    slot: 0,
    encode: line,
};

/// Shows publications only.
static QUIET: Encoding = Encoding {
    slot: 1,
    encode: quiet,
};

fn line(push: &Push<'_>) -> Option<Bytes> {
    let name = |who: &ClientInfo| {
        who.person
            .as_ref()
            .map_or_else(String::new, |person| person.name.clone())
    };
    let line = match push {
        Push::Published(event) => String::from_utf8_lossy(&event.data).into_owned(),
        Push::Joined { who, first, .. } => format!("+{}{}", name(who), if *first { "!" } else { "" }),
        Push::Left { who, last, .. } => format!("-{}{}", name(who), if *last { "!" } else { "" }),
        Push::Unsubscribed { why, .. } => format!("ended {}", why.code),
    };
    Some(format!("{line}\n").into())
}

fn quiet(push: &Push<'_>) -> Option<Bytes> {
    if let Push::Published(_) = push {
        line(push)
    } else {
        None
    }
}

fn hub() -> Hub {
    Hub::new(Random::from_seed(1))
}

fn room() -> Topic {
    Topic::new("chat", "general")
}

fn person(id: i64, name: &str) -> Option<Arc<Person>> {
    Some(Arc::new(Person {
        id,
        name: name.into(),
        role: Role::Member,
        avatar: String::new(),
    }))
}

fn client(id: i64, name: &str) -> Client {
    Client {
        person: person(id, name),
        session: Some(id),
        encoding: &LINES,
    }
}

fn follower(hub: &Hub, id: i64, name: &str) -> Connection {
    let mut connection = hub.connect(client(id, name));
    connection.subscribe(&room(), false).unwrap();
    connection.begin(&room(), 0);
    connection
}

fn event(offset: u64) -> Arc<Publication> {
    Arc::new(Publication::event(room(), offset, offset.to_string()))
}

fn signal(text: &str) -> Publication {
    Publication::signal(room(), text.to_owned())
}

/// What is queued, by line; or why the connection is to go.
fn queued(connection: &Connection) -> Result<Vec<String>, Disconnect> {
    let mut out = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    if let Poll::Ready(Err(why)) = connection.poll_drain(&mut cx, &mut out, usize::MAX) {
        return Err(why);
    }
    Ok(String::from_utf8(out)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect())
}

fn lines(text: &str) -> Result<Vec<String>, Disconnect> {
    Ok(text.split_whitespace().map(str::to_owned).collect())
}

#[test]
fn everybody_who_follows_gets_it_and_nobody_else() {
    let hub = hub();
    let (ada, bob) = (follower(&hub, 1, "ada"), follower(&hub, 2, "bob"));
    let carol = hub.connect(client(3, "carol"));
    hub.publish(event(1));
    assert_eq!(
        (queued(&ada), queued(&bob), queued(&carol)),
        (lines("1"), lines("1"), lines(""))
    );
}

#[test]
fn events_that_overtake_each_other_are_passed_on_in_order_and_once() {
    let hub = hub();
    let ada = follower(&hub, 1, "ada");
    for offset in [2, 1, 1, 5, 4, 2, 3, 6] {
        hub.publish(event(offset));
    }
    assert_eq!(queued(&ada), lines("1 2 3 4 5 6"));
}

#[test]
fn what_happens_while_the_log_is_read_is_neither_lost_nor_doubled() {
    let hub = hub();
    let mut ada = hub.connect(client(1, "ada"));
    ada.subscribe(&room(), false).unwrap();
    for offset in [8, 9, 10] {
        hub.publish(event(offset));
    }
    hub.signal(&signal("typing"));
    assert_eq!(queued(&ada), lines(""), "the log is still being read");
    ada.begin(&room(), 9);
    hub.publish(event(11));
    assert_eq!(queued(&ada), lines("typing 10 11"));
}

#[test]
fn a_second_follower_does_not_disturb_the_first() {
    let hub = hub();
    let ada = follower(&hub, 1, "ada");
    hub.publish(event(1));
    let mut bob = hub.connect(client(2, "bob"));
    bob.subscribe(&room(), false).unwrap();
    hub.publish(event(2));
    // Event 3 is committed, and bob has read it, but the hub has not heard of it yet.
    bob.begin(&room(), 3);
    hub.publish(event(4));
    hub.publish(event(3));
    assert_eq!((queued(&ada), queued(&bob)), (lines("1 2 3 4"), lines("4")));
}

#[test]
fn who_began_too_late_for_what_it_read_is_sent_back_to_the_log() {
    let hub = hub();
    let (mut ada, mut bob) = (hub.connect(client(1, "ada")), hub.connect(client(2, "bob")));
    ada.subscribe(&room(), false).unwrap();
    // Ada has read up to 4; event 5 comes; bob comes, reads it, and begins before she does.
    bob.subscribe(&room(), false).unwrap();
    hub.publish(event(5));
    bob.begin(&room(), 5);
    ada.begin(&room(), 4);
    assert_eq!(queued(&ada), Ok(vec!["ended 2500".to_owned()]));
    hub.publish(event(6));
    assert_eq!(queued(&bob), lines("6"));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_stays_missing_sends_its_followers_back_to_the_log() {
    let hub = hub();
    let mut ada = follower(&hub, 1, "ada");
    tokio::spawn({
        let hub = hub.clone();
        async move { hub.keep_whole().await }
    });
    hub.publish(event(2));
    let mut out = Vec::new();
    ada.drain(&mut out).await.unwrap();
    assert_eq!(out, b"ended 2500\n");
    assert!(!ada.follows(&room()));
    ada.subscribe(&room(), false).unwrap();
    ada.begin(&room(), 2);
    hub.publish(event(3));
    assert_eq!(queued(&ada), lines("3"));
}

#[test]
fn a_reader_that_never_reads_is_told_to_go_and_resume() {
    let hub = Hub::with(Random::from_seed(1), Box::new(Local), 1_000);
    let (slow, fast) = (follower(&hub, 1, "slow"), follower(&hub, 2, "fast"));
    for offset in 1..=100 {
        hub.publish(event(offset));
        assert_eq!(queued(&fast), lines(&offset.to_string()));
        assert!(hub.stats().queued_bytes <= 1_000);
    }
    assert_eq!(queued(&slow), Err(Disconnect::SLOW));
    assert_eq!(
        hub.stats().queued_bytes,
        0,
        "what waited for it is let go of at once"
    );
}

#[test]
fn a_newer_value_replaces_one_that_still_waits() {
    let hub = hub();
    let price = Topic::new("stocks", "AAPL");
    let mut ada = follower(&hub, 1, "ada");
    ada.subscribe(&price, false).unwrap();
    ada.begin(&price, 0);
    for value in ["1", "2", "3"] {
        hub.latest(&Publication::signal(price.clone(), value));
    }
    hub.signal(&signal("typing"));
    assert_eq!(queued(&ada), lines("typing 3"));
    hub.latest(&Publication::signal(price, "4"));
    assert_eq!(queued(&ada), lines("4"));
    assert_eq!(hub.stats().queued_bytes, 0);
}

#[test]
fn who_comes_and_goes_is_told_to_those_who_want_to_know() {
    let hub = hub();
    let mut ada = hub.connect(client(1, "ada"));
    ada.subscribe(&room(), true).unwrap();
    ada.begin(&room(), 0);
    let unaware = follower(&hub, 2, "bob");
    let again = follower(&hub, 2, "bob");
    drop(unaware);
    assert_eq!(hub.people(&room()).len(), 2);
    drop(again);
    assert_eq!(queued(&ada), lines("+ada! +bob! +bob -bob -bob!"));
    assert_eq!(hub.people(&room()).len(), 1);
}

#[test]
fn one_person_in_two_tabs_is_two_connections_and_one_person() {
    let hub = hub();
    let _tabs = [
        follower(&hub, 1, "ada"),
        follower(&hub, 1, "ada"),
        follower(&hub, 2, "bob"),
    ];
    assert_eq!(hub.presence(&room()).len(), 3);
    let names: Vec<_> = hub
        .people(&room())
        .iter()
        .map(|person| person.name.clone())
        .collect();
    assert_eq!(names, ["ada", "bob"]);
}

#[test]
fn a_removed_member_hears_no_more_and_the_others_do() {
    let hub = hub();
    let (ada, mut bob) = (follower(&hub, 1, "ada"), follower(&hub, 2, "bob"));
    hub.unsubscribe_user(2, &room());
    hub.publish(event(1));
    assert_eq!(
        (queued(&ada), queued(&bob)),
        (lines("1"), Ok(vec!["ended 2000".to_owned()]))
    );
    assert!(!bob.unsubscribe(&room()));
}

#[test]
fn what_a_session_or_a_person_opened_ends_with_them() {
    let hub = hub();
    let open = |person_id, session| {
        hub.connect(Client {
            person: person(person_id, "x"),
            session,
            encoding: &LINES,
        })
    };
    let connections = [
        open(1, Some(10)),
        open(1, Some(11)),
        open(2, Some(12)),
        open(2, None),
    ];
    let told = || connections.each_ref().map(|connection| connection.gone());
    hub.disconnect_session(10);
    assert_eq!(told(), [Some(Disconnect::FORCED), None, None, None]);
    hub.disconnect_user(2, Disconnect::FORCED);
    assert_eq!(
        told(),
        [
            Some(Disconnect::FORCED),
            None,
            Some(Disconnect::FORCED),
            Some(Disconnect::FORCED)
        ]
    );
}

#[tokio::test]
async fn a_shutdown_reaches_everybody_even_who_comes_late_and_ends_when_they_are_gone() {
    let hub = hub();
    let ada = follower(&hub, 1, "ada");
    hub.shutdown();
    let bob = hub.connect(client(2, "bob"));
    assert_eq!(
        (queued(&ada), queued(&bob)),
        (Err(Disconnect::SHUTDOWN), Err(Disconnect::SHUTDOWN))
    );
    let mut idle = Box::pin(hub.idle());
    assert!(
        idle.as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    drop((ada, bob));
    idle.await;
}

#[test]
fn what_nobody_follows_takes_no_room() {
    let hub = hub();
    let mut ada = follower(&hub, 1, "ada");
    assert_eq!(
        (
            hub.stats().topics,
            hub.stats().subscriptions,
            hub.stats().connections
        ),
        (1, 1, 1)
    );
    assert!(ada.unsubscribe(&room()));
    assert!(!ada.unsubscribe(&room()));
    assert_eq!(hub.stats().topics, 0);
    drop(ada);
    assert_eq!(
        hub.stats(),
        HubStats {
            published: 0,
            ..HubStats::default()
        }
    );
    hub.publish(event(1));
}

#[test]
fn a_topic_can_be_followed_once_and_so_many_at_most() {
    let hub = hub();
    let mut ada = follower(&hub, 1, "ada");
    assert_eq!(ada.subscribe(&room(), false), Err(Refused::Already));
    for number in 1..MAX_TOPICS {
        ada.subscribe(&Topic::new("echo", number), false).unwrap();
    }
    assert_eq!(
        ada.subscribe(&Topic::new("echo", "more"), false),
        Err(Refused::TooMany)
    );
    assert!(ada.unsubscribe(&room()));
    ada.subscribe(&Topic::new("echo", "more"), false).unwrap();
}

#[test]
fn client_ids_look_like_uuids() {
    let id = ClientId::new([0xAB; 16]).to_string();
    assert_eq!(id, "abababab-abab-4bab-abab-abababababab");
}
