//! Every type that crosses a wire: HTTP bodies, server functions, live events, the slots that pages carry.
//!
//! Read in this order: [`time`] and [`error`] (used by all), [`topic`] (what can be subscribed to),
//! [`live`] (the two encodings of the live socket), then a module a feature.
//!
//! Invariants:
//! - Serde only, no other crate of ours; it builds for wasm.
//! - Types that islands read travel as postcard, which is not self-describing. So a type here never uses
//!   `#[serde(flatten, untagged, tag = …, skip_serializing_if, default)]`, unless it is JSON only and its module says so.
//!
//! Deliberately absent: rules. What is allowed lives in `backend`.

pub mod accounts;
pub mod chat;
pub mod echo;
pub mod error;
pub mod live;
pub mod time;
pub mod topic;
