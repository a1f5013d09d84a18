//! Snapshots, events and doubles, whatever the order.

use proptest::prelude::*;
use tokio::task::JoinSet;

use super::*;

/// A sender's try: who (of two), which client id (of few, so that there are doubles).
fn tries() -> impl Strategy<Value = Vec<(bool, u8)>> {
    prop::collection::vec((any::<bool>(), 0..12_u8), 1..60)
}

fn wait_for(check: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.unwrap().block_on(check);
}

proptest! {
    // Each case opens a database.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_snapshot_and_the_events_after_it_equal_a_fresh_one(tries in tries(), taken in 0..60_usize) {
        wait_for(testing::each_database(|db| {
            let tries = tries.clone();
            async move {
                let world = World::new(db, true).await;
                let mut page = world.latest().await;
                for (n, (ada, id)) in tries.into_iter().enumerate() {
                    if n == taken {
                        page = world.latest().await;
                    }
                    let who = if ada { &world.ada } else { &world.bob };
                    world.say(who, &format!("c{id}"), &format!("try {id}")).await.unwrap();
                }
                // One event before is heard again.
                let from = page.position.offset.saturating_sub(1);
                for event in world.events(Position { offset: from, ..page.position.clone() }).await {
                    page.apply(event);
                }
                let fresh = world.latest().await;
                assert_eq!(page.messages, fresh.messages);
            }
        }));
    }

    #[test]
    fn sends_at_once_with_doubles_end_as_one_of_each(tries in tries()) {
        wait_for(testing::each_database(|db| {
            let tries = tries.clone();
            async move {
                let world = World::new(db, true).await;
                let mut empty = world.latest().await;
                let mut sends = JoinSet::new();
                for (ada, id) in tries.clone() {
                    let who = if ada { world.ada.clone() } else { world.bob.clone() };
                    let chat = world.chat.clone();
                    sends.spawn(async move { chat.post(&who, post(&format!("c{id}"), "hi")).await.unwrap() });
                }
                let mut answered: Vec<Message> = sends.join_all().await;
                answered.sort_by_key(|message| message.id);
                answered.dedup();
                let distinct: std::collections::HashSet<_> = tries.into_iter().collect();
                assert_eq!(answered.len(), distinct.len(), "the same send always gets the same answer");
                assert_eq!(world.latest().await.messages, answered);
                for event in world.events(empty.position.clone()).await {
                    empty.apply(event);
                }
                assert_eq!(empty.messages, answered, "ids grow in the order of the events");
            }
        }));
    }
}
