//! Keeps a room live in the browser: events in, scrolling, older pages, typing, what is unseen.

mod ask;
mod typing;
mod unseen;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event as DomEvent, HtmlElement};
use wire::{
    accounts::Person,
    chat::{Event, Message},
    live::compact::Publication,
    time::Time,
    topic::Topic,
};

use super::{
    composer::{self, scope},
    room::Room,
    start::Zone,
};
use crate::{
    live::{self, Entry, FollowerId, News, Stage, Status, Told, post},
    time::Offset,
};

use ask::{load_older, start_again};
use typing::{hear_typing, say_typing, types};
use unseen::{looked, seen, set_unseen};

/// Events that come together are drawn together: five hundred at once are one change of the page.
const TOGETHER: Duration = Duration::from_millis(16);
/// This near to the end, one is at the end.
const NEAR_END_PX: i32 = 48;
/// This near to the beginning, older ones are loaded.
const NEAR_START_PX: i32 = 400;

/// What the page knows beside its lines.
#[derive(Default)]
struct State {
    /// Whether the newest is out of sight, so that newer ones do not come into sight by themselves.
    scrolled_up: Cell<bool>,
    /// How many have come that the reader has not seen.
    unseen: Cell<u64>,
    /// Who types, and until when that is shown.
    typing: RefCell<Vec<(Person, u64)>>,
    /// Whether older ones are on their way.
    loading: Cell<bool>,
    /// Whether a fresh snapshot is on its way.
    renewing: Cell<bool>,
    /// Whether the page was left: what still comes for it is nobody's.
    left: Cell<bool>,
    /// What was heard and is not drawn yet.
    heard: RefCell<Vec<Message>>,
    follower: Cell<FollowerId>,
    /// When the others were last told that the reader types.
    typed_at: Cell<u64>,
    /// The page's title without a number before it.
    title: RefCell<String>,
}

thread_local! {
    static STATE: RefCell<Rc<State>> = RefCell::default();
}

fn state() -> Rc<State> {
    STATE.with_borrow(Rc::clone)
}

/// The element that the server marked `data-chat=name`.
pub(super) fn part(name: &str) -> Option<HtmlElement> {
    document()
        .query_selector(&["[data-chat=", name, "]"].concat())
        .ok()??
        .dyn_into()
        .ok()
}

/// Puts words into a part.
pub(super) fn say(name: &str, text: &str) {
    if let Some(part) = part(name) {
        part.set_text_content(Some(text));
    }
}

fn show(name: &str, shown: bool) {
    if let Some(part) = part(name) {
        part.set_hidden(!shown);
    }
}

/// Wakes the room around `lines`.
pub(super) fn start(room: Room, lines: &Element) {
    let (position, me) = room
        .start
        .with_value(|start| (start.snapshot.position.clone(), start.me.id));
    let now = Time(i64::try_from(live::now()).unwrap_or_default() * 1_000);
    if room.start.with_value(|start| start.offset) != Offset::at(now) {
        room.zone.set(Zone::Here);
    }
    STATE.set(Rc::new(State {
        title: RefCell::new(document().title()),
        ..State::default()
    }));
    listen(room, lines);
    composer::restore(room);
    post::open(me);
    post::watch(&scope(room), move |entries| show_pending(room, entries));
    live::watch(move |news| {
        if let News::Status(status) = news {
            let offline = matches!(status, Status::Reconnecting | Status::Offline { .. });
            room.offline.set(offline);
            show("offline", offline);
        }
    });
    let follower = live::follow(topic(room), Some(position), move |told| hear(room, told));
    state().follower.set(follower);
}

/// One listener for all that happens in the conversation.
fn listen(room: Room, lines: &Element) {
    let Ok(Some(conversation)) = lines.closest(".conv") else {
        return;
    };
    let heard = Closure::<dyn Fn(DomEvent)>::new(move |event: DomEvent| act(room, &event));
    for event in ["click", "submit", "keydown", "input", "scroll"] {
        // Captured, since scrolling does not bubble.
        let _ = conversation.add_event_listener_with_callback_and_bool(
            event,
            heard.as_ref().unchecked_ref(),
            true,
        );
    }
    let looked = window_event_listener_untyped("visibilitychange", move |_| looked(room));
    let state = state();
    live::on_leave(move || {
        state.left.set(true);
        looked.remove();
        drop(heard);
    });
}

fn act(room: Room, event: &DomEvent) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    match event.type_().as_str() {
        "scroll" => scrolled(room),
        "keydown"
            if target
                .as_ref()
                .is_some_and(|target| target.tag_name() == "TEXTAREA") =>
        {
            composer::key(room, event.unchecked_ref());
        }
        "input" => {
            composer::changed(room);
            types(room);
        }
        "submit" => {
            event.prevent_default();
            composer::send(room);
        }
        "click" => {
            let Some(marked) = target.and_then(|target| target.closest("[data-act]").ok().flatten()) else {
                return;
            };
            event.prevent_default();
            let row = marked.closest("[data-pending]").ok().flatten();
            let id = row
                .and_then(|row| row.get_attribute("data-pending"))
                .unwrap_or_default();
            match marked.get_attribute("data-act").as_deref() {
                Some("older") => load_older(room),
                Some("newest") => to_newest(),
                Some("retry") => post::retry(&id),
                Some("discard") => discard(room, &id),
                _ => {}
            }
        }
        _ => {}
    }
}

