//! What the page asks the server for: older messages, and a fresh snapshot when the connection cannot catch up.

use std::{rc::Rc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;
use wire::chat::{Page, Snapshot};

use super::{State, frame, hold_still, say, show, state};
use crate::{
    chat::{room::Room, words::RoomWords},
    form,
    i18n::words,
    live::{self, post},
    slot,
};

/// The wait before asking again for a snapshot that could not be had.
const AGAIN: Duration = Duration::from_secs(3);

/// Takes a fresh snapshot, however often one is asked for meanwhile.
pub(super) fn start_again(room: Room) {
    let state = state();
    if !state.renewing.replace(true) {
        spawn_local(renew(room, state));
    }
}

/// Asks until there is a snapshot, or the server refuses it, or the page is left.
async fn renew(room: Room, state: Rc<State>) {
    let answer = fetch::<Snapshot>("/fn/chat/snapshot", &[("room", &room.name())]).await;
    if state.left.get() {
        return;
    }
    match answer {
        Ok(snapshot) => {
            state.renewing.set(false);
            let position = snapshot.position.clone();
            hold_still(|| room.timeline.update(|timeline| timeline.renew(snapshot)));
            live::renew(state.follower.get(), &position);
            post::changed();
        }
        Err(0 | 408 | 429 | 500..) => set_timeout(move || spawn_local(renew(room, state)), AGAIN),
        Err(_) => show("refused", true),
    }
}

/// What a server function answers, or the status it has instead: 0 if nobody answered, 200 if it cannot be read (the
/// server is of another build).
async fn fetch<T: DeserializeOwned>(action: &str, fields: &[(&str, &str)]) -> Result<T, u16> {
    let answer = form::post(action, fields).await.map_err(|refused| refused.1)?;
    slot::decode(&answer.body).ok_or(200)
}

/// Loads the page of messages before those that are there.
pub(super) fn load_older(room: Room) {
    let Some(before) = room.timeline.with_untracked(|timeline| timeline.before()) else {
        return;
    };
    let state = state();
    if state.loading.replace(true) {
        return;
    }
    say("older", words::<RoomWords>().loading);
    spawn_local(async move {
        let fields = [("room", &*room.name()), ("before", &*before.to_string())];
        let page = fetch::<Page>("/fn/chat/older", &fields).await;
        if state.left.get() {
            return;
        }
        let words = words::<RoomWords>();
        say(
            "older",
            if page.is_ok() {
                words.older
            } else {
                words.not_loaded
            },
        );
        if let Ok(page) = page {
            room.timeline.update(|timeline| timeline.prepend(before, page));
            frame(room);
        }
        state.loading.set(false);
    });
}
