//! Guests: how they join, and whose name is whose.

use std::time::Duration;

use wire::accounts::Role;

use super::*;

#[tokio::test]
async fn a_guest_joins_with_an_address_and_a_name() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        it.register("Ada").await.unwrap();
        let cases = [
            ("", "", "invalid: email Empty, username Empty"),
            ("guest@example.org", "", "invalid: username Empty"),
            ("", "Guest", "invalid: email Empty"),
            ("guest", "Guest", "invalid: email Malformed"),
            ("guest@example.org", "ada", "username is taken"),
            ("guest@example.org", "Anonymous", "username is taken"),
            ("guest@example.org", "Guest", "ok"),
        ];
        for (email, name, expected) in cases {
            assert_eq!(kind(it.join(email, name).await), expected, "{email:?} {name:?}");
        }
        let caller = it.join("guest@example.org", "Guest").await.unwrap().caller;
        assert_eq!(caller.person().unwrap().role, Role::Guest);
        assert_eq!(kind(caller.member()), "not allowed");
    })
    .await;
}

#[tokio::test]
async fn a_guest_does_not_borrow_an_accounts_picture() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let guest = it.join("ada@example.org", "Not Ada").await.unwrap().caller;
        assert_ne!(ada.person().unwrap().avatar, guest.person().unwrap().avatar);
        // printf ada@example.org | sha256sum; Gravatar goes by the same.
        let known = "/avatar/cfe00dde46ef942601ffafb9e2825e802858b460e586b8305b344c1eb826357d";
        assert_eq!(ada.person().unwrap().avatar, known);
    })
    .await;
}

#[tokio::test]
async fn two_guests_of_different_addresses_never_go_by_one_name_at_once() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let first = it.join("one@example.org", "Sam").await.unwrap();
        assert_eq!(kind(it.join("two@example.org", "sam").await), "username is taken");
        assert_eq!(
            kind(it.join("ONE@example.org", "Sam").await),
            "ok",
            "the same person in another browser"
        );
        assert_eq!(kind(it.by_session(&first.secret).await), "ok");
        it.clock.advance(Duration::from_hours(25));
        assert_eq!(
            kind(it.join("two@example.org", "Sam").await),
            "ok",
            "the first has long gone"
        );
        assert_eq!(kind(it.by_session(&first.secret).await), "sign in first");
    })
    .await;
}

#[tokio::test]
async fn a_guest_who_signs_out_lets_go_of_the_name() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let first = it.join("one@example.org", "Sam").await.unwrap();
        it.accounts.sign_out(&first.caller).await.unwrap();
        it.clock.advance(Duration::from_secs(1));
        assert_eq!(kind(it.join("two@example.org", "Sam").await), "ok");
    })
    .await;
}

#[tokio::test]
async fn an_account_does_not_take_the_name_of_a_guest_who_is_about_unless_it_is_the_same_person() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let guest = it.join("sam@example.org", "Sam").await.unwrap();
        let other = NewAccount {
            email: "other@example.org".to_owned(),
            ..account("SAM")
        };
        assert_eq!(
            kind(it.accounts.register(&it.stranger(), AGENT, other).await),
            "username is taken"
        );
        assert_eq!(kind(it.register("Sam").await), "ok");
        assert_eq!(
            kind(it.by_session(&guest.secret).await),
            "sign in first",
            "the name is the account's now"
        );
        assert_eq!(kind(it.join("sam@example.org", "Sam").await), "username is taken");
    })
    .await;
}

#[tokio::test]
async fn a_guest_of_whom_nothing_is_left_is_forgotten_with_the_name() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let left = it.join("left@example.org", "Left").await.unwrap();
        let spoke = it.join("spoke@example.org", "Spoke").await.unwrap();
        let id = spoke.caller.user_id().unwrap();
        it.db
            .write(move |tx| {
                let sql = "INSERT INTO messages (room_id, author_id, client_id, text, sent_at)
                     SELECT id, $1, 'c1', 'hi', 0 FROM rooms";
                tx.execute(sql, crate::params![id])
            })
            .await
            .unwrap();
        for guest in [&left, &spoke] {
            it.accounts.sign_out(&guest.caller).await.unwrap();
        }
        let stays = it.join("stays@example.org", "Stays").await.unwrap();
        let names = async || {
            it.accounts.tidy().await.unwrap();
            let mut names: Vec<_> = it.accounts.people(&ada, None).await.unwrap();
            names.reverse();
            names.into_iter().map(|it| it.person.name).collect::<Vec<_>>()
        };
        assert_eq!(names().await, ["Ada", "Left", "Spoke", "Stays"]);
        it.clock.advance(Duration::from_hours(25));
        assert_eq!(names().await, ["Ada", "Spoke", "Stays"]);
        assert_eq!(kind(it.by_session(&stays.secret).await), "ok");
        let held = it
            .db
            .read(|c| c.query::<String>("SELECT key FROM names WHERE account = 0 ORDER BY key", &[]));
        assert_eq!(held.await.unwrap(), ["spoke", "stays"]);
        assert_eq!(kind(it.join("new@example.org", "Left").await), "ok");
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_guests_is_forgotten_whole() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let flood = it.db.write(|tx| {
            for n in 0..1_200_i64 {
                let sql = "INSERT INTO users (name, name_key, email, email_key, role, avatar, created_at)
                     VALUES ('g', $1, 'g', 'g', 'guest', 'x', 0)";
                tx.execute(sql, crate::params![n.to_string()])?;
            }
            Ok::<_, crate::db::Error>(())
        });
        flood.await.unwrap();
        it.accounts.tidy().await.unwrap();
        let left = it
            .db
            .read(|c| c.query_one::<i64>("SELECT COUNT(*) FROM users WHERE role = 'guest'", &[]));
        assert_eq!(left.await.unwrap(), 0);
    })
    .await;
}
