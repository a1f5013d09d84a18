//! `flotilla chat`: rooms from the command line.

use std::time::Duration;

use anyhow::bail;
use clap::{Args, Subcommand};
use client::Client;
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};

use super::remote::{self, Remote};

mod tail;

/// How long a message is tried for: longer than a restart of the server or of a laptop's network takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads and writes chat rooms
#[derive(Args, Clone, Debug)]
pub(super) struct Chat {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Lists the rooms that you may use
    Rooms {
        #[command(flatten)]
        remote: Remote,
    },
    /// Sends a message, or each line of standard input
    Send {
        #[command(flatten)]
        remote: Remote,
        /// Which room
        #[arg(long, default_value = "general")]
        room: String,
        /// What to say; without it, standard input is read and each line sent as it comes
        text: Vec<String>,
    },
    /// Prints a room's messages as they come, also over a lost connection
    Tail {
        #[command(flatten)]
        remote: Remote,
        /// Which room
        #[arg(long, default_value = "general")]
        room: String,
        /// How many messages from before
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(..=200))]
        lines: u16,
    },
}

impl Chat {
    /// Does what was asked.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::Rooms { remote } => rooms(&remote).await,
            What::Send { remote, room, text } if text.is_empty() => send_lines(&remote, &room).await,
            What::Send { remote, room, text } => send(&remote, &remote.client()?, &room, &text.join(" "))
                .await
                .map(drop),
            What::Tail { remote, room, lines } => tail::run(&remote, &room, usize::from(lines)).await,
        }
    }
}

async fn rooms(remote: &Remote) -> anyhow::Result<()> {
    for room in remote.client()?.rooms().await? {
        let more = if remote.json {
            remote::print_json(&room)?
        } else {
            remote::print(&room.id)?
        };
        if !more {
            break;
        }
    }
    Ok(())
}

/// Sends one message; `false` when nobody reads the output any more.
async fn send(remote: &Remote, client: &Client, room: &str, text: &str) -> anyhow::Result<bool> {
    let message = client.send_surely(room, text, PATIENCE).await?;
    if remote.json {
        remote::print_json(&message)
    } else {
        Ok(true)
    }
}

async fn send_lines(remote: &Remote, room: &str) -> anyhow::Result<()> {
    let client = remote.client()?;
    let mut lines = BufReader::new(stdin()).lines();
    let mut sent = 0_u64;
    while let Some(line) = lines.next_line().await? {
        if line.trim().is_empty() {
            continue;
        }
        sent += 1;
        if !send(remote, &client, room, &line).await? {
            return Ok(());
        }
    }
    if sent == 0 {
        bail!("nothing to send: standard input is empty");
    }
    Ok(())
}
