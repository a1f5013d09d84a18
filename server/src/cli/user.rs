//! `flotilla user …`: accounts, by whoever can open the database. It works beside a running server, which closes the
//! sessions that are revoked here within seconds.
//!
//! A password comes from standard input, or is asked for without showing it; never from the command line, where every
//! user of the machine could read it.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use app::{i18n::Locale, time::rfc3339};
use backend::{
    Backend, Error,
    accounts::{MAX_PASSWORD_CHARS, NewAccount},
};
use clap::{Args, Subcommand, ValueEnum};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use serde_json::json;
use wire::accounts::{Account, Role};

use super::{Failure, flags::Flags, remote};
use crate::serve::backend_config;

/// Accounts: add, list, and what helps who is locked out
#[derive(Debug, Args)]
pub(super) struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Makes an account; the password comes from standard input
    Add {
        /// The name that others see
        name: String,
        /// The e-mail address
        #[arg(long)]
        email: String,
        /// What they may do; the first account is the administrator's in any case
        #[arg(long, default_value = "member")]
        role: Rank,
        #[command(flatten)]
        common: Common,
    },
    /// Gives an account another password, from standard input, and ends its sessions
    Passwd {
        /// Whose
        name: String,
        #[command(flatten)]
        common: Common,
    },
    /// Makes an account a member's or an administrator's
    Role {
        /// Whose
        name: String,
        /// What they may do
        role: Rank,
        #[command(flatten)]
        common: Common,
    },
    /// Makes an API token of an account, and prints it this once
    Token {
        /// Whose
        name: String,
        /// What the token is called
        #[arg(long, default_value = "command line")]
        label: String,
        #[command(flatten)]
        common: Common,
    },
    /// Lists everybody
    List {
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
struct Common {
    /// Print JSON, one value a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: Flags,
}

/// A role that an account can have.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rank {
    Member,
    Admin,
}

impl From<Rank> for Role {
    fn from(rank: Rank) -> Self {
        match rank {
            Rank::Member => Self::Member,
            Rank::Admin => Self::Admin,
        }
    }
}

impl User {
    pub(super) async fn run(&self) -> Result<(), Failure> {
        let (Action::Add { common, .. }
        | Action::Passwd { common, .. }
        | Action::Role { common, .. }
        | Action::Token { common, .. }
        | Action::List { common }) = &self.action;
        let config = common.flags.config()?;
        let backend = Backend::start(backend_config(&config))
            .await
            .map_err(Failure::setup)?;
        let done = act(&self.action, &backend, common.json).await;
        backend.shutdown().await;
        Ok(done?)
    }
}

async fn act(action: &Action, backend: &Backend, json: bool) -> anyhow::Result<()> {
    let operator = backend.accounts.operator();
    match action {
        Action::Add {
            name, email, role, ..
        } => {
            let account = NewAccount {
                username: name.clone(),
                email: email.clone(),
                password: read_password().await?,
            };
            let person = operator
                .add(account, Some((*role).into()))
                .await
                .map_err(|error| words(error, name))?;
            let line = format!("{} was added: {}", person.name, role_name(person.role));
            say(
                json,
                line,
                json!({"id": person.id, "name": person.name, "role": person.role}),
            )
        }
        Action::Passwd { name, .. } => {
            let password = read_password().await?;
            operator
                .set_password(name, &password)
                .await
                .map_err(|error| words(error, name))?;
            say(
                json,
                format!("{name} has a new password; all sessions are ended"),
                json!({"name": name}),
            )
        }
        Action::Role { name, role, .. } => {
            let role = Role::from(*role);
            operator
                .set_role(name, role)
                .await
                .map_err(|error| words(error, name))?;
            say(
                json,
                format!("{name} is now: {}", role_name(role)),
                json!({"name": name, "role": role}),
            )
        }
        Action::Token { name, label, .. } => {
            let made = operator
                .create_token(name, label)
                .await
                .map_err(|error| words(error, name))?;
            let value = json!({"id": made.token.id, "name": made.token.name, "token": made.secret});
            say(json, made.secret, value)
        }
        Action::List { .. } => {
            let everybody = operator.list().await.map_err(|error| words(error, ""))?;
            everybody
                .iter()
                .try_for_each(|account| say(json, line_of(account), json_of(account)))
        }
    }
}

fn say(json: bool, line: String, value: serde_json::Value) -> anyhow::Result<()> {
    remote::print(&if json { value.to_string() } else { line })?;
    Ok(())
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Guest => "guest",
        Role::Member => "member",
        Role::Admin => "administrator",
    }
}

fn line_of(account: &Account) -> String {
    let seen = account.seen_at.map_or("never".to_owned(), rfc3339);
    let state = if account.active { "" } else { "  deactivated" };
    let (id, name, role) = (
        account.person.id,
        &account.person.name,
        role_name(account.person.role),
    );
    format!(
        "{id:>5}  {name:24}  {role:13}  {:32}  {seen}{state}",
        account.email
    )
}

fn json_of(account: &Account) -> serde_json::Value {
    json!({
        "id": account.person.id,
        "name": account.person.name,
        "role": account.person.role,
        "email": account.email,
        "created_at": rfc3339(account.created_at),
        "seen_at": account.seen_at.map(rfc3339),
        "active": account.active,
    })
}

/// A service's refusal in one line.
fn words(error: Error, name: &str) -> anyhow::Error {
    if matches!(error, Error::NotFound) {
        return anyhow::anyhow!("there is no account {name}");
    }
    let (_, errors) = app::error::answer(error, Locale::En);
    let all = errors.errors.into_iter().flat_map(|(field, messages)| {
        messages.into_iter().map(move |message| {
            if field == "request" {
                message
            } else {
                format!("{field} {message}")
            }
        })
    });
    anyhow::anyhow!(all.collect::<Vec<_>>().join("; "))
}

/// A password: one line of standard input, asked for twice at a terminal.
async fn read_password() -> anyhow::Result<String> {
    tokio::task::spawn_blocking(|| {
        if !io::stdin().is_terminal() {
            return read_line();
        }
        let password = ask("Password: ")?;
        if password != ask("Once more: ")? {
            bail!("the two are not the same");
        }
        Ok(password)
    })
    .await
    .context("standard input cannot be read")?
}

fn read_line() -> anyhow::Result<String> {
    let mut line = String::new();
    // A little more than the longest: what is too long is said to be so.
    let most = MAX_PASSWORD_CHARS as u64 * 8;
    let stdin = io::stdin().lock();
    io::Read::take(stdin, most)
        .read_line(&mut line)
        .context("standard input cannot be read")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn ask(prompt: &str) -> anyhow::Result<String> {
    let mut terminal = io::stderr().lock();
    write!(terminal, "{prompt}")
        .and_then(|()| terminal.flush())
        .context("the terminal cannot be written to")?;
    let quiet = Quiet::begin().context("the terminal cannot be silenced")?;
    let line = read_line();
    drop(quiet);
    writeln!(terminal).context("the terminal cannot be written to")?;
    line
}

/// While it lives, the terminal shows nothing of what is typed.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // Nothing helps if the terminal has gone.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}
