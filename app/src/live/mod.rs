//! Live updates in the browser: one socket for the tab, however many islands follow however many topics. No page talks
//! to a socket but through here.
//!
//! Read in this order: `feed` (one topic: who has read how far), `machine` (the connection: what happened goes in,
//! what to do comes out), `backoff`, `news` (what a person is told), then `tab` (the machine wired to the browser) and `socket`. What is typed takes
//! the other way: `outbox` (kept until the server has it, across a reload) and [`post`] (wired to `fetch`).
//! [`status`] shows the connection in the top bar.
//!
//! ```text
//! let topic = Topic::new("chat", &room);
//! let id = live::follow(topic, Some(snapshot.position), move |told| match told {
//!     Told::Events(events) => …,      // each once, in order
//!     Told::StartAgain => …,          // fetch a snapshot, then live::renew(id, &snapshot.position)
//!     _ => {}
//! });
//! live::post::put("chat:general", "/fn/chat/send", fields);   // goes out once, also after a reload
//! ```
//!
//! Deliberately absent: any knowledge of a feature. Events pass through as the bytes they are.

mod backoff;
mod feed;
mod machine;
mod news;
mod outbox;
pub mod post;
mod socket;
pub mod status;
mod tab;

pub use feed::{FollowerId, Told};
pub use news::{News, Status};
pub use outbox::{Entry, Item, Stage};
pub use tab::{connect, follow, follow_always, now, on_leave, publish, renew, unfollow, watch, watch_always};
