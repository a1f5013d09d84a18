//! The binary's library: the command line, HTTP and sockets.
//!
//! Read in this order: [`cli`] (what the program is asked to do), [`config`] (what is set, and by whom), [`mod@serve`]
//! (start and end), [`accept`] (the accept loop and its caps), [`http`] (routes, layers and what answers).
//!
//! Invariants:
//! - What is wrong before anything runs is one line on stderr and exit code 2 ([`cli::run`]).
//! - `serve(config, listener, shutdown)` owns no global state but the log, so tests start as many servers as they like.

pub mod accept;
pub mod cli;
pub mod config;
pub mod http;
pub mod serve;

pub use config::Config;
pub use serve::{Server, serve};
