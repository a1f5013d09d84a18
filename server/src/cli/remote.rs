//! What every client command shares: which server, as whom, and how its output ends.

use std::{
    io::{self, ErrorKind, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::Args;
use client::Client;
use serde::Serialize;

/// The server and the credentials.
#[derive(Args, Clone, Debug)]
pub(super) struct Remote {
    /// The server's address
    #[arg(
        long,
        value_name = "URL",
        env = "FLOTILLA_SERVER",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(super) server: String,
    /// A file that holds an API token; FLOTILLA_TOKEN may hold the token itself
    #[arg(long, value_name = "FILE", env = "FLOTILLA_TOKEN_FILE")]
    pub(super) token_file: Option<PathBuf>,
    /// Print JSON, one value a line
    #[arg(long)]
    pub(super) json: bool,
}

impl Remote {
    /// A client of the server.
    pub(super) fn client(&self) -> anyhow::Result<Client> {
        Ok(Client::new(&self.server, self.token()?)?)
    }

    /// The file counts before the variable: what was written on the command line is what was meant.
    fn token(&self) -> anyhow::Result<Option<String>> {
        let token = match &self.token_file {
            Some(file) => {
                let read = std::fs::read_to_string(file);
                Some(read.with_context(|| format!("cannot read the token in {}", file.display()))?)
            }
            None => std::env::var("FLOTILLA_TOKEN").ok(),
        };
        Ok(token
            .map(|token| token.trim().to_owned())
            .filter(|token| !token.is_empty()))
    }
}

/// Prints a line, at once. `Ok(false)` when nobody reads any more: time to end, without an error.
pub(super) fn print(line: &str) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}

/// Prints a value as JSON in one line.
pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<bool> {
    Ok(print(&serde_json::to_string(value)?)?)
}

/// Tells a person something that is not a result. Nobody needs to hear it.
pub(super) fn note(line: &str) {
    let _heard = writeln!(io::stderr(), "flotilla: {line}");
}
