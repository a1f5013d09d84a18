//! People, as others see them.

use leptos::prelude::*;
use wire::accounts::{Person, Role};

use crate::{i18n::words, strings};

strings! {
    /// What is said of a person.
    struct PersonWords {
        guest: "guest" / "访客",
    }
}

/// A person's picture. It stands beside the name, so screen readers skip it.
#[component]
pub fn Avatar(
    /// `/avatar/{hash}`
    src: String,
    /// 22 px instead of 36.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let (class, side) = if small {
        ("avatar s", "22")
    } else {
        ("avatar", "36")
    };
    view! { <img class=class src=src alt="" width=side height=side loading="lazy" decoding="async"/> }
}

/// A person's name, with the mark of a guest.
#[component]
pub fn PersonName(
    /// Whose.
    person: Person,
) -> impl IntoView {
    let guest = person.role == Role::Guest;
    view! {
        <b class="name">{person.name}</b>
        {guest.then(|| view! { <span class="chip">{words::<PersonWords>().guest}</span> })}
    }
}
