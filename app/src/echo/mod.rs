//! Echo: a bench for the `/echo` socket, and the worked example of a page.
//!
//! Read in this order: `stats` (round trips), `frames` (the log of them), `hex`, `run` (the throughput test), as plain
//! data; `socket` (the raw socket, which is what the page is about: the one page that does not go through
//! [`crate::live`]); `bench` (the island: what a click does) and `draw` (what it shows). On the server, `page` and its
//! `cards`, which hold all of the markup.
//!
//! The cards are the server's alone, and the island writes into them by hand: as views of the island they were 53 kB of
//! WASM (brotli) that every page would have paid for.

pub mod bench;
#[cfg(feature = "ssr")]
mod cards;
mod draw;
mod frames;
mod hex;
#[cfg(feature = "ssr")]
pub(crate) mod page;
mod run;
mod socket;
mod stats;
mod words;
