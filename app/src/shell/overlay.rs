//! What lies over the page: the way past the rail, the keyboard map, the palette, the toasts.

use leptos::prelude::*;

use super::{
    palette,
    rail::PLACES,
    words::{KeyWords, ShellWords},
};
use crate::{i18n::words, ssr::RequestContext};

/// The first thing the Tab key reaches.
pub(super) fn skip_link() -> impl IntoView {
    view! { <a class="skip" href="#main">{words::<ShellWords>().skip}</a> }
}

pub(super) fn view(request: &RequestContext) -> impl IntoView + use<> {
    let shell = words::<ShellWords>();
    view! {
        {keys()}
        {palette::view(request)}
        <p id="announce" class="unseen" role="status"></p>
        <div class="toasts" role="region" aria-label=shell.notices>
            <div id="toasts" role="status"></div>
            <div id="alerts" role="alert" data-broken=shell.broken data-reload=shell.reload></div>
        </div>
    }
}

/// The keyboard map, opened by `?`.
fn keys() -> impl IntoView {
    let (shell, words) = (words::<ShellWords>(), words::<KeyWords>());
    let places = PLACES
        .iter()
        .map(|place| (["g ", place.key].concat(), (place.word)(shell)));
    let acts = [
        ("/", words.find),
        ("Ctrl+K", words.find),
        ("n", words.new),
        ("j", words.next),
        ("k", words.previous),
        ("t", words.theme),
        ("?", words.help),
        ("Esc", words.back),
    ];
    let acts = acts.into_iter().map(|(keys, word)| (keys.to_owned(), word));
    view! {
        <dialog id="keys" class="sheet keys" aria-labelledby="keys-title">
            <header>
                <h2 id="keys-title">{words.title}</h2>
                <form method="dialog"><button class="btn bare">{shell.close}</button></form>
            </header>
            <div class="columns">
                <section><h3>{words.go}</h3>{list(places.collect())}</section>
                <section><h3>{words.act}</h3>{list(acts.collect())}</section>
            </div>
        </dialog>
    }
}

fn list(keys: Vec<(String, &'static str)>) -> impl IntoView {
    let rows = keys.into_iter().map(|(keys, word)| {
        let caps = keys
            .split([' ', '+'])
            .map(|key| view! { <kbd>{key.to_owned()}</kbd> })
            .collect_view();
        view! { <div><dt>{caps}</dt><dd>{word}</dd></div> }
    });
    view! { <dl>{rows.collect_view()}</dl> }
}
