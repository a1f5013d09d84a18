//! What administrators and the command line do.

use wire::accounts::Role;

use super::*;
use crate::accounts::store::Change;

#[tokio::test]
async fn only_an_administrator_sees_and_changes_people() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let bob = it.register("Bob").await.unwrap().caller;
        let guest = it.join("guest@example.org", "Guest").await.unwrap().caller;
        let people = it.accounts.people(&ada, None).await.unwrap();
        let listed: Vec<_> = people
            .iter()
            .map(|it| (it.person.name.as_str(), it.email.as_str()))
            .collect();
        assert_eq!(
            listed,
            [
                ("Guest", "guest@example.org"),
                ("Bob", "bob@example.org"),
                ("Ada", "ada@example.org")
            ]
        );
        let id = ada.person().unwrap().id;
        let strangers = it.stranger();
        for (caller, expected) in [
            (&bob, "not allowed"),
            (&guest, "not allowed"),
            (&strangers, "sign in first"),
        ] {
            assert_eq!(kind(it.accounts.people(caller, None).await), expected);
            assert_eq!(
                kind(it.accounts.set_role(caller, id, Role::Member).await),
                expected
            );
            assert_eq!(kind(it.accounts.deactivate(caller, id).await), expected);
            assert_eq!(kind(it.accounts.reactivate(caller, id).await), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let bob = it.register("Bob").await.unwrap().caller;
        let (ada_id, bob_id) = (ada.person().unwrap().id, bob.person().unwrap().id);
        assert_eq!(
            kind(it.accounts.set_role(&ada, ada_id, Role::Member).await),
            "invalid: role LastAdmin"
        );
        assert_eq!(
            kind(it.accounts.deactivate(&ada, ada_id).await),
            "invalid: role LastAdmin"
        );
        it.accounts.set_role(&ada, bob_id, Role::Admin).await.unwrap();
        it.accounts.deactivate(&ada, bob_id).await.unwrap();
        let outcome = it.accounts.set_role(&ada, ada_id, Role::Member).await;
        assert_eq!(
            kind(outcome),
            "invalid: role LastAdmin",
            "one who may not come in does not count"
        );
        it.accounts.reactivate(&ada, bob_id).await.unwrap();
        assert_eq!(kind(it.accounts.set_role(&ada, ada_id, Role::Member).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn two_administrators_who_demote_each_other_at_once_leave_one() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let bob = it.register("Bob").await.unwrap().caller;
        let (ada_id, bob_id) = (ada.person().unwrap().id, bob.person().unwrap().id);
        it.accounts.set_role(&ada, bob_id, Role::Admin).await.unwrap();
        let (one, other) = tokio::join!(
            it.accounts.change(ada_id, Change::Role(Role::Member)),
            it.accounts.change(bob_id, Change::Role(Role::Member)),
        );
        let mut kinds = [kind(one), kind(other)];
        kinds.sort();
        assert_eq!(kinds, ["invalid: role LastAdmin", "ok"]);
    })
    .await;
}

#[tokio::test]
async fn a_role_counts_from_the_next_request_on() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let bob = it.register("Bob").await.unwrap();
        let id = bob.caller.person().unwrap().id;
        assert!(it.by_session(&bob.secret).await.unwrap().admin().is_err());
        it.accounts.set_role(&ada, id, Role::Admin).await.unwrap();
        assert!(it.by_session(&bob.secret).await.unwrap().admin().is_ok());
        assert_eq!(
            kind(it.accounts.set_role(&ada, id, Role::Guest).await),
            "invalid: role Malformed"
        );
        assert_eq!(
            kind(it.accounts.set_role(&ada, 999, Role::Member).await),
            "not found"
        );
        let guest = it.join("guest@example.org", "Guest").await.unwrap().caller;
        let outcome = it
            .accounts
            .set_role(&ada, guest.person().unwrap().id, Role::Admin)
            .await;
        assert_eq!(kind(outcome), "not found", "a guest has no password");
    })
    .await;
}

#[tokio::test]
async fn who_is_deactivated_is_out_everywhere_until_reactivated() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let bob = it.register("Bob").await.unwrap();
        let token = it
            .accounts
            .create_token(&bob.caller, "laptop")
            .await
            .unwrap()
            .secret;
        let id = bob.caller.person().unwrap().id;
        it.by_session(&bob.secret).await.unwrap();
        it.accounts.by_token(&token, home()).await.unwrap();
        it.accounts.deactivate(&ada, id).await.unwrap();
        assert_eq!(kind(it.by_session(&bob.secret).await), "sign in first");
        assert_eq!(kind(it.accounts.by_token(&token, home()).await), "sign in first");
        assert_eq!(kind(it.sign_in("Bob", PASSWORD).await), "sign in first");
        assert_eq!(kind(it.register("Bob").await), "username is taken");
        it.accounts.reactivate(&ada, id).await.unwrap();
        assert_eq!(kind(it.by_session(&bob.secret).await), "ok");
        assert_eq!(kind(it.sign_in("Bob", PASSWORD).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn the_command_line_keeps_the_same_rules() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let operator = it.accounts.operator();
        let first = operator.add(account("Ada"), Some(Role::Member)).await.unwrap();
        assert_eq!(first.role, Role::Admin, "the first is the administrator's");
        operator.add(account("Bob"), Some(Role::Admin)).await.unwrap();
        assert_eq!(
            kind(operator.add(account("bob"), None).await),
            "username is taken"
        );
        operator.set_role("BOB", Role::Member).await.unwrap();
        assert_eq!(
            kind(operator.set_role("Ada", Role::Member).await),
            "invalid: role LastAdmin"
        );
        assert_eq!(kind(operator.set_role("Nobody", Role::Member).await), "not found");
        let bob = it.sign_in("Bob", PASSWORD).await.unwrap();
        operator.set_password("Bob", "new battery").await.unwrap();
        assert_eq!(kind(it.by_session(&bob.secret).await), "sign in first");
        assert_eq!(
            kind(operator.set_password("Bob", "short").await),
            "invalid: password TooShort(8)"
        );
        let token = operator.create_token("Bob", "cron").await.unwrap().secret;
        assert_eq!(
            it.accounts
                .by_token(&token, home())
                .await
                .unwrap()
                .person()
                .unwrap()
                .name,
            "Bob"
        );
        let names: Vec<_> = operator
            .list()
            .await
            .unwrap()
            .into_iter()
            .map(|it| it.person.name)
            .collect();
        assert_eq!(names, ["Ada", "Bob"]);
    })
    .await;
}
