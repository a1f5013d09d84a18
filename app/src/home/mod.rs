//! Home: what is new, at a glance. Each tile leads to its page, and those that can change are live.
//!
//! [`room`] holds the islands; the rest is the server's. A feature adds its tile here when it comes.

pub mod room;

#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub(crate) use page::page;
