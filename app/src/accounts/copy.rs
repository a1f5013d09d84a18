//! The button that copies a new token.

use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

use crate::{
    i18n::words,
    strings,
    ui::{Icon, icon, toast},
};

strings! {
    /// What the button says.
    struct CopyWords {
        copy: "Copy" / "复制",
        copied: "Copied" / "已复制",
    }
}

/// Copies the input beside it. Where a page may not copy (plain HTTP), it selects it.
#[island]
pub fn CopySecret() -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let awake = RwSignal::new(false);
    crate::ui::effect(move || awake.set(true));
    let copy = move |_| {
        let beside = button
            .get_untracked()
            .and_then(|button| button.previous_element_sibling());
        if let Some(input) = beside.and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
            input.select();
            spawn_local(copy_text(input.value()));
        }
    };
    view! {
        <button class="btn" type="button" node_ref=button hidden=move || !awake.get() on:click=copy>
            <Icon of=icon::COPY/>
            {words::<CopyWords>().copy}
        </button>
    }
}

async fn copy_text(text: String) {
    let navigator = window().navigator();
    // Only a page from a safe place has it: web-sys says otherwise.
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into());
    if clipboard.is_ok_and(|clipboard| clipboard.is_object())
        && JsFuture::from(navigator.clipboard().write_text(&text))
            .await
            .is_ok()
    {
        toast::say(words::<CopyWords>().copied);
    }
}
