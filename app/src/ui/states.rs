//! The states of a view that is not content: loading, empty, failed, stale.

use leptos::prelude::*;

use super::{Icon, Tone};

/// Nothing to show: a sentence and the one next action. Also what a failure shows, with "Try again".
#[component]
pub fn Empty(
    /// A picture above.
    icon: &'static str,
    /// What there is not, in a few words.
    #[prop(into)]
    title: String,
    /// Why, and what to do.
    #[prop(optional, into)]
    why: String,
    /// Where the next action leads.
    #[prop(optional, into)]
    href: String,
    /// What the next action is called.
    #[prop(optional, into)]
    act: String,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="mark"><Icon of=icon/></span>
            <h2>{title}</h2>
            {(!why.is_empty()).then(|| view! { <p>{why}</p> })}
            {(!href.is_empty()).then(|| view! { <a class="btn primary" href=href>{act}</a> })}
        </div>
    }
}

/// Rows in the shape of what is loading, so that nothing jumps when it comes.
#[component]
pub fn Skeleton(
    /// How many rows.
    #[prop(default = 3)]
    rows: usize,
) -> impl IntoView {
    let rows = (0..rows).map(|_| view! { <div class="row"><i class="disc"></i><i class="line"></i></div> });
    view! { <div class="skeleton" aria-hidden="true">{rows.collect_view()}</div> }
}

/// A line across a view: stale ("as of 16:02"), offline, a limit reached.
#[component]
pub fn Banner(
    /// What it means.
    #[prop(optional)]
    tone: Tone,
    /// What it says.
    children: Children,
) -> impl IntoView {
    let class = ["banner ", tone.class()].concat();
    view! { <p class=class role="status">{children()}</p> }
}
