//! Who is here: everybody with the room's page open, a person once however many tabs.

use leptos::prelude::*;
use wire::{accounts::Person, topic::Topic};

use super::words::HereWords;
use crate::{
    i18n::words,
    live::{self, Told},
    slot,
    ui::{Avatar, PersonName, Skeleton},
};

/// The slot with what [`Here`] and [`HereCount`] need to know: the room, and who asks.
pub(super) const SLOT: &str = "chat-here";

/// Everybody who is here, by name.
#[island]
pub fn Here() -> impl IntoView {
    let (people, me) = present();
    let rows = move || people.get().unwrap_or_default();
    view! {
        <ul class="present">
            <For each=rows key=|person| person.id children=move |person| view! { <Present person me/> }/>
        </ul>
        {move || people.with(Option::is_none).then(|| view! { <Skeleton rows=2/> })}
    }
}

/// How many are here, in the top bar.
#[island]
pub fn HereCount() -> impl IntoView {
    let (people, _) = present();
    let words = words::<HereWords>();
    let count = move || people.with(|people| people.as_ref().map(|people| words.here(people.len() as u64)));
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

/// Who is here, kept live; `None` until the first answer.
fn present() -> (RwSignal<Option<Vec<Person>>>, i64) {
    let people = RwSignal::new(None);
    let (room, me) = slot::read::<(String, i64)>(SLOT).unwrap_or_default();
    Effect::new(move || {
        live::follow(Topic::new("chat", &room), None, move |told| {
            if let Told::Here(mut here) = told {
                here.sort_by(|a, b| (a.id != me, &a.name).cmp(&(b.id != me, &b.name)));
                people.set(Some(here));
            }
        });
    });
    (people, me)
}