/// What is not stored yet. What is stored already (its answer was lost, a page was loaded anew) is none of it.
fn show_pending(room: Room, entries: Vec<Entry>) {
    let me = room.me().id;
    let (stored, waiting): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| {
        room.timeline
            .with_untracked(|timeline| timeline.has(me, &entry.item.id))
    });
    room.pending.set(waiting);
    for entry in stored {
        if entry.stage != Stage::Sending {
            post::remove(&entry.item.id);
        }
    }
    frame(room);
}

/// What stands around the lines: the way to older ones, or that there is nothing yet.
fn frame(room: Room) {
    let (before, empty) = room
        .timeline
        .with_untracked(|timeline| (timeline.before(), timeline.is_empty()));
    show("empty", empty && room.pending.with_untracked(Vec::is_empty));
    show("older", before.is_some());
    if let (Some(link), Some(id)) = (part("older"), before) {
        let _ = link.set_attribute("href", &["?before=", &id.to_string()].concat());
    }
}

fn topic(room: Room) -> Topic {
    Topic::new("chat", room.name())
}

fn hear(room: Room, told: Told) {
    match told {
        Told::Events(events) => {
            let first = state().heard.borrow().is_empty();
            state()
                .heard
                .borrow_mut()
                .extend(events.iter().filter_map(posted));
            if first {
                set_timeout(move || draw(room), TOGETHER);
            }
        }
        Told::Signal(signal) => hear_typing(room, signal),
        Told::StartAgain => start_again(room),
        Told::Refused => show("refused", true),
        Told::Here(_) => {}
    }
}

fn posted(publication: &Publication) -> Option<Message> {
    let Event::Posted(message) = postcard::from_bytes(&publication.data).ok()?;
    Some(message)
}

/// Draws what was heard.
fn draw(room: Room) {
    let (me, state) = (room.me().id, state());
    let messages = state.heard.take();
    let away = document().hidden() || state.scrolled_up.get();
    let is_mine = |message: &&Message| message.author.id == me;
    let mine: Vec<String> = messages
        .iter()
        .filter(is_mine)
        .map(|message| message.client_id.clone())
        .collect();
    let others = (messages.len() - mine.len()) as u64;
    state
        .typing
        .borrow_mut()
        .retain(|(who, _)| !messages.iter().any(|message| message.author.id == who.id));
    hold_still(|| {
        room.timeline.update(|timeline| {
            if away && others > 0 {
                timeline.mark_read();
            }
            for message in messages {
                timeline.apply(Event::Posted(message));
            }
            if !state.scrolled_up.get() {
                timeline.trim();
            }
        });
        mine.iter().for_each(|id| post::remove(id));
    });
    frame(room);
    say_typing();
    if away {
        set_unseen(state.unseen.get() + others);
    }
}

/// Changes the end of the list without moving what is being read. (At the end, the layout follows by itself.)
fn hold_still(change: impl FnOnce()) {
    let log = part("log").filter(|_| state().scrolled_up.get());
    let before = log.as_ref().map(|log| log.scroll_height());
    change();
    if let (Some(log), Some(before)) = (log, before) {
        request_animation_frame(move || {
            log.set_scroll_top(log.scroll_top() - (log.scroll_height() - before));
        });
    }
}

/// The list was scrolled. Its offset is 0 at the end and negative above.
fn scrolled(room: Room) {
    let Some(log) = part("log") else { return };
    let up = log.scroll_top() <= -NEAR_END_PX;
    state().scrolled_up.set(up);
    if !up {
        seen();
    }
    let above = log.scroll_height() - log.client_height() + log.scroll_top();
    if above < NEAR_START_PX && up {
        load_older(room);
    }
}

/// Brings the newest into sight.
fn to_newest() {
    if let Some(log) = part("log") {
        log.set_scroll_top(0);
    }
    state().scrolled_up.set(false);
    seen();
}

/// The reader has sent something: they have read what is above it.
pub(super) fn sent(room: Room) {
    state().typed_at.set(0);
    room.timeline.update(|timeline| timeline.unmark());
    to_newest();
}

/// Takes a failed message back: into the box if that is empty, so that it can be mended.
fn discard(room: Room, id: &str) {
    let text = room.pending.with_untracked(|entries| {
        entries
            .iter()
            .find(|entry| entry.item.id == id)
            .map(|entry| entry.item.field("text").to_owned())
    });
    post::remove(id);
    if let (Some(text), Some(field)) = (text, composer::field())
        && field.value().is_empty()
    {
        field.set_value(&text);
        composer::changed(room);
        let _ = field.focus();
    }
}
