//! People: signing in, one's own settings, and what administrators see.
//!
//! Read in this order: `api` (the server functions), `cookie`, then the pages `login`, `register`, `settings`,
//! `admin`. All of it is server-rendered; in the WASM there is only the button that copies a new token.

#[cfg(feature = "ssr")]
pub(crate) mod admin;
#[cfg(feature = "ssr")]
mod api;
#[cfg(feature = "ssr")]
mod cookie;
mod copy;
#[cfg(feature = "ssr")]
mod credentials;
#[cfg(feature = "ssr")]
pub(crate) mod login;
#[cfg(feature = "ssr")]
mod parts;
#[cfg(feature = "ssr")]
pub(crate) mod register;
#[cfg(feature = "ssr")]
pub(crate) mod settings;
#[cfg(feature = "ssr")]
mod words;

pub use copy::CopySecret;

/// The cookie that holds a session's secret.
pub const SESSION_COOKIE: &str = "flotilla_session";
