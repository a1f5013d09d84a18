//! Open sockets, and what ends or changes while one is being opened.

use std::sync::Arc;

use wire::accounts::Role;

use super::*;
use crate::hub::{self, Connection, Disconnect};

const ENCODING: hub::Encoding = hub::Encoding {
    slot: 0,
    encode: |_| None,
};

fn socket(it: &Fixture, caller: &Caller) -> Connection {
    it.hub.connect(hub::Client {
        person: caller.person().ok().cloned().map(Arc::new),
        session: caller.session_id(),
        encoding: &ENCODING,
    })
}

#[tokio::test]
async fn whose_name_or_role_changes_is_sent_to_connect_again() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let bob = it.register("Bob").await.unwrap().caller;
        let id = bob.user_id().unwrap();
        let (adas, bobs) = (socket(&it, &ada), socket(&it, &bob));
        let rename = it.accounts.change_profile(&bob, "Robert", "bob@example.org");
        rename.await.unwrap();
        assert_eq!((adas.gone(), bobs.gone()), (None, Some(Disconnect::CHANGED)));
        let bobs = socket(&it, &bob);
        it.accounts.set_role(&ada, id, Role::Admin).await.unwrap();
        assert_eq!((adas.gone(), bobs.gone()), (None, Some(Disconnect::CHANGED)));
        let bobs = socket(&it, &bob);
        it.accounts.deactivate(&ada, id).await.unwrap();
        assert_eq!((adas.gone(), bobs.gone()), (None, Some(Disconnect::FORCED)));
        assert!(
            (3000..3500).contains(&Disconnect::CHANGED.code),
            "a client comes back"
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_or_token_that_ended_while_its_socket_was_opened_is_found_out() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let phone = it.sign_in("Ada", PASSWORD).await.unwrap().caller;
        let token = it.accounts.create_token(&ada, "laptop").await.unwrap();
        let program = it.accounts.by_token(&token.secret, home()).await.unwrap();
        for caller in [&ada, &phone, &program, &it.stranger()] {
            assert_eq!(it.accounts.ended(caller).await, None);
        }
        let id = phone.session_id().unwrap();
        it.accounts.revoke_session(&ada, id).await.unwrap();
        it.accounts.revoke_token(&ada, token.token.id).await.unwrap();
        assert_eq!(it.accounts.ended(&phone).await, Some(Disconnect::FORCED));
        assert_eq!(it.accounts.ended(&program).await, Some(Disconnect::FORCED));
        assert_eq!(it.accounts.ended(&ada).await, None, "the others are still good");
    })
    .await;
}

#[tokio::test]
async fn who_changed_while_a_socket_was_opened_comes_back_once() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap().caller;
        let bob = it.register("Bob").await.unwrap();
        let id = bob.caller.user_id().unwrap();
        let rename = it
            .accounts
            .change_profile(&bob.caller, "Robert", "bob@example.org");
        rename.await.unwrap();
        assert_eq!(it.accounts.ended(&bob.caller).await, Some(Disconnect::CHANGED));
        let again = it.by_session(&bob.secret).await.unwrap();
        assert_eq!(it.accounts.ended(&again).await, None);
        it.accounts.deactivate(&ada, id).await.unwrap();
        assert_eq!(it.accounts.ended(&again).await, Some(Disconnect::FORCED));
        it.accounts.reactivate(&ada, id).await.unwrap();
        assert_eq!(it.accounts.ended(&again).await, None);
    })
    .await;
}
