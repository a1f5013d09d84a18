//! Home: what is new, at a glance. Each tile leads to its page.
//!
//! [`fresh`] is the one island; the server renders all else: `page`, the tiles of `room`, and single tiles again (`api`).
//! A feature adds its tile here when it comes.

pub mod fresh;

#[cfg(feature = "ssr")]
mod api;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod room;

#[cfg(feature = "ssr")]
pub(crate) use page::page;
