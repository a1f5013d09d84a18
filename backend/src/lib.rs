//! What Flotilla does. Native only; knows nothing of HTTP or Leptos.
//!
//! Read in this order: [`db`] (two engines, one SQL), [`log`] (events with gapless offsets), [`hub`] (fan-out to live
//! connections), [`accounts`] (who may: every service method takes a [`accounts::Caller`]), [`echo`] (the smallest
//! feature), [`chat`].
//!
//! Invariants:
//! - A service method takes a `&Caller`, and the rule is in the service, never in a handler.
//! - A change and its event commit in one transaction; the hub hears of it after the commit.
//! - A feature's store is its own; features call each other service to service.

pub mod accounts;
pub mod chat;
pub mod clock;
pub mod db;
pub mod echo;
pub mod error;
pub mod fetch;
pub mod folder;
pub mod hub;
pub mod limit;
pub mod live;
pub mod log;
pub mod random;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

mod start;

pub use clock::Clock;
pub use error::{Error, Problem};
pub use random::Random;
pub use start::{Backend, Config, StartError};
