//! What one changes about oneself.

use super::*;

#[tokio::test]
async fn one_sees_ones_own_address() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let me = it.accounts.me(&ada).await.unwrap();
        assert_eq!(
            (me.person.name.as_str(), me.email.as_str()),
            ("Ada", "ada@example.org")
        );
        assert_eq!(kind(it.accounts.me(&it.stranger()).await), "sign in first");
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_the_old_password() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let laptop = it.register("Ada").await.unwrap();
        let phone = it.sign_in("Ada", PASSWORD).await.unwrap();
        let cases = [
            (
                "wrong horse",
                "new battery",
                "invalid: current_password WrongPassword",
            ),
            (PASSWORD, "short", "invalid: new_password TooShort(8)"),
            (PASSWORD, "new battery", "ok"),
            (
                PASSWORD,
                "newer battery",
                "invalid: current_password WrongPassword",
            ),
        ];
        for (current, new, expected) in cases {
            assert_eq!(
                kind(it.accounts.change_password(&laptop.caller, current, new).await),
                expected
            );
        }
        assert_eq!(kind(it.by_session(&laptop.secret).await), "ok");
        assert_eq!(kind(it.by_session(&phone.secret).await), "sign in first");
        assert_eq!(kind(it.sign_in("Ada", PASSWORD).await), "sign in first");
        assert_eq!(kind(it.sign_in("Ada", "new battery").await), "ok");
    })
    .await;
}

#[tokio::test]
async fn of_two_who_change_one_password_at_once_one_does() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let change = async |new| kind(it.accounts.change_password(&ada, PASSWORD, new).await);
        let (one, other) = tokio::join!(change("new battery"), change("other battery"));
        let mut kinds = [one, other];
        kinds.sort();
        assert_eq!(kinds, ["invalid: current_password WrongPassword", "ok"]);
    })
    .await;
}

#[tokio::test]
async fn one_lists_ones_sessions_and_ends_no_one_elses() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let bob = it.register("Bob").await.unwrap();
        let sessions = it.accounts.sessions(&ada).await.unwrap();
        assert_eq!(sessions.len(), 1);
        assert!(sessions[0].current);
        assert_eq!(
            (sessions[0].agent.as_str(), sessions[0].address.as_str()),
            (AGENT, "127.0.0.1")
        );
        let bobs = bob.caller.session_id().unwrap();
        assert_eq!(kind(it.accounts.revoke_session(&ada, bobs).await), "not found");
        assert_eq!(kind(it.by_session(&bob.secret).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn a_token_is_shown_once_and_may_do_what_its_owner_may() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let bob = it.register("Bob").await.unwrap().caller;
        let token = it.accounts.create_token(&ada, " build   server ").await.unwrap();
        assert!(token.secret.starts_with("flt_"));
        let listed = it.accounts.tokens(&ada).await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&token.token));
        assert_eq!(listed[0].name, "build server");
        let caller = it.accounts.by_token(&token.secret, home()).await.unwrap();
        assert!(caller.admin().is_ok());
        assert_eq!(
            kind(it.accounts.revoke_token(&bob, token.token.id).await),
            "not found"
        );
        it.accounts.revoke_token(&ada, token.token.id).await.unwrap();
        assert_eq!(it.accounts.tokens(&ada).await.unwrap(), []);
        for (name, expected) in [
            ("", "invalid: name Empty"),
            ("a\u{202e}b", "invalid: name Invisible"),
        ] {
            assert_eq!(kind(it.accounts.create_token(&ada, name).await), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn one_has_so_many_tokens_and_a_guest_none() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        for i in 0..50 {
            it.accounts
                .create_token(&ada, &format!("token {i}"))
                .await
                .unwrap();
        }
        let outcome = it.accounts.create_token(&ada, "one more").await;
        assert_eq!(kind(outcome), "invalid: name TooMany(50)");
        let guest = it.join("guest@example.org", "Guest").await.unwrap().caller;
        assert_eq!(
            kind(it.accounts.create_token(&guest, "mine").await),
            "not allowed"
        );
        assert_eq!(kind(it.accounts.tokens(&guest).await), "not allowed");
    })
    .await;
}

#[tokio::test]
async fn a_changed_name_frees_the_old_one_and_shows_at_once() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap();
        it.register("Bob").await.unwrap();
        it.by_session(&ada.secret).await.unwrap();
        let cases = [
            ("bob", "ada@example.org", "username is taken"),
            ("Ada", "bob@example.org", "email is taken"),
            ("", "x", "invalid: username Empty, email Malformed"),
            ("ADA", "ada@example.org", "ok"),
            ("Countess", "countess@example.org", "ok"),
        ];
        for (name, email, expected) in cases {
            assert_eq!(
                kind(it.accounts.change_profile(&ada.caller, name, email).await),
                expected,
                "{name}"
            );
        }
        let now = it.by_session(&ada.secret).await.unwrap();
        assert_eq!(now.person().unwrap().name, "Countess");
        assert_eq!(kind(it.register("Ada").await), "ok");
    })
    .await;
}
