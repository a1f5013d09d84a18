use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use super::*;

/// A shelf that several tabs share.
#[derive(Clone, Debug, Default)]
struct Shared(Rc<RefCell<BTreeMap<String, String>>>);

impl Shelf for Shared {
    fn keys(&self) -> Vec<String> {
        self.0.borrow().keys().cloned().collect()
    }
    fn get(&self, key: &str) -> Option<String> {
        self.0.borrow().get(key).cloned()
    }
    fn set(&mut self, key: &str, value: &str) {
        self.0.borrow_mut().insert(key.to_owned(), value.to_owned());
    }
    fn remove(&mut self, key: &str) {
        self.0.borrow_mut().remove(key);
    }
}

/// A shelf that takes nothing, as in a private window or a full disk.
#[derive(Debug)]
struct Forbidden;

impl Shelf for Forbidden {
    fn keys(&self) -> Vec<String> {
        Vec::new()
    }
    fn get(&self, _: &str) -> Option<String> {
        None
    }
    fn set(&mut self, _: &str, _: &str) {}
    fn remove(&mut self, _: &str) {}
}

fn item(id: &str, made_ms: u64) -> Item {
    let fields = vec![
        ("text".to_owned(), format!("a:b\n{id} 😀 3:")),
        ("room".to_owned(), String::new()),
    ];
    Item {
        id: id.into(),
        made_ms,
        scope: "chat:general".into(),
        action: "/fn/chat/send".into(),
        fields,
    }
}

fn ids<S: Shelf>(outbox: &Outbox<S>) -> Vec<&str> {
    outbox
        .of("chat:general")
        .map(|entry| entry.item.id.as_str())
        .collect()
}

#[test]
fn an_item_survives_its_way_to_the_shelf_and_back() {
    assert_eq!(read(&write(&item("a", 7))), Some(item("a", 7)));
}

#[test]
fn what_is_not_an_item_is_passed_over() {
    for text in ["1", "x:abc", "9:abc", "1:a1:b", "2:😀"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn items_wait_through_a_reload_and_go_out_in_the_order_typed() {
    let shelf = Shared::default();
    let mut before = Outbox::open(shelf.clone(), 1);
    before.put(item("z", 1));
    before.put(item("a", 2));
    let mut after = Outbox::open(shelf, 1);
    assert_eq!(after.next(0), Some(item("z", 1)));
    assert_eq!(after.next(0), None, "one at a time");
    after.sent(1, "z", Outcome::Taken, 0);
    assert_eq!(after.next(0), Some(item("a", 2)));
}

#[test]
fn a_reload_while_sending_sends_again() {
    let shelf = Shared::default();
    let mut before = Outbox::open(shelf.clone(), 1);
    before.put(item("a", 1));
    before.next(0).unwrap();
    assert_eq!(Outbox::open(shelf, 1).next(0), Some(item("a", 1)));
}

#[test]
fn an_unreachable_server_is_tried_again_later_and_at_once_when_the_connection_is_back() {
    let mut outbox = Outbox::open(Shared::default(), 1);
    outbox.put(item("a", 1));
    outbox.next(0).unwrap();
    outbox.sent(1, "a", Outcome::Later(5_000), 100);
    assert_eq!((outbox.next(5_099), outbox.wake_at()), (None, Some(5_100)));
    outbox.hurry();
    assert_eq!(outbox.next(200), Some(item("a", 1)));
}

#[test]
fn a_refused_item_stays_until_it_is_retried_or_discarded_and_holds_up_no_other() {
    let mut outbox = Outbox::open(Shared::default(), 1);
    outbox.put(item("a", 1));
    outbox.put(item("b", 2));
    outbox.next(0).unwrap();
    outbox.sent(1, "a", Outcome::Failed("Too long".into()), 0);
    assert_eq!(outbox.next(0), Some(item("b", 2)));
    outbox.sent(1, "b", Outcome::Taken, 0);
    assert_eq!(outbox.next(0), None);
    outbox.retry("a");
    assert_eq!(outbox.next(0), Some(item("a", 1)));
    assert!(outbox.remove("a"));
    assert_eq!(ids(&outbox), ["b"]);
}

#[test]
fn a_taken_item_is_shown_until_its_event_comes() {
    let mut outbox = Outbox::open(Shared::default(), 1);
    outbox.put(item("a", 1));
    outbox.next(0).unwrap();
    outbox.sent(1, "a", Outcome::Taken, 0);
    assert_eq!(outbox.of("chat:general").next().unwrap().stage, Stage::Taken);
    assert!(outbox.remove("a"));
    assert!(!outbox.remove("a"));
}

#[test]
fn two_tabs_keep_each_others_items_and_let_go_of_what_the_other_has_sent() {
    let shelf = Shared::default();
    let (mut one, mut two) = (Outbox::open(shelf.clone(), 1), Outbox::open(shelf.clone(), 1));
    one.put(item("a", 1));
    two.put(item("b", 2));
    assert_eq!(shelf.keys().len(), 2);
    two.look();
    assert_eq!(ids(&two), ["a", "b"]);
    one.next(0).unwrap();
    one.sent(1, "a", Outcome::Taken, 0);
    two.look();
    assert_eq!(ids(&two), ["b"]);
}

#[test]
fn another_persons_items_are_neither_sent_nor_lost() {
    let shelf = Shared::default();
    Outbox::open(shelf.clone(), 1).put(item("a", 1));
    assert_eq!(Outbox::open(shelf.clone(), 2).next(0), None);
    assert_eq!(Outbox::open(shelf, 1).next(0), Some(item("a", 1)));
}

#[test]
fn what_is_refused_to_a_stranger_stays_on_the_shelf_and_nothing_more_goes_out() {
    let shelf = Shared::default();
    let mut outbox = Outbox::open(shelf.clone(), 1);
    outbox.put(item("a", 1));
    outbox.put(item("b", 2));
    outbox.next(0).unwrap();
    outbox.sent(1, "a", Outcome::Stranger("Sign in".into()), 0);
    outbox.hurry();
    assert_eq!((outbox.next(0), outbox.wake_at()), (None, None));
    let failed = Stage::Failed("Sign in".into());
    assert!(outbox.of("chat:general").all(|entry| entry.stage == failed));
    assert_eq!(
        Outbox::open(shelf, 1).next(0),
        Some(item("a", 1)),
        "the owner is back"
    );
}

#[test]
fn an_answer_settles_the_item_of_whom_it_was_sent_as() {
    let shelf = Shared::default();
    Outbox::open(shelf.clone(), 1).put(item("a", 1));
    let mut other = Outbox::open(shelf.clone(), 2);
    other.put(item("a", 1));
    other.sent(1, "a", Outcome::Taken, 0);
    assert_eq!(shelf.keys(), ["flotilla:outbox:2:a"]);
    assert_eq!(other.next(0), Some(item("a", 1)));
}

#[test]
fn without_a_shelf_an_item_lives_as_long_as_its_page() {
    let mut outbox = Outbox::open(Forbidden, 1);
    outbox.put(item("a", 1));
    outbox.look();
    assert_eq!(outbox.next(0), Some(item("a", 1)));
}
