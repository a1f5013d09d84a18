//! The rules of rooms, on each database.

mod properties;

use std::net::Ipv4Addr;

use super::*;
use crate::{
    accounts::{Address, Cost, NewAccount, Settings},
    log::Since,
    testing,
};

/// The service on a database of its own, and two people with accounts.
struct World {
    db: Db,
    log: Log,
    accounts: Accounts,
    chat: Arc<Chat>,
    ada: Caller,
    bob: Caller,
}

impl World {
    async fn new(db: Db, open: bool) -> Self {
        let (clock, random) = (Clock::fixed(testing::START), Random::from_seed(1));
        let hub = Hub::new(random.clone());
        let log = Log::new(hub.clone(), clock.clone());
        let settings = Settings {
            open,
            password_cost: Cost::CHEAP,
            ..Settings::default()
        };
        let accounts = Accounts::start(db.clone(), hub.clone(), clock.clone(), random.clone(), settings)
            .await
            .unwrap();
        let parts = Parts {
            db: db.clone(),
            log: log.clone(),
            hub,
            accounts: accounts.clone(),
            clock,
            random,
            open,
        };
        let (ada, bob) = (account(&accounts, "Ada").await, account(&accounts, "Bob").await);
        Self {
            db,
            log,
            accounts,
            chat: Arc::new(Chat::new(parts)),
            ada,
            bob,
        }
    }

    async fn guest(&self) -> Caller {
        let joined = self
            .accounts
            .join_as_guest(&self.stranger(), "a test", "eve@a.example", "Eve")
            .await;
        joined.unwrap().caller
    }

    fn stranger(&self) -> Caller {
        self.accounts.anonymous(localhost())
    }

    async fn say(&self, who: &Caller, client_id: &str, text: &str) -> Result<Message, Error> {
        self.chat.post(who, post(client_id, text)).await
    }

    async fn latest(&self) -> Snapshot {
        self.chat.snapshot(&self.ada, GENERAL, MAX_PAGE).await.unwrap()
    }

    /// What happened in the room since `from`.
    async fn events(&self, from: Position) -> Vec<Event> {
        let log = self.log.clone();
        let since = self
            .db
            .snapshot(move |c| log.since(c, &topic(GENERAL), &from, 10_000))
            .await;
        match since.unwrap() {
            Since::Events { events, .. } => events
                .iter()
                .map(|event| serde_json::from_slice(&event.data).unwrap())
                .collect(),
            Since::StartAgain(_) => panic!("the log was not trimmed"),
        }
    }
}

fn localhost() -> Address {
    Address::new(Ipv4Addr::LOCALHOST.into())
}

async fn account(accounts: &Accounts, name: &str) -> Caller {
    let new = NewAccount {
        username: name.into(),
        email: format!("{name}@a.example"),
        password: "correct horse".into(),
    };
    accounts
        .register(&accounts.anonymous(localhost()), "a test", new)
        .await
        .unwrap()
        .caller
}

fn post(client_id: &str, text: &str) -> PostMessage {
    PostMessage {
        room: GENERAL.into(),
        client_id: client_id.into(),
        text: text.into(),
    }
}

fn plain(email: &str, username: &str, message: &str) -> PlainMessage {
    PlainMessage {
        email: email.into(),
        username: username.into(),
        message: message.into(),
        avatar: None,
    }
}

fn texts(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.text.as_str()).collect()
}

