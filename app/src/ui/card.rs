//! Cards and chips.

use leptos::prelude::*;

use super::Icon;

/// A titled box; on the home page, a tile that leads to its page.
#[component]
pub fn Card(
    /// Its heading.
    #[prop(into)]
    title: String,
    /// A picture before the heading.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Where "more" leads, and what it says.
    #[prop(optional, into)]
    link: Option<(String, String)>,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    let class = ["card ", class].concat();
    view! {
        <section class=class>
            <header>
                {icon.map(|of| view! { <Icon of=of/> })}
                <h2>{title}</h2>
                {link.map(|(href, text)| view! { <a class="small" href=href>{text}</a> })}
            </header>
            {children()}
        </section>
    }
}

/// What a chip or a banner means. Never by colour alone: the words say it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// Worth a look.
    Warn,
    /// Wrong.
    Bad,
    /// Marked.
    Amber,
}

impl Tone {
    /// Its class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Amber => "amber",
        }
    }
}

/// A word or two, set apart.
#[component]
pub fn Chip(
    /// What it says.
    #[prop(into)]
    text: String,
    /// What it means.
    #[prop(optional)]
    tone: Tone,
) -> impl IntoView {
    let class = ["chip ", tone.class()].concat();
    view! { <span class=class>{text}</span> }
}
