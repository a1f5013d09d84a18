//! Slots: what an island starts with, carried by the page itself.
//!
//! The server writes a value once, as postcard in base64, into an inert `<script type="text/plain">`; the island reads
//! it when it wakes. That is 27 kB of WASM less than JSON properties, and the page needs no second request. While the
//! server renders, an island reads the same value from the request, so that both sides make the same HTML.
//!
//! ```text
//! // page.rs, on the server: the slot first, then the island that reads it
//! view! { {slot("chat", snapshot)} <Room/> }
//! // parts.rs, on both sides
//! #[island]
//! fn Room() -> impl IntoView { let snapshot = slot::read::<Snapshot>("chat"); … }
//! ```

use serde::de::DeserializeOwned;

/// The id of a slot's element.
fn id(name: &str) -> String {
    ["slot-", name].concat()
}

#[cfg(feature = "ssr")]
mod kept {
    use std::{any::Any, collections::BTreeMap, sync::Arc};

    use parking_lot::Mutex;

    /// What the islands of this request read while they render on the server.
    #[derive(Clone, Default)]
    pub(super) struct Kept(pub(super) Arc<Mutex<BTreeMap<String, Arc<dyn Any + Send + Sync>>>>);
}

/// The element that carries `value` to the islands of this page under `name`. It must come before them.
#[cfg(feature = "ssr")]
pub fn slot<T>(name: &str, value: T) -> impl leptos::IntoView + use<T>
where
    T: serde::Serialize + Send + Sync + 'static,
{
    use leptos::prelude::*;

    let text = encode(&value);
    let kept = use_context::<kept::Kept>().unwrap_or_else(|| {
        let kept = kept::Kept::default();
        provide_context(kept.clone());
        kept
    });
    kept.0.lock().insert(name.to_owned(), std::sync::Arc::new(value));
    view! { <script type="text/plain" id=id(name) inner_html=text></script> }
}

/// A value as a slot carries it: also what a server function answers to an island.
#[cfg(feature = "ssr")]
pub fn encode<T: serde::Serialize>(value: &T) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};

    STANDARD.encode(postcard::to_allocvec(value).expect("wire types hold no sequence of unknown length"))
}

/// The value that [`encode`] made, in the browser. The quotes of a JSON text around it do not matter.
pub fn decode<T: DeserializeOwned>(text: &str) -> Option<T> {
    // `atob` gives one character a byte; the browser's decoder costs no WASM.
    let bytes: Vec<u8> = web_sys::window()?
        .atob(text.trim_matches('"'))
        .ok()?
        .chars()
        .map(|c| c as u8)
        .collect();
    postcard::from_bytes(&bytes).ok()
}

/// What the page carries under `name`; `None` when it carries no such slot, or one of another build.
#[cfg(feature = "ssr")]
pub fn read<T: DeserializeOwned + Clone + 'static>(name: &str) -> Option<T> {
    let kept = leptos::prelude::use_context::<kept::Kept>()?;
    let value = kept.0.lock().get(name)?.clone();
    value.downcast_ref::<T>().cloned()
}

/// What the page carries under `name`; `None` when it carries no such slot, or one of another build.
#[cfg(not(feature = "ssr"))]
pub fn read<T: DeserializeOwned + Clone + 'static>(name: &str) -> Option<T> {
    let window = web_sys::window()?;
    decode(&window.document()?.get_element_by_id(&id(name))?.text_content()?)
}
