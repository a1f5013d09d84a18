//! Keeps tiles fresh: an element that says `data-part="latest" data-topic="chat:general"` is rendered again by the server
//! when its topic has news. One island for all tiles there will be, so that a tile costs no WASM of its own.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::Element;
use wire::topic::Topic;

use crate::{form, live, ui::effect};

/// News that come together are shown together, and a busy room does not ask for a tile at every message.
const TOGETHER: Duration = Duration::from_millis(500);

/// Follows the topics of the tiles on this page.
#[island]
pub fn Fresh() -> impl IntoView {
    effect(|| {
        let Ok(parts) = document().query_selector_all("[data-part]") else {
            return;
        };
        for part in (0..parts.length()).filter_map(|i| parts.get(i)) {
            follow(part.unchecked_into());
        }
    });
}

fn follow(part: Element) {
    let Some(topic) = part
        .get_attribute("data-topic")
        .and_then(|topic| topic.parse::<Topic>().ok())
    else {
        return;
    };
    let waits = Rc::new(Cell::new(false));
    live::follow(topic, None, move |_| {
        if !waits.replace(true) {
            let (part, waits) = (part.clone(), waits.clone());
            set_timeout(
                move || {
                    waits.set(false);
                    spawn_local(renew(part));
                },
                TOGETHER,
            );
        }
    });
}

/// A tile that cannot be had stays as it is; the connection's state in the top bar says why.
async fn renew(part: Element) {
    let name = part.get_attribute("data-part").unwrap_or_default();
    if let Ok(done) = form::post("/fn/home/part", &[("name", &name)]).await
        && let Some(html) = js_sys::JSON::parse(&done.body)
            .ok()
            .and_then(|html| html.as_string())
    {
        part.set_inner_html(&html);
    }
}
