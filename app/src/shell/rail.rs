//! The rail: where one can go. A place is one line here; its page says which one it belongs to.

use leptos::prelude::*;

use super::words::ShellWords;
use crate::{
    i18n::words,
    ssr::RequestContext,
    ui::{Icon, icon},
};

/// A place of the rail.
pub(crate) struct Place {
    /// What [`crate::page::Page::under`] names.
    pub(crate) root: &'static str,
    /// Where it leads.
    pub(crate) href: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) word: fn(&ShellWords) -> &'static str,
    /// After `g`, the key that goes there.
    pub(crate) key: &'static str,
}

/// The places, in their order. On a phone the first five stand in the bottom bar.
pub(crate) const PLACES: [Place; 3] = [
    Place {
        root: "/",
        href: "/",
        icon: icon::HOME,
        word: |w| w.home,
        key: "h",
    },
    Place {
        root: "/chat",
        href: "/chat/general",
        icon: icon::CHAT,
        word: |w| w.chat,
        key: "c",
    },
    Place {
        root: "/echo",
        href: "/echo",
        icon: icon::ECHO,
        word: |w| w.echo,
        key: "e",
    },
];

pub(super) fn view(_request: &RequestContext, under: &'static str) -> impl IntoView + use<> {
    let words = words::<ShellWords>();
    let places = PLACES.iter().enumerate().map(|(i, place)| {
        let class = if i < 5 { "nav" } else { "nav more" };
        view! {
            <a
                class=class
                href=place.href
                title=(place.word)(words)
                data-root=place.root
                data-keys=["g ", place.key].concat()
                aria-current=(place.root == under).then_some("page")
            >
                <Icon of=place.icon/>
                <span>{(place.word)(words)}</span>
            </a>
        }
    });
    view! {
        <nav class="rail" id="rail" aria-label=words.main>
            <a class="brand" href="/">
                <Icon of=icon::BOAT/>
                <span>"Flotilla"</span>
            </a>
            {places.collect_view()}
        </nav>
    }
}
