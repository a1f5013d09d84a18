//! Toasts: what was done, what failed, and an Undo. They lie in live regions of the shell, so that they are read out,
//! and stay where they are when the page is swapped. For islands, from an event or an effect: on the server there is
//! no document to say it in.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::Element;

/// Long enough to read two lines and to reach the button.
const STAYS: Duration = Duration::from_secs(6);

/// Says that something was done. Gone after a while.
pub fn say(text: &str) {
    show(text, "toasts", "toast");
}

/// Says that something failed. Read out at once.
pub fn warn(text: &str) {
    show(text, "alerts", "toast bad");
}

/// Says that something was done, and offers one action: Undo.
pub fn offer(text: &str, label: &str, act: impl Fn() + 'static) {
    let Some(toast) = show(text, "toasts", "toast") else {
        return;
    };
    let Some(button) = child(&toast, "button", "") else {
        return;
    };
    button.set_text_content(Some(label));
    let click = Closure::<dyn Fn()>::new(move || {
        act();
        toast.remove();
    });
    let _ = button.add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
    // A toast lives for seconds and a person makes few: its one closure may stay.
    click.forget();
}

fn show(text: &str, region: &str, class: &str) -> Option<Element> {
    let region = document().get_element_by_id(region)?;
    let toast = child(&region, "div", class)?;
    child(&toast, "span", "")?.set_text_content(Some(text));
    let gone = toast.clone();
    set_timeout(move || gone.remove(), STAYS);
    Some(toast)
}

fn child(parent: &Element, tag: &str, class: &str) -> Option<Element> {
    let element = document().create_element(tag).ok()?;
    element.set_class_name(class);
    parent.append_child(&element).ok()?;
    Some(element)
}
