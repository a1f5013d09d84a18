//! The command line.
//!
//! Exit codes: 0 done; 1 it failed while doing; 2 it was not begun, since the command line, the configuration or the
//! surroundings are wrong. Either way stderr has one line that says what.

use std::{ffi::OsString, fmt, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, error::ErrorKind};

mod chat;
mod config;
mod doctor;
mod echo;
mod flags;
mod greet;
mod migrate;
mod remote;
mod serve;
mod user;

use flags::Flags;

/// A self-hosted, real-time workspace for a team
#[derive(Debug, Parser)]
#[command(
    name = "flotilla",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the workspace (what is done when no command is named)
    Serve(Flags),
    /// Shows the configuration in force, and where each value came from
    Config(Flags),
    /// Looks for what could keep this program from running well; changes nothing
    Doctor(Flags),
    /// Brings the database up to date, and serves nothing
    Migrate(Flags),
    /// Asks a server for its greeting
    Greet(greet::Greet),
    Chat(chat::Chat),
    Echo(echo::Echo),
    User(user::User),
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
enum Failure {
    /// Not begun: exit code 2.
    Setup(String),
    /// Failed while doing: exit code 1.
    Failed(anyhow::Error),
}

impl Failure {
    /// Something around us is wrong.
    fn setup(error: impl fmt::Display) -> Self {
        Self::Setup(error.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

/// Does what the arguments say.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match parse(arguments) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("cannot start: {error}"), 1),
    };
    let done = runtime.block_on(Box::pin(obey(cli)));
    // What still waits (a read of the terminal) is not waited for.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Setup(line)) => complain(&line, 2),
        Err(Failure::Failed(error)) => complain(&format!("{error:#}"), 1),
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, ExitCode> {
    let parsed = Cli::command().try_get_matches_from(arguments);
    parsed
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                let printed = remote::print(error.render().to_string().trim_end());
                if printed.is_ok() {
                    ExitCode::SUCCESS
                } else {
                    ExitCode::FAILURE
                }
            }
            _ => complain(&one_line(&error), 2),
        })
}

/// Clap's error without its hints and its usage: `unexpected argument '--nope' found`.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let head = text
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ");
    let words: Vec<_> = head.split_whitespace().collect();
    format!("{} (see flotilla --help)", words.join(" "))
}

async fn obey(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        None => serve::run(&cli.flags).await,
        Some(Command::Serve(flags)) => serve::run(&flags).await,
        Some(Command::Config(flags)) => config::run(&flags),
        Some(Command::Doctor(flags)) => doctor::run(&flags).await,
        Some(Command::Migrate(flags)) => migrate::run(&flags).await,
        Some(Command::Greet(greet)) => Ok(greet.run().await?),
        Some(Command::Chat(chat)) => Ok(chat.run().await?),
        Some(Command::Echo(echo)) => Ok(echo.run().await?),
        Some(Command::User(user)) => user.run().await,
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the one place where the command line says what went wrong"
)]
fn complain(line: &str, code: u8) -> ExitCode {
    eprintln!("flotilla: {}", line.replace('\n', " "));
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_not_known_is_one_line() {
        for (arguments, said) in [
            (&["--nope"][..], "unexpected argument '--nope' found"),
            (&["frobnicate"], "unrecognized subcommand 'frobnicate'"),
            (&["--bus", "nats://x"], "unexpected argument '--bus' found"),
            (&["--addr"], "a value is required for '--addr <ADDRESS>'"),
            (
                &["serve", "--open", "--open=maybe"],
                "unexpected value 'maybe' for '--open'",
            ),
        ] {
            let arguments = ["flotilla"].iter().chain(arguments);
            let error = Cli::command().try_get_matches_from(arguments).unwrap_err();
            let line = one_line(&error);
            assert!(line.contains(said) && !line.contains('\n'), "{line}");
        }
    }
}
