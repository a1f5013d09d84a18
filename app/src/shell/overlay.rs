//! What lies over the page: the way past the rail, the keyboard map, the palette, the toasts.

use leptos::prelude::*;
use wire::accounts::Role;

use super::{
    palette::{Entry, Palette, SLOT},
    rail::PLACES,
    words::{KeyWords, ShellWords},
};
use crate::{
    i18n::{Locale, Words, words},
    slot::slot,
    ssr::RequestContext,
};

/// The first thing the Tab key reaches.
pub(super) fn skip_link() -> impl IntoView {
    view! { <a class="skip" href="#main">{words::<ShellWords>().skip}</a> }
}

pub(super) fn view(request: &RequestContext) -> impl IntoView + use<> {
    let shell = words::<ShellWords>();
    view! {
        {keys()}
        {slot(SLOT, entries(request))}
        <dialog id="palette" class="palette" aria-label=shell.find data-wake="use"><Palette/></dialog>
        <p id="announce" class="unseen" role="status"></p>
        <div class="toasts" role="region" aria-label=shell.notices>
            <div id="toasts" role="status"></div>
            <div id="alerts" role="alert"></div>
        </div>
    }
}

/// All that the palette offers to this caller.
fn entries(request: &RequestContext) -> Vec<Entry> {
    let (shell, english) = (words::<ShellWords>(), ShellWords::of(Locale::En));
    let to = |label: &str, also: &str, href: &str, keys: String| Entry {
        label: label.to_owned(),
        also: also.to_owned(),
        kind: shell.page.to_owned(),
        href: href.to_owned(),
        press: String::new(),
        keys,
    };
    let act = |label: &str, also: &str, press: &str, keys: &str| Entry {
        label: label.to_owned(),
        also: also.to_owned(),
        kind: shell.command.to_owned(),
        href: String::new(),
        press: press.to_owned(),
        keys: keys.to_owned(),
    };
    let mut all: Vec<Entry> = PLACES
        .iter()
        .map(|place| {
            to(
                (place.word)(shell),
                (place.word)(english),
                place.href,
                ["g ", place.key].concat(),
            )
        })
        .collect();
    match request.caller.person() {
        Ok(person) if person.role > Role::Guest => {
            all.push(to(shell.settings, english.settings, "/settings", String::new()))
        }
        Ok(_) => {}
        Err(_) => all.push(to(shell.sign_in, english.sign_in, "/login", String::new())),
    }
    if request
        .caller
        .person()
        .is_ok_and(|person| person.role == Role::Admin)
    {
        all.push(to(shell.admin, english.admin, "/admin", String::new()));
    }
    for (word, also, code) in [
        (shell.to_light, english.to_light, "light"),
        (shell.to_dark, english.to_dark, "dark"),
        (shell.to_system, english.to_system, "system"),
    ] {
        all.push(act(
            word,
            also,
            &["button[name=theme][value=", code, "]"].concat(),
            "",
        ));
    }
    for locale in Locale::ALL.into_iter().filter(|locale| *locale != request.locale) {
        all.push(act(
            locale.name(),
            locale.code(),
            &["button[name=language][value=", locale.code(), "]"].concat(),
            "",
        ));
    }
    all.push(act(shell.keys, english.keys, "button[data-open=keys]", "?"));
    all
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
