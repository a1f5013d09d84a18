//! Sessions and tokens: how they end, and that what is open with them ends too.

use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    accounts::{SESSION_IDLE, SESSION_MOST},
    hub::{self, Connection},
};

const ENCODING: hub::Encoding = hub::Encoding {
    slot: 0,
    encode: |_| None,
};

fn socket(it: &Fixture, caller: &Caller) -> Connection {
    let person = caller.person().ok().cloned().map(Arc::new);
    it.hub.connect(hub::Client {
        person,
        session: caller.session_id(),
        encoding: &ENCODING,
    })
}

#[tokio::test]
async fn a_forged_secret_is_nobodys() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap();
        let token = it
            .accounts
            .create_token(&ada.caller, "laptop")
            .await
            .unwrap()
            .secret;
        let mut altered = ada.secret.clone();
        altered.replace_range(0..1, if altered.starts_with('A') { "B" } else { "A" });
        let long = "x".repeat(10_000);
        for forged in ["", "x", "flt_", &altered, &long, "' OR 1=1 --", "\0", "密"] {
            assert_eq!(kind(it.by_session(forged).await), "sign in first", "{forged:?}");
            assert_eq!(
                kind(it.accounts.by_token(forged, home()).await),
                "sign in first",
                "{forged:?}"
            );
        }
        assert_eq!(
            kind(it.by_session(&token).await),
            "sign in first",
            "a token is no session"
        );
        assert_eq!(
            kind(it.accounts.by_token(&ada.secret, home()).await),
            "sign in first",
            "nor the other way"
        );
        assert_eq!(kind(it.by_session(&ada.secret).await), "ok");
        assert_eq!(kind(it.accounts.by_token(&token, home()).await), "ok");
        assert_eq!(
            kind(it.accounts.by_token(&ada.secret, home()).await),
            "sign in first",
            "nor once it is known"
        );
    })
    .await;
}

#[tokio::test]
async fn no_secret_is_in_the_database() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap();
        let token = it
            .accounts
            .create_token(&ada.caller, "laptop")
            .await
            .unwrap()
            .secret;
        let (sessions, tokens, passwords) = it
            .db
            .read(|c| {
                Ok::<_, crate::db::Error>((
                    c.query::<String>("SELECT hash FROM sessions", &[])?,
                    c.query::<String>("SELECT hash FROM tokens", &[])?,
                    c.query::<String>("SELECT password FROM users", &[])?,
                ))
            })
            .await
            .unwrap();
        assert_eq!((sessions.len(), tokens.len(), passwords.len()), (1, 1, 1));
        assert!(!sessions[0].contains(&ada.secret) && !tokens[0].contains(&token));
        assert!(passwords[0].starts_with("$argon2id$v=19$") && !passwords[0].contains(PASSWORD));
    })
    .await;
}

#[tokio::test]
async fn signing_in_again_ends_the_browsers_old_session_and_no_other() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let phone = it.register("Ada").await.unwrap();
        let old = it.sign_in("Ada", PASSWORD).await.unwrap();
        let new = it
            .accounts
            .sign_in(&old.caller, AGENT, "Ada", PASSWORD)
            .await
            .unwrap();
        assert_eq!(kind(it.by_session(&old.secret).await), "sign in first");
        assert_eq!(kind(it.by_session(&new.secret).await), "ok");
        assert_eq!(kind(it.by_session(&phone.secret).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn a_session_that_is_not_used_ends_and_one_that_is_used_lasts_longer_but_not_for_ever() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let idle = it.register("Ada").await.unwrap();
        let used = it.sign_in("Ada", PASSWORD).await.unwrap();
        let step = SESSION_IDLE - Duration::from_hours(1);
        let mut age = Duration::ZERO;
        while age + step < SESSION_MOST {
            age += step;
            it.clock.advance(step);
            // As after the half minute for which it is remembered.
            it.accounts.0.cache.forget(|_| true);
            assert_eq!(kind(it.by_session(&used.secret).await), "ok", "{age:?}");
            it.accounts.write_seen().await.unwrap();
        }
        assert_eq!(kind(it.by_session(&idle.secret).await), "sign in first");
        it.clock.advance(SESSION_MOST - age);
        it.accounts.0.cache.forget(|_| true);
        assert_eq!(kind(it.by_session(&used.secret).await), "sign in first");
    })
    .await;
}

#[tokio::test]
async fn a_session_that_runs_out_is_not_remembered_beyond_its_end() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap();
        it.clock.advance(SESSION_IDLE - Duration::from_secs(1));
        assert_eq!(kind(it.by_session(&ada.secret).await), "ok");
        it.clock.advance(Duration::from_secs(1));
        assert_eq!(kind(it.by_session(&ada.secret).await), "sign in first");
    })
    .await;
}

#[tokio::test]
async fn a_revoked_session_ends_at_once_with_its_sockets() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let laptop = it.register("Ada").await.unwrap();
        let phone = it.sign_in("Ada", PASSWORD).await.unwrap();
        assert_eq!(kind(it.by_session(&phone.secret).await), "ok");
        let (kept, ended) = (socket(&it, &laptop.caller), socket(&it, &phone.caller));
        let id = phone.caller.session_id().unwrap();
        it.accounts.revoke_session(&laptop.caller, id).await.unwrap();
        assert_eq!(kind(it.by_session(&phone.secret).await), "sign in first");
        assert!(ended.gone().is_some() && kept.gone().is_none());
        assert_eq!(
            kind(it.accounts.revoke_session(&laptop.caller, id).await),
            "not found"
        );
    })
    .await;
}

