//! The connection, as a person sees it in the top bar: a quiet dot while all is well, words when it is not.

use leptos::prelude::*;
use wire::time::Time;

use super::{News, Status, post, watch_always};
use crate::{
    i18n::{locale, words},
    strings,
    time::{Offset, Show, text},
    ui::{effect, toast},
};

strings! {
    /// What is said of the connection.
    struct LiveWords {
        connecting: "Connecting…" / "正在连接…",
        live: "Live" / "实时",
        reconnecting: "Reconnecting…" / "正在重新连接…",
        offline(time): "Offline, as of {time}" / "离线，内容截至 {time}",
        ended: "Signed out, reload the page" / "已退出登录，请刷新页面",
        back: "Live again, caught up" / "已恢复实时，内容已同步",
    }
}

/// Keeps the tab connected, sends what an earlier page could not, and shows how things stand.
///
/// For people who are signed in; a stranger's page has nothing that is live.
#[island]
pub fn ConnectionState() -> impl IntoView {
    let place = NodeRef::<leptos::html::Span>::new();
    let status = RwSignal::new(Status::Connecting);
    effect(move || {
        let Some(place) = place.get() else { return };
        watch_always(move |news| match news {
            News::Status(now) => status.set(now),
            News::Back => toast::say(words::<LiveWords>().back),
        });
        super::connect();
        if let Some(person) = place.get_attribute("data-person").and_then(|id| id.parse().ok()) {
            post::open(person);
        }
    });
    // On a phone the dot alone says that all is well; that it is not is said in words.
    let quiet = move || matches!(status.get(), Status::Live | Status::Idle | Status::Connecting);
    view! {
        <span node_ref=place class=move || class(status.get()) role="status" data-person=person()>
            <span class:wide=quiet>{move || said(status.get())}</span>
        </span>
    }
}

fn class(status: Status) -> &'static str {
    match status {
        Status::Live => "live",
        Status::Idle | Status::Connecting => "live idle",
        Status::Reconnecting => "live wait",
        Status::Offline { .. } | Status::Ended => "live off",
    }
}

fn said(status: Status) -> String {
    let words = words::<LiveWords>();
    match status {
        Status::Live => words.live.to_owned(),
        Status::Idle | Status::Connecting => words.connecting.to_owned(),
        Status::Reconnecting => words.reconnecting.to_owned(),
        Status::Offline { since_ms } => {
            let since = Time(i64::try_from(since_ms).unwrap_or_default() * 1_000);
            words.offline(&text(since, Show::Clock, Offset::at(since), locale()))
        }
        Status::Ended => words.ended.to_owned(),
    }
}

/// Whose outbox this is: written by the server, read from the page.
#[cfg(feature = "ssr")]
fn person() -> Option<String> {
    crate::ssr::try_request()?
        .caller
        .person()
        .ok()
        .map(|person| person.id.to_string())
}

/// Whose outbox this is: the attribute is there already, and stays.
#[cfg(not(feature = "ssr"))]
fn person() -> Option<String> {
    None
}
