//! The live socket of a real server: the Centrifuge protocol, what is refused, the pages' encoding, and the Rust client.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod client;
mod compact;
mod harness;
mod protocol;
