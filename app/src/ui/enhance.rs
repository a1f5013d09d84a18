//! Any plain form, enhanced: put [`Enhance`] into it.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, HtmlElement, HtmlFormElement};

use super::{effect, toast};
use crate::form;

/// Sends the form around it by `fetch`: errors come to its fields without a reload, success leads on.
#[island]
pub fn Enhance() -> impl IntoView {
    let place = NodeRef::<leptos::html::Span>::new();
    effect(move || {
        if let Some(place) = place.get() {
            take_over(&place);
        }
    });
    view! { <span node_ref=place hidden></span> }
}

fn take_over(place: &HtmlElement) {
    let Ok(Some(form)) = place.closest("form") else {
        return;
    };
    let form: HtmlFormElement = form.unchecked_into();
    let held = form.clone();
    let submit = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        event.prevent_default();
        spawn_local(send(held.clone()));
    });
    let _ = form.add_event_listener_with_callback("submit", submit.as_ref().unchecked_ref());
    // It lives as long as the form, whose element holds it.
    submit.forget();
}

async fn send(form: HtmlFormElement) {
    // A second click while the first is under way would send it twice.
    if form.has_attribute("aria-busy") {
        return;
    }
    let _ = form.set_attribute("aria-busy", "true");
    let outcome = form::submit(&form).await;
    let _ = form.remove_attribute("aria-busy");
    match outcome {
        Ok(done) => {
            form::clear(&form);
            form::go(&done.location.or_else(|| next(&form)).unwrap_or_default());
        }
        Err(refused) => {
            if form.has_attribute("data-loud") {
                refused.0.iter().for_each(|(_, words)| toast::warn(words));
            }
            form::show(&form, &refused);
        }
    }
}

/// Where the form itself wants to lead.
fn next(form: &HtmlFormElement) -> Option<String> {
    let field = form.query_selector("input[name=next]").ok()??;
    Some(field.unchecked_into::<web_sys::HtmlInputElement>().value()).filter(|path| path.starts_with('/'))
}
