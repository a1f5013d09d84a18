//! HTTP: one router, its layers, and what each path does.
//!
//! Read in this order: [`router`] (every path, public or private), [`layers`] (what every request passes, in order),
//! [`peer`] (who is at the other end), [`origin`] (which sites may change anything), [`sessions`] (who asks),
//! [`error`] (how a refusal looks to whom); then [`plain`], [`rest`], [`sockets`], [`assets`], [`health`], [`metrics`],
//! [`openapi`].
//!
//! Invariants:
//! - A handler turns a request into one call of a service and back; rules live in `backend`.
//! - Every route is recorded with whom it is for; a private one refuses strangers before its handler runs.
//! - No answer holds internal text: that is logged once, where it is handled.

pub mod assets;
pub mod avatar;
pub mod error;
pub mod health;
pub mod layers;
pub mod metrics;
pub mod openapi;
pub mod origin;
pub mod peer;
pub mod plain;
pub mod rest;
pub mod router;
pub mod sessions;
pub mod sockets;
pub mod state;

pub use router::{Access, Routes};
pub use state::AppState;
