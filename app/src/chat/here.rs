//! Who is here: everybody with the room's page open, a person once however many tabs.

use leptos::prelude::*;
use wire::{accounts::Person, topic::Topic};

use super::words::HereWords;
use crate::{
    i18n::words,
    live::{self, Told},
    slot,
    ui::{Avatar, PersonName, effect},
};

/// The slot's name.
pub(super) const SLOT: &str = "chat-here";

/// The room, who asks, and who was there when the page was made.
pub(super) type Start = (String, i64, Vec<Person>);

/// Everybody who is here, by name, the reader first.
#[island]
pub fn Here() -> impl IntoView {
    let (people, me) = present();
    view! {
        <ul class="present">
            <For each=move || people.get() key=|person| person.id children=move |person| view! { <Present person me/> }/>
        </ul>
    }
}

/// How many are here, in the top bar.
#[island]
pub fn HereCount() -> impl IntoView {
    let (people, _) = present();
    let words = words::<HereWords>();
    let count = move || words.here(people.with(Vec::len) as u64);
    view! { <span class="quiet small num here-count">{count}</span> }
}

#[component]
fn Present(person: Person, me: i64) -> impl IntoView {
    let mine = person.id == me;
    view! {
        <li>
            <Avatar src=person.avatar.clone() small=true/>
            <PersonName person/>
            {mine.then(|| view! { <span class="quiet small">{words::<HereWords>().you}</span> })}
        </li>
    }
}

/// Who is here, kept live.
fn present() -> (RwSignal<Vec<Person>>, i64) {
    let (room, me, here) = slot::read::<Start>(SLOT).unwrap_or_default();
    let people = RwSignal::new(ordered(here, me));
    effect(move || {
        live::follow(Topic::new("chat", &room), None, move |told| {
            if let Told::Here(here) = told {
                people.set(ordered(here, me));
            }
        });
    });
    (people, me)
}

/// By name, the reader first. (Insertion: the standard sort is 2 kB of WASM, and a room is no crowd.)
fn ordered(here: Vec<Person>, me: i64) -> Vec<Person> {
    let rank = |person: &Person| (person.id != me, person.name.clone());
    here.into_iter()
        .fold(Vec::new(), |mut people: Vec<Person>, person| {
            let at = people.partition_point(|other| rank(other) < rank(&person));
            people.insert(at, person);
            people
        })
}
