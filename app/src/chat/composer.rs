//! Where one types: Enter sends, Shift+Enter breaks the line, what is too long stays. The form is the server's, and
//! works without this.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{HtmlTextAreaElement, KeyboardEvent};
use wire::chat::MAX_MESSAGE_CHARS;

use super::{
    room::Room,
    watch::{self, part, say},
    words::RoomWords,
};
use crate::{i18n::words, live::post};

/// Where a message is posted to.
pub(super) const SEND: &str = "/fn/chat/send";

/// From this many characters left, their number is shown.
const NEARLY_FULL: usize = 300;

/// The box.
pub(super) fn field() -> Option<HtmlTextAreaElement> {
    part("text")?.dyn_into().ok()
}

fn text() -> String {
    field().map(|field| field.value()).unwrap_or_default()
}

/// Sends what is in the box, if it can be sent.
pub(super) fn send(room: Room) {
    let text = text();
    if text.trim().is_empty() || text.chars().count() > MAX_MESSAGE_CHARS {
        return;
    }
    let fields = vec![("room".to_owned(), room.name()), ("text".to_owned(), text)];
    post::put(&scope(room), SEND, fields);
    if let Some(field) = field() {
        field.set_value("");
    }
    changed(room);
    watch::sent(room);
}

/// Enter sends, unless it breaks the line or an input method chooses a word by it (229 is how Safari says so).
pub(super) fn key(room: Room, event: &KeyboardEvent) {
    let composing = event.is_composing() || event.key_code() == 229;
    if event.key() == "Enter" && !event.shift_key() && !composing {
        event.prevent_default();
        send(room);
    }
}

/// The box has changed: its count is shown when it nears the end, and a reload will find it as it is.
pub(super) fn changed(room: Room) {
    let (text, words) = (text(), words::<RoomWords>());
    let used = text.chars().count();
    let over = used > MAX_MESSAGE_CHARS;
    let count = match MAX_MESSAGE_CHARS.abs_diff(used) as u64 {
        too_many if over => words.over(too_many),
        left if left < NEARLY_FULL as u64 => words.left(left),
        _ => String::new(),
    };
    say("says", &count);
    if let Some(says) = part("says") {
        let _ = says.class_list().toggle_with_force("err", over);
    }
    if let Some(field) = field() {
        let _ = field.set_attribute("aria-invalid", if over { "true" } else { "false" });
    }
    let Ok(Some(storage)) = window().local_storage() else {
        return;
    };
    let _ = if text.is_empty() {
        storage.remove_item(&draft(room))
    } else {
        storage.set_item(&draft(room), &text)
    };
}

/// Brings back what was typed on an earlier page.
pub(super) fn restore(room: Room) {
    let Some(field) = field() else { return };
    let kept = window()
        .local_storage()
        .ok()
        .flatten()
        .and_then(|storage| storage.get_item(&draft(room)).ok().flatten());
    if let (Some(kept), true) = (kept, field.value().is_empty()) {
        field.set_value(&kept);
        changed(room);
    }
}

/// What the room's entries in the outbox belong to.
pub(super) fn scope(room: Room) -> String {
    ["chat:", &room.name()].concat()
}

/// The draft's key in `localStorage`: of this person, in this room.
fn draft(room: Room) -> String {
    ["flotilla:draft:", &room.me().id.to_string(), ":", &room.name()].concat()
}
