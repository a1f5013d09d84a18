//! Who types: said to the others, and shown.

use std::time::Duration;

use leptos::prelude::*;
use wire::{chat::Signal, live::compact::Publication};

use super::{say, state, topic};
use crate::{
    chat::{room::Room, words::RoomWords},
    i18n::words,
    live,
};

/// How long "… is typing" stands, and how often it is said again.
const TYPING_MS: u64 = 6_000;
const TYPING_EVERY_MS: u64 = 3_000;

/// The reader types: the others are told, now and then.
pub(super) fn types(room: Room) {
    let (now, state) = (live::now(), state());
    if now >= state.typed_at.get() + TYPING_EVERY_MS
        && let Ok(data) = postcard::to_allocvec(&Signal::Typing)
    {
        state.typed_at.set(now);
        live::publish(topic(room), data);
    }
}

pub(super) fn hear_typing(room: Room, signal: Publication) {
    let (Some(who), Ok(Signal::Typing)) = (signal.from, postcard::from_bytes(&signal.data)) else {
        return;
    };
    if who.id == room.start.with_value(|start| start.me.id) {
        return;
    }
    let (until, state) = (live::now() + TYPING_MS, state());
    state.typing.borrow_mut().retain(|(known, _)| known.id != who.id);
    state.typing.borrow_mut().push((who, until));
    say_typing();
    set_timeout(say_typing, Duration::from_millis(TYPING_MS));
}

pub(super) fn say_typing() {
    let (words, now, state) = (words::<RoomWords>(), live::now(), state());
    state.typing.borrow_mut().retain(|(_, until)| *until > now);
    let said = match state.typing.borrow().as_slice() {
        [] => String::new(),
        [(one, _)] => words.typing(&one.name),
        [(one, _), (two, _)] => words.typing_two(&one.name, &two.name),
        _ => words.typing_many.to_owned(),
    };
    say("typing", &said);
}