#[tokio::test]
async fn a_revoked_token_ends_at_once_with_its_sockets() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap();
        let token = it.accounts.create_token(&ada.caller, "laptop").await.unwrap();
        let caller = it.accounts.by_token(&token.secret, home()).await.unwrap();
        let (kept, ended) = (socket(&it, &ada.caller), socket(&it, &caller));
        it.accounts
            .revoke_token(&ada.caller, token.token.id)
            .await
            .unwrap();
        assert_eq!(
            kind(it.accounts.by_token(&token.secret, home()).await),
            "sign in first"
        );
        assert!(ended.gone().is_some() && kept.gone().is_none());
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_session_and_its_sockets() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap();
        let open = socket(&it, &ada.caller);
        it.accounts.sign_out(&ada.caller).await.unwrap();
        assert_eq!(kind(it.by_session(&ada.secret).await), "sign in first");
        assert!(open.gone().is_some());
        assert_eq!(kind(it.accounts.sign_out(&it.stranger()).await), "sign in first");
    })
    .await;
}

#[tokio::test]
async fn what_another_process_revokes_ends_here_too() {
    each_database(async |db| {
        let (here, there) = {
            let here = Fixture::new(db).await;
            let there = here.beside().await;
            (here, there)
        };
        let ada = here.register("Ada").await.unwrap();
        let phone = there.sign_in("Ada", PASSWORD).await.unwrap();
        assert_eq!(kind(there.by_session(&phone.secret).await), "ok");
        let open = socket(&there, &phone.caller);
        here.accounts
            .revoke_session(&ada.caller, phone.caller.session_id().unwrap())
            .await
            .unwrap();
        there.accounts.apply_revocations().await.unwrap();
        assert_eq!(kind(there.by_session(&phone.secret).await), "sign in first");
        assert!(open.gone().is_some());
        let again = socket(&there, &ada.caller);
        there.accounts.apply_revocations().await.unwrap();
        assert!(again.gone().is_none(), "each revocation counts once");
    })
    .await;
}

#[tokio::test]
async fn a_session_read_before_its_revocation_is_not_remembered_after_it() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap();
        let key = (
            crate::accounts::cache::Kind::Session,
            crate::accounts::credentials::hash(&ada.secret),
        );
        let who = ada.caller.who.clone().unwrap();
        let Err(before) = it.accounts.0.cache.get(&key, START) else {
            panic!("nothing is remembered yet")
        };
        it.accounts.sign_out(&ada.caller).await.unwrap();
        it.accounts
            .0
            .cache
            .insert(before, key, who, wire::time::Time(i64::MAX));
        assert_eq!(kind(it.by_session(&ada.secret).await), "sign in first");
    })
    .await;
}

#[tokio::test]
async fn when_someone_was_last_here_is_written_once_a_minute() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap();
        let seen = async || {
            it.accounts.write_seen().await.unwrap();
            it.accounts.sessions(&ada.caller).await.unwrap()[0].seen_at
        };
        it.clock.advance(Duration::from_secs(59));
        it.by_session(&ada.secret).await.unwrap();
        assert_eq!(seen().await, START);
        it.clock.advance(Duration::from_secs(1));
        it.accounts.0.cache.forget(|_| true);
        it.accounts.by_session(&ada.secret, away(9)).await.unwrap();
        assert_eq!(seen().await, START + Duration::from_secs(60));
        assert_eq!(
            it.accounts.sessions(&ada.caller).await.unwrap()[0].address,
            "203.0.113.9"
        );
    })
    .await;
}

#[tokio::test]
async fn sessions_that_ran_out_are_ended_and_in_time_forgotten() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let ada = it.register("Ada").await.unwrap();
        let open = socket(&it, &ada.caller);
        it.clock.advance(SESSION_IDLE);
        it.accounts.tidy().await.unwrap();
        assert!(open.gone().is_some());
        it.clock.advance(Duration::from_hours(25));
        it.accounts.tidy().await.unwrap();
        let left = it
            .db
            .read(|c| c.query_one::<i64>("SELECT COUNT(*) FROM sessions", &[]))
            .await
            .unwrap();
        assert_eq!(left, 0);
    })
    .await;
}

#[tokio::test]
async fn one_has_so_many_sessions_and_the_oldest_goes_first() {
    each_database(async |db| {
        let it = Fixture::new(db).await;
        let first = it.register("Ada").await.unwrap();
        let mut last = None;
        for _ in 0..100 {
            it.clock.advance(Duration::from_secs(1));
            last = Some(it.sign_in("Ada", PASSWORD).await.unwrap());
        }
        assert_eq!(kind(it.by_session(&first.secret).await), "sign in first");
        let last = last.unwrap();
        assert_eq!(it.accounts.sessions(&last.caller).await.unwrap().len(), 100);
    })
    .await;
}
