//! The top bar: the page's title, the way to everything (the palette), the connection, the theme and the person.

use leptos::{prelude::*, server_fn::ServerFn};
use wire::accounts::Role;

use super::words::ShellWords;
use crate::{
    i18n::{Locale, words},
    live::status::ConnectionState,
    prefer::Prefer,
    ssr::{RequestContext, Theme},
    ui::{Avatar, Icon, icon},
};

type Extra = Option<Box<dyn FnOnce() -> AnyView + Send>>;

pub(super) fn view(request: &RequestContext, title: String, extra: Extra) -> impl IntoView + use<> {
    let words = words::<ShellWords>();
    view! {
        <header class="bar">
            <div class="here">
                <h1 tabindex="-1">{title}</h1>
                {extra.map(|extra| extra())}
            </div>
            <button class="find" type="button" data-open="palette" data-keys="/" aria-keyshortcuts="Control+K /" aria-label=words.find>
                <Icon of=icon::SEARCH/>
                <span>{words.find}</span>
                <kbd>"Ctrl K"</kbd>
            </button>
            {request.caller.person().is_ok().then(|| view! { <ConnectionState/> })}
            {theme_switch(request, words)}
            <div id="person">{person(request, words)}</div>
        </header>
    }
}

/// A plain form, so that it works without WASM; boot.js sets the cookie itself and spares the reload.
fn theme_switch(request: &RequestContext, words: &'static ShellWords) -> impl IntoView + use<> {
    let next = if request.theme == Theme::Dark {
        Theme::Light
    } else {
        Theme::Dark
    };
    view! {
        <form class="wide" method="post" action=Prefer::PATH data-theme-switch>
            <button class="btn bare" name="theme" value=next.code() aria-label=words.theme title=words.theme data-keys="t">
                <span class="if-light"><Icon of=icon::MOON/></span>
                <span class="if-dark"><Icon of=icon::SUN/></span>
            </button>
        </form>
    }
}

fn person(request: &RequestContext, words: &'static ShellWords) -> AnyView {
    let menu = menu(request, words);
    match request.caller.person() {
        Ok(person) => {
            let (name, avatar) = (person.name.clone(), person.avatar.clone());
            view! {
                <details class="menu">
                    <summary class="btn bare" aria-label=name.clone()>
                        <Avatar src=avatar/>
                    </summary>
                    <div class="sheet">
                        <p class="who"><b>{name}</b></p>
                        {menu}
                    </div>
                </details>
            }
            .into_any()
        }
        Err(_) => view! {
            <details class="menu">
                <summary class="btn bare" aria-label=words.menu title=words.menu><Icon of=icon::GLOBE/></summary>
                <div class="sheet">{menu}</div>
            </details>
            <a class="btn primary" href=crate::error::sign_in_href(request)>{words.sign_in}</a>
        }
        .into_any(),
    }
}

fn menu(request: &RequestContext, words: &'static ShellWords) -> impl IntoView + use<> {
    let role = request.caller.person().ok().map(|person| person.role);
    let own = role.filter(|role| *role != Role::Guest).map(|_| {
        view! { <a class="item" href="/settings"><Icon of=icon::SETTINGS/>{words.settings}</a> }
    });
    let admin = role.filter(|role| *role == Role::Admin).map(|_| {
        view! { <a class="item" href="/admin"><Icon of=icon::PEOPLE/>{words.admin}</a> }
    });
    let leave = role.map(|_| {
        view! {
            <form method="post" action="/fn/accounts/sign_out">
                <input type="hidden" name="next" value="/"/>
                <button class="item"><Icon of=icon::LEAVE/>{words.sign_out}</button>
            </form>
        }
    });
    view! {
        {own}
        {admin}
        {choices(request, words)}
        <button class="item" type="button" data-open="keys"><Icon of=icon::KEYBOARD/>{words.keys}<kbd>"?"</kbd></button>
        {leave}
    }
}

/// Theme and language, each a row of buttons of one form.
fn choices(request: &RequestContext, words: &'static ShellWords) -> impl IntoView + use<> {
    let (theme, locale) = (request.theme, request.locale);
    let themes = [
        (Theme::Light, words.light, icon::SUN),
        (Theme::Dark, words.dark, icon::MOON),
        (Theme::System, words.system, icon::SCREEN),
    ];
    let themes = themes.map(|(choice, word, of)| {
        let chosen = if choice == theme { "true" } else { "false" };
        view! {
            <button name="theme" value=choice.code() aria-pressed=chosen title=word aria-label=word><Icon of=of/></button>
        }
    });
    let languages = Locale::ALL.map(|choice| {
        let chosen = if choice == locale { "true" } else { "false" };
        view! { <button name="language" value=choice.code() aria-pressed=chosen lang=choice.tag()>{choice.name()}</button> }
    });
    view! {
        <form class="choice" method="post" action=Prefer::PATH data-theme-switch>
            <span id="choose-theme">{words.theme}</span>
            <div class="segments" role="group" aria-labelledby="choose-theme">{themes.into_iter().collect_view()}</div>
        </form>
        <form class="choice" method="post" action=Prefer::PATH>
            <span id="choose-language">{words.language}</span>
            <div class="segments" role="group" aria-labelledby="choose-language">{languages.into_iter().collect_view()}</div>
        </form>
    }
}
