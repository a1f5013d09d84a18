//! The palette: `/` or Ctrl/Cmd+K, a few letters, Enter.
//!
//! The server writes every entry into the page; boot.js opens the dialog, narrows the list by label and `data-also`, and
//! presses what an entry stands for (`data-press`). So it is there on every page, also where no WASM is.

use leptos::prelude::*;
use wire::accounts::Role;

use super::{rail::PLACES, words::ShellWords};
use crate::{
    i18n::{Locale, Words, words},
    ssr::RequestContext,
    strings,
    ui::{Icon, icon},
};

strings! {
    /// What the palette says.
    struct PaletteWords {
        placeholder: "Jump to a page, room or command" / "跳转到页面、聊天室或命令",
        nothing: "Nothing of that name" / "没有匹配的项目",
        results: "Results" / "结果",
        page: "page" / "页面",
        room: "room" / "聊天室",
        command: "command" / "命令",
        to_light: "Light theme" / "浅色主题",
        to_dark: "Dark theme" / "深色主题",
        to_system: "Theme as the system" / "主题跟随系统",
    }
}

/// One line of the palette.
struct Entry {
    label: &'static str,
    /// What it is called besides: its English name.
    also: &'static str,
    does: Does,
    /// Its keys: `g c`.
    keys: String,
}

enum Does {
    /// Leads to a page.
    Go(&'static str),
    /// Leads to a room.
    Enter(&'static str),
    /// Presses a button, by its selector.
    Press(String),
}

pub(super) fn view(request: &RequestContext) -> impl IntoView + use<> {
    let words = words::<PaletteWords>();
    let rows: Vec<_> = entries(request)
        .into_iter()
        .enumerate()
        .map(|(i, entry)| row(i, entry, words))
        .collect();
    view! {
        <dialog id="palette" class="palette" aria-label=words.placeholder>
            <div class="ask">
                <Icon of=icon::SEARCH/>
                <input
                    type="text"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-autocomplete="list"
                    aria-label=words.placeholder
                    placeholder=words.placeholder
                    autocomplete="off"
                    spellcheck="false"
                    autofocus
                />
                <kbd class="wide">"Esc"</kbd>
            </div>
            <div id="palette-list" role="listbox" aria-label=words.results>{rows}</div>
            <p class="nothing" role="status" hidden data-words=words.nothing></p>
        </dialog>
    }
}

fn row(i: usize, entry: Entry, words: &'static PaletteWords) -> impl IntoView {
    let (href, press, kind) = match entry.does {
        Does::Go(href) => (href, None, words.page),
        Does::Enter(href) => (href, None, words.room),
        Does::Press(selector) => ("#", Some(selector), words.command),
    };
    let keys = (!entry.keys.is_empty()).then(|| view! { <kbd>{entry.keys}</kbd> });
    view! {
        <a id=["palette-", &i.to_string()].concat() role="option" tabindex="-1" href=href data-press=press data-also=entry.also aria-selected="false">
            <span>{entry.label}</span>
            <small>{kind}</small>
            {keys}
        </a>
    }
}

/// All that the palette offers to this caller.
fn entries(request: &RequestContext) -> Vec<Entry> {
    let (shell, english) = (words::<ShellWords>(), ShellWords::of(Locale::En));
    let go = |label, also, href| Entry {
        label,
        also,
        does: Does::Go(href),
        keys: String::new(),
    };
    let mut all: Vec<Entry> = PLACES
        .iter()
        .map(|place| Entry {
            keys: ["g ", place.key].concat(),
            ..go((place.word)(shell), (place.word)(english), place.href)
        })
        .collect();
    // The one room there is; others come with the rooms' own list.
    all.push(Entry {
        does: Does::Enter("/chat/general"),
        ..go("# general", "general", "")
    });
    match request.caller.person().map(|person| person.role) {
        Ok(Role::Admin) => {
            all.push(go(shell.settings, english.settings, "/settings"));
            all.push(go(shell.admin, english.admin, "/admin"));
        }
        Ok(Role::Member) => all.push(go(shell.settings, english.settings, "/settings")),
        Ok(Role::Guest) => {}
        Err(_) => all.push(go(shell.sign_in, english.sign_in, "/login")),
    }
    all.extend(commands(request.locale));
    all
}

fn commands(locale: Locale) -> Vec<Entry> {
    let (shell, english) = (words::<ShellWords>(), ShellWords::of(Locale::En));
    let (words, plain) = (words::<PaletteWords>(), PaletteWords::of(Locale::En));
    let press = |label, also, selector: &[&str]| Entry {
        label,
        also,
        does: Does::Press(selector.concat()),
        keys: String::new(),
    };
    let themes = [
        (words.to_light, plain.to_light, "light"),
        (words.to_dark, plain.to_dark, "dark"),
        (words.to_system, plain.to_system, "system"),
    ];
    let themes = themes.map(|(label, also, code)| {
        press(
            label,
            also,
            &["button[name=theme][aria-pressed][value=", code, "]"],
        )
    });
    let languages = Locale::ALL.into_iter().filter(|other| *other != locale);
    let languages = languages.map(|other| {
        press(
            other.name(),
            other.code(),
            &["button[name=language][value=", other.code(), "]"],
        )
    });
    let map = Entry {
        keys: "?".to_owned(),
        ..press(shell.keys, english.keys, &["button[data-open=keys]"])
    };
    themes.into_iter().chain(languages).chain([map]).collect()
}
