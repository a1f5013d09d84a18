//! The Centrifuge client protocol in JSON, as far as Flotilla speaks it. One command or reply a line; a frame may hold
//! several lines. An empty object is a ping, or the answer to one.
//!
//! `D` is the data that a feature gives meaning to: a raw JSON value on the server, whatever a client likes.
//! JSON only, hence the attributes: the protocol leaves out what is empty.
//!
//! [`commands`] is what a client sends, [`replies`] what the server does.

pub mod commands;
pub mod replies;

use serde::{Deserialize, Serialize};

pub use commands::*;
pub use replies::*;

/// Nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn is_zero_i32(number: &i32) -> bool {
    *number == 0
}

fn is_zero_64(number: &u64) -> bool {
    *number == 0
}

fn is_false(yes: &bool) -> bool {
    !yes
}

#[cfg(test)]
mod tests;
