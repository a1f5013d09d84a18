//! The wasm entry: `hydrate()` and nothing else. boot.js calls it, then wakes each island by its own export.

// The islands' exports live in `app`; without a use of the crate the linker would drop them.
use app as _;

/// Readies the reactive runtime for the islands.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
