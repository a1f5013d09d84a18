//! Chat: a room's page, live and without WASM.
//!
//! Read in this order: `start` (what a room's page starts with), `timeline` (its messages, as plain data), `row` (one
//! line of it), [`room`] (the island: the messages), `composer` (where one types), `watch` (what keeps them live),
//! [`here`] (who is here), then on the server `page` and `api`.
//!
//! Invariants:
//! - A message's HTML is the server's; what is not stored yet is shown as text.
//! - What is typed goes out by the outbox alone, and leaves the page only when its event has come.

mod composer;
pub mod here;
pub mod room;
mod row;
mod start;
mod timeline;
mod watch;
mod words;

#[cfg(feature = "ssr")]
mod api;
#[cfg(feature = "ssr")]
pub(crate) mod page;
