//! The pages: rendered on the server (`ssr`), their islands woken in the browser (`hydrate`).
//!
//! Read in this order: [`page`] (what a page is and how it is answered), [`ssr`] (what it knows of its request),
//! [`shell`] (the frame around it), [`i18n`] and [`time`] (words and moments), [`ui`] (shared pieces), [`slot`] (what
//! islands start with), [`functions`], [`form`] and [`flash`] (forms, with WASM and without), then a module a feature.
//!
//! Invariants:
//! - Every page reads without WASM, and every form works without it.
//! - A page is a server-rendered component; only an `#[island]` is in the WASM.
//! - No text is hard-coded in a component: each comes from a table of [`strings!`].
//! - No inline script and no `style` attribute: the content security policy refuses both.

// A page's view is one type; laid out for the browser without `erase_components`, that of a room is deeper than 128.
#![recursion_limit = "256"]
// Leptos' macros make public items beside each component, in whatever module it is.
#![allow(unreachable_pub)]

pub mod accounts;
pub mod chat;
pub mod echo;
pub mod failed;
pub mod flash;
pub mod form;
pub mod home;
pub mod i18n;
pub mod live;
pub mod prefer;
pub mod slot;
pub mod time;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod error;
#[cfg(feature = "ssr")]
pub mod functions;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;

/// Every page, with its path: what the server adds to its router. A feature adds its own here.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<page::Route> {
    use page::Route;

    vec![
        Route::public("/", home::page),
        Route::public("/chat/{room}", chat::page::page),
        Route::public("/echo", echo::page::page),
        Route::public("/login", accounts::login::page),
        Route::public("/register", accounts::register::page),
        Route::private("/settings", accounts::settings::page),
        Route::private("/admin", accounts::admin::page),
    ]
}
