//! Echo: a bench for the `/echo` socket, and the worked example of a page.
//!
//! Read in this order: `stats` (round trips), `frames` (the log of them), `hex`, as plain data; `socket` (the raw
//! socket, which is what the page is about: the one page that does not go through [`crate::live`]); then the cards of the
//! island [`bench`]: `link`, `send`, `chart`, `run`, `log`; on the server `page`.

pub mod bench;
mod chart;
mod frames;
mod hex;
mod link;
mod log;
#[cfg(feature = "ssr")]
pub(crate) mod page;
mod run;
mod send;
mod socket;
mod stats;
mod words;