#[tokio::test]
async fn a_message_sent_twice_is_stored_once_and_answered_alike() {
    testing::each_database(|db| async move {
        let world = World::new(db, false).await;
        let start = world.latest().await.position;
        let first = world.say(&world.ada, "c1", "hello :robot:").await.unwrap();
        let again = world.say(&world.ada, "c1", "hello :robot:").await.unwrap();
        assert_eq!(first, again);
        assert_eq!(first.html, "hello 🤖");
        let other = world.say(&world.bob, "c1", "hello from Bob").await.unwrap();
        assert_ne!(first.id, other.id, "a client id is its author's own");
        assert_eq!(world.latest().await.messages, [first, other]);
        assert_eq!(world.events(start).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_client_id_is_not_used_again_for_another_text_or_in_another_room() {
    testing::each_database(|db| async move {
        let world = World::new(db, false).await;
        let add = |tx: &Tx<'_>| {
            tx.execute(
                "INSERT INTO rooms (name, open, active_at) VALUES ('other', 1, 0)",
                crate::params![],
            )
        };
        world.db.write(add).await.unwrap();
        let first = world.say(&world.ada, "c1", "hello").await.unwrap();
        let elsewhere = PostMessage {
            room: "other".into(),
            ..post("c1", "hello")
        };
        for reused in [post("c1", "something else"), elsewhere] {
            let refused = world.chat.post(&world.ada, reused).await;
            assert!(matches!(refused, Err(Error::Taken("client_id"))));
        }
        assert_eq!(world.latest().await.messages, [first]);
    })
    .await;
}

#[tokio::test]
async fn what_was_posted_is_read_back_as_it_was_answered() {
    testing::each_database(|db| async move {
        let world = World::new(db, false).await;
        let said = world.say(&world.ada, "c1", " <b>\n two  spaces ").await.unwrap();
        assert_eq!(said.text, " <b>\n two  spaces ");
        assert_eq!(world.latest().await.messages, [said]);
    })
    .await;
}

#[tokio::test]
async fn pages_meet_without_a_gap_or_a_double() {
    testing::each_database(|db| async move {
        let world = World::new(db, true).await;
        for n in 0..7 {
            world
                .say(&world.ada, &format!("c{n}"), &n.to_string())
                .await
                .unwrap();
        }
        let mut page = world.chat.snapshot(&world.ada, GENERAL, 3).await.unwrap();
        assert_eq!((texts(&page.messages), page.more), (vec!["4", "5", "6"], true));
        let older = world
            .chat
            .before(&world.ada, GENERAL, page.messages[0].id, 3)
            .await
            .unwrap();
        assert_eq!((texts(&older.messages), older.more), (vec!["1", "2", "3"], true));
        let oldest = world
            .chat
            .before(&world.ada, GENERAL, older.messages[0].id, 3)
            .await
            .unwrap();
        assert_eq!((texts(&oldest.messages), oldest.more), (vec!["0"], false));
        let after = Stretch::After(oldest.messages[0].id);
        let newer = world.chat.page(&world.ada, GENERAL, after, 2).await.unwrap();
        assert_eq!((texts(&newer.messages), newer.more), (vec!["1", "2"], true));
        page.prepend(older);
        page.prepend(oldest);
        assert_eq!(page, world.latest().await);
    })
    .await;
}

#[tokio::test]
async fn guests_use_open_rooms_and_strangers_none() {
    testing::each_database(|db| async move {
        let world = World::new(db, false).await;
        let guest = world.guest().await;
        assert!(world.say(&guest, "c1", "hi").await.is_ok());
        assert_eq!(world.chat.rooms(&guest).await.unwrap().len(), 1);
        let stranger = world.stranger();
        assert!(matches!(
            world.say(&stranger, "c2", "hi").await,
            Err(Error::Unauthorized)
        ));
        assert!(matches!(
            world.chat.may_follow(&stranger, GENERAL).await,
            Err(Error::Unauthorized)
        ));

        let close = |tx: &Tx<'_>| tx.execute("UPDATE rooms SET open = 0", crate::params![]);
        world.db.write(close).await.unwrap();
        assert!(matches!(
            world.say(&guest, "c3", "hi").await,
            Err(Error::NotFound)
        ));
        assert!(matches!(
            world.chat.snapshot(&guest, GENERAL, 9).await,
            Err(Error::NotFound)
        ));
        assert!(matches!(
            world.chat.may_follow(&guest, GENERAL).await,
            Err(Error::NotFound)
        ));
        assert!(world.chat.rooms(&guest).await.unwrap().is_empty());
        assert!(world.say(&world.ada, "c4", "hi").await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_room_that_is_not_there_is_not_found() {
    testing::each_database(|db| async move {
        let world = World::new(db, false).await;
        for room in [
            "",
            "nowhere",
            "gene\0ral",
            "general ",
            "GENERAL",
            "general' OR '1'='1",
        ] {
            let post = PostMessage {
                room: room.into(),
                ..post("c1", "hi")
            };
            assert!(
                matches!(world.chat.post(&world.ada, post).await, Err(Error::NotFound)),
                "{room:?}"
            );
            assert!(matches!(
                world.chat.may_follow(&world.ada, room).await,
                Err(Error::NotFound)
            ));
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_id_is_short_and_printable() {
    testing::each_database(|db| async move {
        let world = World::new(db, false).await;
        for bad in ["", "a b", "é", &"c".repeat(MAX_CLIENT_ID_BYTES + 1)] {
            let refused = world.say(&world.ada, bad, "hi").await;
            assert!(matches!(refused, Err(Error::Invalid(of)) if of == [("client_id", Problem::Malformed)]));
        }
        assert!(
            world
                .say(&world.ada, &"c".repeat(MAX_CLIENT_ID_BYTES), "hi")
                .await
                .is_ok()
        );
    })
    .await;
}

#[tokio::test]
async fn ten_messages_are_taken_at_once_and_the_next_told_when() {
    testing::each_database(|db| async move {
        let world = World::new(db.clone(), false).await;
        for n in 0..10 {
            world.say(&world.ada, &format!("c{n}"), "hi").await.unwrap();
        }
        let refused = world.say(&world.ada, "c10", "hi").await;
        assert!(matches!(refused, Err(Error::TooMany(wait)) if !wait.is_zero()));
        assert!(
            world.say(&world.bob, "c10", "hi").await.is_ok(),
            "each person has a rate of their own"
        );
    })
    .await;
}

#[tokio::test]
async fn the_plain_endpoint_speaks_for_the_account() {
    testing::each_database(|db| async move {
        let world = World::new(db, false).await;
        let forged = plain("bob@a.example", "Bob", "hi");
        assert!(
            world
                .chat
                .post_plain(&world.ada, GENERAL, vec![forged])
                .await
                .unwrap()
                .is_empty()
        );
        let messages = world.latest().await.messages;
        assert_eq!(messages.len(), 1);
        assert_eq!(&messages[0].author, world.ada.person().unwrap());
    })
    .await;
}

#[tokio::test]
async fn with_open_the_plain_endpoints_names_show_as_a_guests() {
    testing::each_database(|db| async move {
        let world = World::new(db, true).await;
        let start = world.latest().await.position;
        let anyone = world.stranger();
        let sent = |n: i32| plain("ada@a.example", "Ada\u{202e}", &n.to_string());
        world
            .chat
            .post_plain(&anyone, GENERAL, (0..30).map(sent).collect())
            .await
            .unwrap();
        let messages = world.latest().await.messages;
        assert_eq!(messages.len(), 30, "no rate with --open");
        let author = &messages[0].author;
        assert_eq!(
            (author.id, author.name.as_str(), author.role),
            (0, "Ada", Role::Guest)
        );
        assert_ne!(
            author.avatar,
            world.ada.person().unwrap().avatar,
            "nobody checked that it is Ada"
        );
        let events = world.events(start).await;
        assert!(!serde_json::to_string(&events).unwrap().contains("a.example"));

        let nameless = plain("", "\u{200b} ", "last");
        world
            .chat
            .post_plain(&anyone, GENERAL, vec![nameless])
            .await
            .unwrap();
        let messages = world.latest().await.messages;
        let author = &messages.last().unwrap().author;
        assert_eq!((author.name.as_str(), author.role), ("anonymous", Role::Guest));
    })
    .await;
}

#[tokio::test]
async fn a_bad_message_keeps_none_of_its_neighbours_back() {
    testing::each_database(|db| async move {
        let world = World::new(db, true).await;
        let long = "x".repeat(sent::MAX_SENT_NAME_CHARS + 1);
        let batch = vec![
            plain("", "A", "1"),
            plain("", "A", " "),
            plain("", &long, "2"),
            plain("", "A", "3"),
        ];
        let refused = world
            .chat
            .post_plain(&world.stranger(), GENERAL, batch)
            .await
            .unwrap();
        assert_eq!(refused.len(), 2);
        assert_eq!(texts(&world.latest().await.messages), ["1", "3"]);
    })
    .await;
}
