//! The shared pieces. Each takes data, fetches nothing, and is named for what it shows.
//!
//! They serve pages (server) and islands (both sides) alike; what an island does not use is not in the WASM.
//! Styles: style/ui.css. Icons: [`icon`]. Messages that come and go: [`toast`].

mod card;
mod enhance;
mod field;
pub mod icon;
mod person;
mod states;
pub mod toast;

pub use card::{Card, Chip, Tone};
pub use enhance::Enhance;
pub use field::{Field, FormError, Submit};
pub use icon::Icon;
pub use person::{Avatar, PersonName};
pub use states::{Banner, Empty, Skeleton};

/// Leptos' `Effect`, boxed: its own is compiled anew for each closure, a kilobyte of WASM each.
pub fn effect(run: impl Fn() + 'static) {
    boxed(Box::new(run));
}

fn boxed(run: Box<dyn Fn()>) {
    leptos::prelude::Effect::new(run);
}
