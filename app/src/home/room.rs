//! The tiles that follow the room `general`: what was said last, and who is here.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wire::{
    accounts::Person,
    chat::{Event, Message, Snapshot},
    topic::Topic,
};

use crate::{
    i18n::words,
    live::{self, Told},
    slot, strings,
    time::{Show, When},
    ui::{Avatar, PersonName},
};

strings! {
    /// What the live tiles say.
    struct TileWords {
        nothing: "Nothing has been said yet." / "还没有人说话。",
        say: "Say hello" / "打个招呼",
        you: "you" / "你",
        alone: "Only you, just now." / "目前只有你。",
    }
}

/// The room that everybody is in.
pub(super) const ROOM: &str = "general";
/// The slot of both tiles.
pub(super) const SLOT: &str = "home";
/// What fits a tile.
pub(super) const LATEST: usize = 5;
/// More people than this are a number.
const FACES: usize = 8;

/// What the tiles start with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Start {
    pub(super) me: i64,
    pub(super) snapshot: Snapshot,
    pub(super) here: Vec<Person>,
}

/// The latest messages, the newest first.
#[island]
pub fn LatestMessages() -> impl IntoView {
    slot::read::<Start>(SLOT).map(|start| latest(start.snapshot))
}

fn latest(snapshot: Snapshot) -> impl IntoView {
    let position = snapshot.position.clone();
    let snapshot = RwSignal::new(snapshot);
    Effect::new(move || {
        live::follow(Topic::new("chat", ROOM), Some(position.clone()), move |told| {
            if let Told::Events(events) = told {
                let posted = events
                    .iter()
                    .filter_map(|event| postcard::from_bytes(&event.data).ok());
                let posted: Vec<Event> = posted.collect();
                snapshot.update(|snapshot| posted.into_iter().for_each(|event| snapshot.apply(event)));
            }
        });
    });
    let latest = move || snapshot.with(|s| s.messages.iter().rev().take(LATEST).cloned().collect::<Vec<_>>());
    let words = words::<TileWords>();
    view! {
        <For each=latest key=|message| message.id children=|message| view! { <Line message/> }/>
        <div class="row" hidden=move || snapshot.with(|s| !s.messages.is_empty())>
            <span class="w quiet">{words.nothing}</span>
            <a class="btn" href="/chat/general">{words.say}</a>
        </div>
    }
}

#[component]
fn Line(message: Message) -> impl IntoView {
    let Message {
        author,
        html,
        sent_at,
        ..
    } = message;
    view! {
        <article class="row">
            <Avatar src=author.avatar.clone()/>
            <div class="w">
                <a class="top" href="/chat/general" data-row>
                    <PersonName person=author/>
                    <When at=sent_at show=Show::Clock class="num quiet small"/>
                </a>
                <div class="said cut" inner_html=html></div>
            </div>
        </article>
    }
}

/// Who has a page of this site open.
#[island]
pub fn HereNow() -> impl IntoView {
    slot::read::<Start>(SLOT).map(|start| faces(start.here, start.me))
}

fn faces(here: Vec<Person>, me: i64) -> impl IntoView {
    let people = RwSignal::new(ordered(here, me));
    Effect::new(move || {
        live::follow(Topic::new("chat", ROOM), None, move |told| {
            if let Told::Here(here) = told {
                people.set(ordered(here, me));
            }
        });
    });
    let faces = move || people.with(|people| people.iter().take(FACES).cloned().collect::<Vec<_>>());
    let more = move || people.with(|people| people.len().saturating_sub(FACES));
    let words = words::<TileWords>();
    view! {
        <ul class="faces">
            <For each=faces key=|person| person.id children=move |person| view! { <Face person me/> }/>
        </ul>
        <p class="quiet small num more" hidden=move || more() == 0>"+ "{more}</p>
        <p class="quiet small more" hidden=move || people.with(|people| people.iter().any(|person| person.id != me))>
            {words.alone}
        </p>
    }
}

#[component]
fn Face(person: Person, me: i64) -> impl IntoView {
    let mine =
        (person.id == me).then(|| view! { <span class="quiet small">{words::<TileWords>().you}</span> });
    view! {
        <li>
            <Avatar src=person.avatar.clone() small=true/>
            <PersonName person/>
            {mine}
        </li>
    }
}

/// Oneself first, then by name.
fn ordered(mut people: Vec<Person>, me: i64) -> Vec<Person> {
    people.sort_by(|a, b| (a.id != me, &a.name).cmp(&(b.id != me, &b.name)));
    people
}
