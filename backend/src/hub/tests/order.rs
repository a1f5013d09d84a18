//! The order of a durable topic's events, whatever happens, as a property.

use proptest::prelude::*;

use super::*;

/// A way to disturb a topic of thirty events.
#[derive(Clone, Debug)]
enum Step {
    /// The hub hears of the nth event that it has not heard of.
    Hear(usize),
    /// It hears of an old one again.
    Again(u64),
    /// A follower comes.
    Subscribe,
    /// The nth follower reads the log.
    Read(usize),
    /// The nth follower, having read the log, begins.
    Begin(usize),
    /// The nth follower goes.
    Leave(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..4_usize).prop_map(Step::Hear),
        1 => (1..30_u64).prop_map(Step::Again),
        2 => Just(Step::Subscribe),
        3 => (0..8_usize).prop_map(Step::Read),
        3 => (0..8_usize).prop_map(Step::Begin),
        1 => (0..8_usize).prop_map(Step::Leave),
    ]
}

struct Follower {
    connection: Connection,
    read: Option<u64>,
    begun: bool,
}

impl Follower {
    fn begin(&mut self) {
        if let (Some(at), false) = (self.read, self.begun) {
            self.connection.begin(&room(), at);
            self.begun = true;
        }
    }
}

proptest! {
    /// Whatever the order in which the hub hears of events: from where a follower read the log, it gets each in order,
    /// once; or, when another began further on before it did, it is sent back to the log.
    #[test]
    fn every_follower_gets_every_event_after_its_beginning_in_order(steps in prop::collection::vec(step(), 1..120)) {
        const EVENTS: u64 = 30;
        let hub = hub();
        let mut unheard: Vec<u64> = (1..=EVENTS).collect();
        let mut followers: Vec<Follower> = Vec::new();
        for step in steps {
            match step {
                Step::Hear(which) if !unheard.is_empty() => {
                    let offset = unheard.remove(which % unheard.len().min(4));
                    hub.publish(event(offset));
                }
                Step::Again(offset) if !unheard.contains(&offset) => hub.publish(event(offset)),
                Step::Subscribe => {
                    let mut connection = hub.connect(client(1, "x"));
                    connection.subscribe(&room(), false).unwrap();
                    followers.push(Follower { connection, read: None, begun: false });
                }
                Step::Read(which) if which < followers.len() => {
                    // The log holds all that the hub has heard of, and whatever was committed before that.
                    let at = (1..=EVENTS).rev().find(|offset| !unheard.contains(offset)).unwrap_or(0);
                    followers[which].read.get_or_insert(at);
                }
                Step::Begin(which) if which < followers.len() => followers[which].begin(),
                Step::Leave(which) if which < followers.len() => drop(followers.swap_remove(which)),
                _ => {}
            }
        }
        for offset in unheard.drain(..) {
            hub.publish(event(offset));
        }
        for follower in &mut followers {
            follower.read.get_or_insert(EVENTS);
            follower.begin();
            let after = follower.read.unwrap() + 1;
            let expected: Vec<_> = if follower.connection.follows(&room()) {
                (after..=EVENTS).map(|offset| offset.to_string()).collect()
            } else {
                vec!["ended 2500".to_owned()]
            };
            prop_assert_eq!(queued(&follower.connection), Ok(expected));
        }
    }
}
