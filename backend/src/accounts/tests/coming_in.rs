//! Register and sign in, and the limits on it.

use std::time::Duration;

use wire::accounts::Role;

use super::*;
use crate::{accounts::Limits, limit::Rate};

/// Seconds, so many that none of it passes while a paused clock jumps from timer to timer.
const LONG: u64 = 1_000_000;

#[tokio::test]
async fn the_first_account_is_the_administrators_and_the_next_are_members() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        assert!(it.accounts.is_first().await.unwrap());
        let ada = it.register("Ada").await.unwrap().caller;
        assert_eq!(ada.person().unwrap().role, Role::Admin);
        assert!(!it.accounts.is_first().await.unwrap());
        let bob = it.register("Bob").await.unwrap().caller;
        assert_eq!(bob.person().unwrap().role, Role::Member);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_register_first_at_once_one_is_the_administrator() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let jobs = (0..12).map(|i| registration(&it, &format!("user {i}"), format!("{i}@example.org")));
        let sessions = together(jobs.collect()).await;
        let admins = sessions
            .iter()
            .filter(|s| s.as_ref().unwrap().caller.admin().is_ok())
            .count();
        assert_eq!(admins, 1);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_register_one_name_at_once_one_has_it() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let names = ["ada", "Ada", "ADA", "ａｄａ", "ada ", " ada"]
            .into_iter()
            .enumerate();
        let jobs = names.map(|(i, name)| registration(&it, name, format!("{i}@example.org")));
        let outcomes: Vec<_> = together(jobs.collect()).await.into_iter().map(kind).collect();
        assert_eq!(outcomes.iter().filter(|kind| *kind == "ok").count(), 1);
        assert_eq!(
            outcomes
                .iter()
                .filter(|kind| *kind == "username is taken")
                .count(),
            5
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_said_of_every_field_at_once() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        it.register("Ada").await.unwrap();
        let cases = [
            (
                ("", "", ""),
                "invalid: username Empty, email Empty, password Empty",
            ),
            (
                ("Bob", "bob", "short"),
                "invalid: email Malformed, password TooShort(8)",
            ),
            (("B\u{202e}b", "b@c", PASSWORD), "invalid: username Invisible"),
            (("ADA", "other@example.org", PASSWORD), "username is taken"),
            (("Bob", "ADA@example.org", PASSWORD), "email is taken"),
            (
                ("Anonymous", "anonymous@example.org", PASSWORD),
                "username is taken",
            ),
        ];
        for ((username, email, password), expected) in cases {
            let account = NewAccount {
                username: username.to_owned(),
                email: email.to_owned(),
                password: password.to_owned(),
            };
            let outcome = it.accounts.register(&it.stranger(), AGENT, account).await;
            assert_eq!(kind(outcome), expected, "{username:?} {email:?}");
        }
        assert_eq!(
            kind(it.register("Bob").await),
            "ok",
            "a refused registration leaves no name behind"
        );
    })
    .await;
}

