//! The palette: `/` or Ctrl/Cmd+K, a few letters, Enter.
//!
//! The server renders every entry, so the list is there at once; the island wakes when the palette is first opened and
//! narrows it. boot.js opens the dialog, follows its links and presses what an entry stands for (`data-press`).

use leptos::{ev::KeyboardEvent, prelude::*};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{i18n::words, slot, strings, ui::Icon, ui::icon};

strings! {
    /// What the palette says.
    struct PaletteWords {
        placeholder: "Jump to a page, a room or a command" / "跳转到页面、聊天室或命令",
        nothing: "Nothing of that name" / "没有匹配的项目",
        results: "Results" / "结果",
    }
}

/// The slot of the palette's entries.
pub(crate) const SLOT: &str = "palette";

/// One line of the palette.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is called in the language of the page.
    pub label: String,
    /// What it is called besides: its English name, its address.
    pub also: String,
    /// Which kind it is, set apart at the end of the line.
    pub kind: String,
    /// Where it leads; empty when it presses a button.
    pub href: String,
    /// The button it presses, as a selector; empty when it leads somewhere.
    pub press: String,
    /// Its keys: `g c`.
    pub keys: String,
}

/// How well `query` fits `entry`: less is better, `None` is not at all.
fn fit(entry: &Entry, query: &str) -> Option<usize> {
    let query = query.trim().to_ascii_lowercase();
    let of = |text: &str| {
        let text = text.to_ascii_lowercase();
        match text.find(&query) {
            Some(0) => Some(0),
            Some(at) if !text[..at].ends_with(|c: char| c.is_alphanumeric()) => Some(1),
            Some(_) => Some(2),
            None => scattered(&text, &query).then_some(3),
        }
    };
    match (
        of(&entry.label),
        of(&entry.also).filter(|rank| *rank < 3).map(|rank| rank + 1),
    ) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Whether the letters of `query` stand in `text` in that order: `gnl` in `general`.
fn scattered(text: &str, query: &str) -> bool {
    let mut letters = text.chars();
    query
        .chars()
        .filter(|c| *c != ' ')
        .all(|wanted| letters.any(|letter| letter == wanted))
}

/// The entries that fit, best first; those that fit alike keep their order.
fn find(entries: &[Entry], query: &str) -> Vec<usize> {
    let mut found: Vec<_> = entries
        .iter()
        .enumerate()
        .filter_map(|(i, entry)| Some((fit(entry, query)?, i)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, i)| i).collect()
}

fn option_id(i: usize) -> String {
    ["palette-", &i.to_string()].concat()
}

/// The field and the list under it.
#[island]
pub fn Palette() -> impl IntoView {
    let words = words::<PaletteWords>();
    let entries = StoredValue::new(slot::read::<Vec<Entry>>(SLOT).unwrap_or_default());
    let query = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let found = Memo::new(move |_| entries.with_value(|entries| find(entries, &query.read())));
    let active = move || found.read().get(chosen.get()).map(|i| option_id(*i));

    let typed = move |text: String| {
        query.set(text);
        chosen.set(0);
    };
    let keys = move |event: KeyboardEvent| {
        let last = found.read_untracked().len().saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|i| *i = if *i >= last { 0 } else { *i + 1 }),
            "ArrowUp" => chosen.update(|i| *i = i.checked_sub(1).unwrap_or(last)),
            "Enter" => {
                if let Some(id) = found
                    .read_untracked()
                    .get(chosen.get_untracked())
                    .map(|i| option_id(*i))
                {
                    press(&id);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };

    let rows = move || {
        found
            .get()
            .into_iter()
            .enumerate()
            .map(|(place, i)| row(entries, i, move || chosen.get() == place))
            .collect_view()
    };
    view! {
        <div class="ask">
            <Icon of=icon::SEARCH/>
            <input
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-autocomplete="list"
                aria-activedescendant=active
                aria-label=words.placeholder
                placeholder=words.placeholder
                autocomplete="off"
                spellcheck="false"
                autofocus
                on:input:target=move |event| typed(event.target().value())
                on:keydown=keys
            />
            <kbd>"Esc"</kbd>
        </div>
        <div id="palette-list" role="listbox" aria-label=words.results>{rows}</div>
        <p class="nothing" role="status"><span hidden=move || !found.read().is_empty()>{words.nothing}</span></p>
    }
}

fn row(
    entries: StoredValue<Vec<Entry>>,
    i: usize,
    chosen: impl Fn() -> bool + Send + 'static,
) -> impl IntoView {
    entries.with_value(|entries| {
        let entry = &entries[i];
        let href = if entry.href.is_empty() { "#" } else { &entry.href }.to_owned();
        let press = (!entry.press.is_empty()).then(|| entry.press.clone());
        view! {
            <a
                id=option_id(i)
                role="option"
                tabindex="-1"
                href=href
                data-press=press
                aria-selected=move || if chosen() { "true" } else { "false" }
            >
                <span>{entry.label.clone()}</span>
                <small>{entry.kind.clone()}</small>
                <kbd hidden=entry.keys.is_empty()>{entry.keys.clone()}</kbd>
            </a>
        }
    })
}

fn press(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.unchecked_into::<HtmlElement>().click();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(label: &str, also: &str) -> Entry {
        let empty = String::new;
        Entry {
            label: label.into(),
            also: also.into(),
            kind: empty(),
            href: empty(),
            press: empty(),
            keys: empty(),
        }
    }

    #[test]
    fn the_palette_finds_what_is_meant() {
        let entries = [
            entry("Home", "/"),
            entry("Chat", "/chat/general"),
            entry("general", "/chat/general"),
            entry("设置", "Settings /settings"),
            entry("Change to dark", "theme"),
        ];
        let cases: [(&str, &[usize]); 8] = [
            ("", &[0, 1, 2, 3, 4]),
            ("ch", &[1, 4, 2]),
            ("GENERAL", &[2, 1]),
            ("gnl", &[2]),
            ("设", &[3]),
            ("sett", &[3]),
            ("dark", &[4]),
            ("zzz", &[]),
        ];
        for (query, expected) in cases {
            assert_eq!(find(&entries, query), expected, "{query}");
        }
    }
}
