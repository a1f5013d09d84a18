//! Where one types: Enter sends, Shift+Enter breaks the line, what is too long stays. A plain form without WASM.

use leptos::{ev, prelude::*};
use wire::chat::MAX_MESSAGE_CHARS;

use super::{room::Room, watch, words::RoomWords};
use crate::{
    flash,
    i18n::words,
    live::post,
    ui::{Icon, icon},
};

/// Where a message is posted to.
pub(super) const SEND: &str = "/fn/chat/send";

/// From this many characters left, their number is shown.
const NEARLY_FULL: usize = 300;

/// The composer of a room's island.
#[component]
pub(super) fn Composer(
    /// Whose.
    room: Room,
) -> impl IntoView {
    let used = RwSignal::new(0_usize);
    let words = words::<RoomWords>();
    Effect::new(move || restore(room, used));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        send(room, used);
    };
    let key = move |event: ev::KeyboardEvent| {
        // An input method's Enter chooses a word (229 is how Safari says so).
        let composing = event.is_composing() || event.key_code() == 229;
        if event.key() == "Enter" && !event.shift_key() && !composing {
            event.prevent_default();
            send(room, used);
        }
    };
    let typed = move |_| {
        used.set(text(room).chars().count());
        keep(room);
        watch::types(room);
    };
    let count = move || match used.get() {
        used if used > MAX_MESSAGE_CHARS => words.over((used - MAX_MESSAGE_CHARS) as u64),
        used if used + NEARLY_FULL > MAX_MESSAGE_CHARS => words.left((MAX_MESSAGE_CHARS - used) as u64),
        _ => String::new(),
    };
    let over = move || used.get() > MAX_MESSAGE_CHARS;
    let place = words.place(&room.name());
    // Always a text, so that the browser finds the same nodes; an empty child of a textarea would leave a space in it.
    let refused = flash::error(SEND, "text")
        .or_else(|| flash::error(SEND, "request"))
        .unwrap_or_default();
    let kept = flash::value(SEND, "text")
        .map(|text| escaped(&text))
        .unwrap_or_default();
    view! {
        <form class="composer" method="post" action=SEND on:submit=submit>
            <input type="hidden" name="room" value=room.name()/>
            <input type="hidden" name="client_id" value=plain_id()/>
            <textarea
                name="text"
                rows="1"
                data-keys="n"
                placeholder=place.clone()
                aria-label=place
                aria-describedby="composer-says"
                aria-invalid=move || over().then_some("true")
                node_ref=room.field
                on:keydown=key
                on:input=typed
                inner_html=kept
            ></textarea>
            <div class="tools">
                <p id="composer-says" class="small num" class:err=over role="status">
                    {refused}{count}
                </p>
                <span class="quiet small wide enter"><kbd>"Enter"</kbd>" "{words.keys}</span>
                <button class="btn primary" type="submit"><Icon of=icon::SEND/>{words.send}</button>
            </div>
        </form>
    }
}

fn send(room: Room, used: RwSignal<usize>) {
    let text = text(room);
    if text.trim().is_empty() || text.chars().count() > MAX_MESSAGE_CHARS {
        return;
    }
    let fields = vec![("room".to_owned(), room.name()), ("text".to_owned(), text)];
    post::put(&scope(room), SEND, fields);
    if let Some(field) = room.field.get_untracked() {
        field.set_value("");
    }
    used.set(0);
    keep(room);
    watch::sent(room);
}

/// What the room's entries in the outbox belong to.
pub(super) fn scope(room: Room) -> String {
    ["chat:", &room.name()].concat()
}

fn text(room: Room) -> String {
    room.field
        .get_untracked()
        .map(|field| field.value())
        .unwrap_or_default()
}

/// The draft's key in `localStorage`: of this person, in this room.
fn draft(room: Room) -> String {
    ["flotilla:draft:", &room.me().id.to_string(), ":", &room.name()].concat()
}

/// Keeps what is typed, so that a reload loses nothing.
fn keep(room: Room) {
    let Ok(Some(storage)) = window().local_storage() else {
        return;
    };
    let text = text(room);
    let _ = if text.is_empty() {
        storage.remove_item(&draft(room))
    } else {
        storage.set_item(&draft(room), &text)
    };
}

/// Brings back what was typed on an earlier page.
fn restore(room: Room, used: RwSignal<usize>) {
    let Some(field) = room.field.get() else { return };
    let kept = window()
        .local_storage()
        .ok()
        .flatten()
        .and_then(|storage| storage.get_item(&draft(room)).ok().flatten());
    if let (Some(kept), "") = (kept, field.value().as_str()) {
        field.set_value(&kept);
    }
    used.set(field.value().chars().count());
}

/// Text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The client id of the plain form: a page sent twice is stored once.
#[cfg(feature = "ssr")]
fn plain_id() -> String {
    super::page::fresh_id()
}

/// The client id of the plain form. With WASM each message makes its own.
#[cfg(not(feature = "ssr"))]
fn plain_id() -> String {
    String::new()
}