#[tokio::test]
async fn one_signs_in_by_name_or_by_address() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        it.register("Ada Lovelace").await.unwrap();
        for who in ["Ada Lovelace", " ada  lovelace ", "ADA.LOVELACE@example.org"] {
            assert_eq!(kind(it.sign_in(who, PASSWORD).await), "ok", "{who}");
        }
        for (who, password) in [
            ("Ada Lovelace", "wrong horse"),
            ("Bob", PASSWORD),
            ("", ""),
            ("Ada Lovelace", ""),
        ] {
            assert_eq!(kind(it.sign_in(who, password).await), "sign in first", "{who}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_name_costs_what_a_wrong_password_costs() {
    each_database(async |db| {
        let it = Fixture::with(
            db,
            Settings {
                password_cost: Cost::CHEAP,
                open: true,
                ..Settings::default()
            },
        )
        .await;
        let admin = it.register("Ada").await.unwrap().caller;
        let off = it.register("Off").await.unwrap().caller;
        it.accounts
            .deactivate(&admin, off.person().unwrap().id)
            .await
            .unwrap();
        it.join("guest@example.org", "Guest").await.unwrap();
        for (who, password) in [
            ("Ada", "wrong horse"),
            ("nobody", PASSWORD),
            ("Off", PASSWORD),
            ("Guest", PASSWORD),
            ("anonymous", PASSWORD),
            ("anonymous", ""),
        ] {
            let before = it.accounts.hashes();
            assert_eq!(kind(it.sign_in(who, password).await), "sign in first", "{who}");
            assert_eq!(it.accounts.hashes() - before, 1, "{who}");
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn guessing_at_one_account_is_stopped_and_its_owner_let_in_again_soon() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&crate::testing::sqlite(&folder), &Clock::fixed(START))
        .await
        .unwrap();
    let limits = Limits {
        passwords_per_account: rate(3, LONG),
        ..Limits::default()
    };
    let it = Fixture::with(
        db,
        Settings {
            password_cost: Cost::CHEAP,
            limits,
            ..Settings::default()
        },
    )
    .await;
    it.register("Ada").await.unwrap();
    for _ in 0..5 {
        assert_eq!(
            kind(it.sign_in("ada", PASSWORD).await),
            "ok",
            "what succeeds is not counted"
        );
    }
    for _ in 0..3 {
        assert_eq!(kind(it.sign_in("ada", "wrong horse").await), "sign in first");
    }
    for same in ["ADA", "ada@example.org", " Ada@Example.org"] {
        assert_eq!(kind(it.sign_in(same, PASSWORD).await), "too many", "{same}");
    }
    assert_eq!(
        kind(it.sign_in("bob", PASSWORD).await),
        "sign in first",
        "other accounts go on"
    );
    tokio::time::advance(Duration::from_secs(LONG + 1)).await;
    assert_eq!(kind(it.sign_in("ada", PASSWORD).await), "ok");
}

#[tokio::test(start_paused = true)]
async fn guessing_at_a_name_that_nobody_has_is_stopped_alike_and_remembered_in_little_room() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&crate::testing::sqlite(&folder), &Clock::fixed(START))
        .await
        .unwrap();
    let limits = Limits {
        passwords_per_account: rate(3, LONG),
        ..Limits::default()
    };
    let it = Fixture::with(
        db,
        Settings {
            password_cost: Cost::CHEAP,
            limits,
            ..Settings::default()
        },
    )
    .await;
    for _ in 0..3 {
        assert_eq!(kind(it.sign_in("nobody", "wrong horse").await), "sign in first");
    }
    assert_eq!(kind(it.sign_in(" NOBODY", PASSWORD).await), "too many");
    assert!(size_of::<crate::accounts::entry::Target>() <= 40);
}

#[tokio::test]
async fn a_name_that_is_far_too_long_is_nobodys_after_the_same_work() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        it.register("Ada").await.unwrap();
        // Each character of these becomes eighteen when it is folded.
        for long in ["\u{fdfa}".repeat(100_000), format!("Ada{}x", " ".repeat(1_000))] {
            let before = it.accounts.hashes();
            assert_eq!(kind(it.sign_in(&long, PASSWORD).await), "sign in first");
            assert_eq!(it.accounts.hashes() - before, 1);
        }
        assert_eq!(kind(it.sign_in("A\0da", PASSWORD).await), "sign in first");
        let padded = format!("{0}Ada{0}", " ".repeat(1_000));
        assert_eq!(kind(it.sign_in(&padded, PASSWORD).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn a_password_that_was_changed_while_it_was_checked_begins_no_session() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let admin = it.register("Ada").await.unwrap().caller;
        let bob = it.register("Bob").await.unwrap().caller;
        let id = bob.user_id().unwrap();
        let stored = async || {
            let stored = it
                .db
                .read(move |c| crate::accounts::store::password_of(c, id))
                .await;
            stored.unwrap().unwrap()
        };
        let begin = async |verified| kind(it.accounts.begin_as(&it.stranger(), AGENT, id, verified).await);
        let old = stored().await;
        assert_eq!(begin(old.clone()).await, "ok");
        it.accounts
            .change_password(&bob, PASSWORD, "new battery")
            .await
            .unwrap();
        assert_eq!(begin(old).await, "sign in first");
        let new = stored().await;
        it.accounts.deactivate(&admin, id).await.unwrap();
        assert_eq!(
            begin(new.clone()).await,
            "sign in first",
            "nor one who was turned off"
        );
        it.accounts.reactivate(&admin, id).await.unwrap();
        assert_eq!(begin(new).await, "ok");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn guessing_and_registering_from_one_address_are_stopped_but_not_from_loopback() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&crate::testing::sqlite(&folder), &Clock::fixed(START))
        .await
        .unwrap();
    let limits = Limits {
        passwords_per_address: rate(3, LONG),
        accounts_per_address: rate(2, LONG),
        guests_per_address: rate(2, LONG),
        ..Limits::default()
    };
    let it = Fixture::with(
        db,
        Settings {
            password_cost: Cost::CHEAP,
            limits,
            ..Settings::default()
        },
    )
    .await;
    let (there, elsewhere) = (it.accounts.anonymous(away(1)), it.accounts.anonymous(away(2)));
    let guess = async |caller: &Caller, i: usize| {
        kind(
            it.accounts
                .sign_in(caller, AGENT, &format!("user {i}"), "wrong horse")
                .await,
        )
    };
    for i in 0..3 {
        assert_eq!(guess(&there, i).await, "sign in first");
    }
    assert_eq!(guess(&there, 3).await, "too many");
    assert_eq!(guess(&elsewhere, 3).await, "sign in first");
    for i in 0..20 {
        assert_eq!(
            guess(&it.stranger(), 100 + i).await,
            "sign in first",
            "loopback is exempt"
        );
    }
    for expected in ["ok", "ok", "too many"] {
        let name = Random::from_os().id();
        let outcome = it.accounts.register(&there, AGENT, account(&name)).await;
        assert_eq!(kind(outcome), expected);
        let outcome = it
            .accounts
            .join_as_guest(&there, AGENT, "g@example.org", "guest")
            .await;
        assert_eq!(kind(outcome), expected);
    }
}

#[tokio::test]
async fn with_open_who_shows_nothing_is_the_member_anonymous_and_owns_nothing() {
    each_database(async |db| {
        let settings = Settings {
            password_cost: Cost::CHEAP,
            open: true,
            ..Settings::default()
        };
        let it = Fixture::with(db, settings).await;
        let anyone = it.stranger();
        assert_eq!(anyone.person().unwrap().name, "anonymous");
        assert_eq!(anyone.person().unwrap().role, Role::Member);
        assert!(anyone.is_open() && anyone.session_id().is_none());
        assert!(
            it.accounts.is_first().await.unwrap(),
            "it is not the first account"
        );
        assert_eq!(
            kind(it.accounts.create_token(&anyone, "mine").await),
            "not allowed"
        );
        assert_eq!(
            kind(it.accounts.change_password(&anyone, "", PASSWORD).await),
            "not allowed"
        );
        assert_eq!(
            kind(it.accounts.change_profile(&anyone, "me", "me@example.org").await),
            "not allowed"
        );
        assert_eq!(kind(it.accounts.people(&anyone, None).await), "not allowed");
        let again = it.beside().await;
        assert!(again.stranger().person().is_err(), "without --open it is nobody");
    })
    .await;
}

fn rate(burst: u32, seconds: u64) -> Rate {
    Rate {
        burst,
        every: Duration::from_secs(seconds),
    }
}

/// All at once, on tasks of their own.
async fn together<T: Send + 'static>(jobs: Vec<impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let running: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
    let mut done = Vec::new();
    for job in running {
        done.push(job.await.unwrap());
    }
    done
}

/// One of many who register at once.
fn registration(
    it: &Fixture,
    name: &str,
    email: String,
) -> impl Future<Output = Result<NewSession, Error>> + use<> {
    let account = NewAccount {
        username: name.to_owned(),
        email,
        password: PASSWORD.to_owned(),
    };
    let (accounts, stranger) = (it.accounts.clone(), it.stranger());
    async move { accounts.register(&stranger, AGENT, account).await }
}
