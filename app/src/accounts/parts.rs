//! What the pages of the accounts share.

use leptos::prelude::*;
use wire::accounts::{Person, Role};

use super::words::EntryWords;
use crate::{
    functions::local,
    i18n::words,
    ssr::RequestContext,
    ui::{Empty, icon},
};

/// The account that is signed in. A guest, and everybody's `anonymous`, may still sign in.
pub(super) fn account_of(request: &RequestContext) -> Option<Person> {
    let person = request.caller.member().ok().filter(|_| !request.caller.is_open());
    person.cloned()
}

/// Where the request wants to lead: a path on this site only, and not where one comes in.
pub(super) fn next_of(request: &RequestContext) -> Option<String> {
    let entries = ["/login", "/register"];
    let onward =
        |next: &String| local(next).is_some() && !entries.iter().any(|entry| next.starts_with(entry));
    request.query("next").filter(onward)
}

/// A page that leads on to the same place.
pub(super) fn with_next(path: &str, next: Option<&str>) -> String {
    let Some(next) = next else { return path.to_owned() };
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{path}?next={next}")
}

/// The frame of a form that lets one in.
#[component]
pub(super) fn Entry(
    /// A sentence above the form.
    why: &'static str,
    /// The other way in: what it asks, where it leads, what it is called.
    other: (&'static str, String, &'static str),
    /// The form.
    children: Children,
) -> impl IntoView {
    let (ask, href, act) = other;
    view! {
        <div class="entry">
            <div class="card stack">
                <p class="why">{why}</p>
                {children()}
            </div>
            <p class="other">{ask}" "<a href=href>{act}</a></p>
        </div>
    }
}

/// What stands in place of a form that is not needed.
#[component]
pub(super) fn Already(
    /// Who is signed in.
    name: String,
) -> impl IntoView {
    let words = words::<EntryWords>();
    view! { <Empty icon=icon::ANCHOR title=words.already why=words.already_as(&name) href="/" act=words.home/> }
}

/// The role's place in a list of words.
pub(super) fn role_code(role: Role) -> &'static str {
    match role {
        Role::Guest => "guest",
        Role::Member => "member",
        Role::Admin => "admin",
    }
}
