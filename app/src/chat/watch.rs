//! Keeps a room live in the browser: events in, scrolling, older pages, typing, what is unseen.

use std::{rc::Rc, time::Duration};

use leptos::{ev, prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;
use wire::{
    accounts::Person,
    chat::{Event, Message, Page, Signal, Snapshot},
    live::compact::Publication,
    time::Time,
    topic::Topic,
};

use super::{
    composer::scope,
    room::{Older, Room},
    start::Zone,
};
use crate::{
    form,
    live::{self, Entry, News, Stage, Status, Told, post},
    slot,
    time::Offset,
};

/// How long "… is typing" stands, and how often it is said again.
const TYPING_MS: u64 = 6_000;
const TYPING_EVERY_MS: u64 = 3_000;
/// Events that come together are drawn together: five hundred at once are one change of the page.
const TOGETHER: Duration = Duration::from_millis(16);
/// The wait before asking again for a snapshot that could not be had.
const AGAIN: Duration = Duration::from_secs(3);
/// This near to the end, one is at the end.
const NEAR_END_PX: i32 = 48;
/// This near to the beginning, older ones are loaded.
const NEAR_START_PX: i32 = 400;

/// Wakes the room.
pub(super) fn start(room: Room) {
    let (position, me) = room
        .start
        .with_value(|start| (start.snapshot.position.clone(), start.me.id));
    let now = Time(i64::try_from(live::now()).unwrap_or_default() * 1_000);
    if room.start.with_value(|start| start.offset) != Offset::at(now) {
        room.zone.set(Zone::Here);
    }
    post::open(me);
    post::watch(&scope(room), move |entries| show_pending(room, entries));
    live::watch(move |news| {
        if let News::Status(status) = news {
            room.offline
                .set(matches!(status, Status::Reconnecting | Status::Offline { .. }));
        }
    });
    let follower = live::follow(topic(room), Some(position), move |told| hear(room, told));
    room.follower.set_value(follower);
    watch_title(room);
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
}

fn topic(room: Room) -> Topic {
    Topic::new("chat", room.name())
}

fn hear(room: Room, told: Told) {
    match told {
        Told::Events(events) => {
            let messages = events.iter().filter_map(posted);
            let first = room.heard.with_value(Vec::is_empty);
            room.heard.update_value(|heard| heard.extend(messages));
            if first {
                set_timeout(move || draw(room), TOGETHER);
            }
        }
        Told::Signal(signal) => hear_typing(room, signal),
        Told::StartAgain => start_again(room),
        Told::Refused => room.refused.set(true),
        Told::Here(_) => {}
    }
}

fn posted(publication: &Publication) -> Option<Message> {
    let Event::Posted(message) = postcard::from_bytes(&publication.data).ok()?;
    Some(message)
}

/// Draws what was heard.
fn draw(room: Room) {
    let me = room.me().id;
    let messages = room.heard.try_update_value(std::mem::take).unwrap_or_default();
    let away = document().hidden() || !room.follows.get_untracked();
    let others = messages.iter().filter(|message| message.author.id != me).count() as u64;
    let mine: Vec<String> = messages
        .iter()
        .filter(|m| m.author.id == me)
        .map(|m| m.client_id.clone())
        .collect();
    room.typing
        .update(|typing| typing.retain(|(who, _)| !messages.iter().any(|m| m.author.id == who.id)));
    hold_still(room, || {
        room.timeline.update(|timeline| {
            if away && others > 0 {
                timeline.mark_read();
            }
            for message in messages {
                timeline.apply(Event::Posted(message));
            }
            if !away {
                timeline.trim();
            }
        });
        mine.iter().for_each(|id| post::remove(id));
    });
    if away {
        room.unseen.update(|unseen| *unseen += others);
    }
}

/// Changes the end of the list without moving what is being read. (At the end, the layout follows by itself.)
fn hold_still(room: Room, change: impl FnOnce()) {
    let log = room.log.get_untracked().filter(|_| !room.follows.get_untracked());
    let before = log.as_ref().map(|log| log.scroll_height());
    change();
    if let (Some(log), Some(before)) = (log, before) {
        request_animation_frame(move || {
            log.set_scroll_top(log.scroll_top() - (log.scroll_height() - before))
        });
    }
}

fn start_again(room: Room) {
    spawn_local(async move {
        match fetch::<Snapshot>("/fn/chat/snapshot", &[("room", &room.name())]).await {
            Some(snapshot) => {
                let position = snapshot.position.clone();
                room.timeline.update(|timeline| timeline.renew(snapshot));
                live::renew(room.follower.get_value(), &position);
                post::changed();
            }
            None => set_timeout(move || start_again(room), AGAIN),
        }
    });
}

async fn fetch<T: DeserializeOwned>(action: &str, fields: &[(&str, &str)]) -> Option<T> {
    slot::decode(&form::post(action, fields).await.ok()?.body)
}

/// Loads the page of messages before those that are there.
pub(super) fn load_older(room: Room) {
    let Some(before) = room.timeline.with_untracked(|timeline| timeline.before()) else {
        return;
    };
    if room.older.get_untracked() == Older::Loading {
        return;
    }
    room.older.set(Older::Loading);
    spawn_local(async move {
        let fields = [("room", &*room.name()), ("before", &*before.to_string())];
        match fetch::<Page>("/fn/chat/older", &fields).await {
            Some(page) => {
                room.timeline.update(|timeline| timeline.prepend(page));
                room.older.set(Older::Still);
            }
            None => room.older.set(Older::Failed),
        }
    });
}

/// The list was scrolled. Its offset is 0 at the end and negative above.
pub(super) fn scrolled(room: Room) {
    let Some(log) = room.log.get_untracked() else {
        return;
    };
    let follows = log.scroll_top() > -NEAR_END_PX;
    if follows != room.follows.get_untracked() {
        room.follows.set(follows);
    }
    if follows {
        seen(room);
    }
    let above = log.scroll_height() - log.client_height() + log.scroll_top();
    if above < NEAR_START_PX && !follows && room.older.get_untracked() == Older::Still {
        load_older(room);
    }
}

/// Brings the newest into sight.
pub(super) fn to_newest(room: Room) {
    if let Some(log) = room.log.get_untracked() {
        log.set_scroll_top(0);
    }
    room.follows.set(true);
    seen(room);
}

/// The reader has sent something: they have read what is above it.
pub(super) fn sent(room: Room) {
    room.typed_at.set_value(0);
    room.timeline.update(|timeline| timeline.unmark());
    to_newest(room);
}

/// Takes a failed message back: into the composer if that is empty, so that it can be mended.
pub(super) fn discard(room: Room, id: &str) {
    let text = room.pending.with_untracked(|entries| {
        entries
            .iter()
            .find(|entry| entry.item.id == id)
            .map(|entry| entry.item.field("text").to_owned())
    });
    post::remove(id);
    if let (Some(text), Some(field)) = (text, room.field.get_untracked())
        && field.value().is_empty()
    {
        field.set_value(&text);
        let _ = field.focus();
    }
}

/// The reader types: the others are told, now and then.
pub(super) fn types(room: Room) {
    let now = live::now();
    let due = now >= room.typed_at.get_value() + TYPING_EVERY_MS;
    if due && let Ok(data) = postcard::to_allocvec(&Signal::Typing) {
        room.typed_at.set_value(now);
        live::publish(topic(room), data);
    }
}

fn hear_typing(room: Room, signal: Publication) {
    let (Some(who), Ok(Signal::Typing)) = (signal.from, postcard::from_bytes(&signal.data)) else {
        return;
    };
    if who.id == room.start.with_value(|start| start.me.id) {
        return;
    }
    let until = live::now() + TYPING_MS;
    room.typing.update(|typing: &mut Vec<(Person, u64)>| {
        typing.retain(|(known, _)| known.id != who.id);
        typing.push((who, until));
    });
    set_timeout(
        move || {
            let now = live::now();
            room.typing
                .update(|typing| typing.retain(|(_, until)| *until > now));
        },
        Duration::from_millis(TYPING_MS),
    );
}

/// Everything that has come is in sight.
fn seen(room: Room) {
    if !document().hidden() && room.unseen.get_untracked() > 0 {
        room.unseen.set(0);
    }
}

/// The title says how much is unseen while the page is not looked at.
fn watch_title(room: Room) {
    let title: Rc<str> = document().title().into();
    let shown = title.clone();
    Effect::new(move || {
        let unseen = room.unseen.get();
        let badge = if unseen > 0 {
            ["(", &unseen.to_string(), ") "].concat()
        } else {
            String::new()
        };
        document().set_title(&[&badge, &*shown].concat());
    });
    let listener = window_event_listener(ev::visibilitychange, move |_| looked(room));
    live::on_leave(move || listener.remove());
}

/// The page is looked at again, or no longer.
fn looked(room: Room) {
    if !room.follows.get_untracked() {
        return;
    }
    if document().hidden() {
        room.timeline.update(|timeline| timeline.unmark());
    } else {
        seen(room);
    }
}
