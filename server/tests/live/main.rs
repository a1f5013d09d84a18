//! The live socket of a real server: the Centrifuge protocol, what is refused, the pages' encoding, and the Rust client.

mod bad_input;
mod client;
mod compact;
mod harness;
mod protocol;
