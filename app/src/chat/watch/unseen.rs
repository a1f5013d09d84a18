//! What has come and was not seen: counted on the way to the newest, and in the title.

use leptos::prelude::*;

use super::{say, show, state};
use crate::{
    chat::{room::Room, words::RoomWords},
    i18n::words,
};

/// How much is unseen: on the button to the newest, and in the title while the page is not looked at.
pub(super) fn set_unseen(unseen: u64) {
    let state = state();
    state.unseen.set(unseen);
    say("newest", &words::<RoomWords>().unseen(unseen));
    show("newest", unseen > 0 && state.scrolled_up.get());
    let badge = if unseen > 0 {
        ["(", &unseen.to_string(), ") "].concat()
    } else {
        String::new()
    };
    document().set_title(&[&*badge, &state.title.borrow()].concat());
}

/// Everything that has come is in sight.
pub(super) fn seen() {
    if !document().hidden() && state().unseen.get() > 0 {
        set_unseen(0);
    }
}

/// The page is looked at again, or no longer.
pub(super) fn looked(room: Room) {
    if state().scrolled_up.get() {
        return;
    }
    if document().hidden() {
        room.timeline.update(|timeline| timeline.unmark());
    } else {
        seen();
    }
}
