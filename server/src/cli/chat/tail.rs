//! `flotilla chat tail`: a room's messages as they come, each once, also over a lost connection.

use anyhow::{Context as _, anyhow};
use client::{
    Client,
    chat::Which,
    live::{self, Live},
};
use wire::{
    chat::{Event, Message},
    topic::Topic,
};

use super::Remote;
use crate::cli::remote;

/// Messages asked for at once while catching up.
const PAGE: usize = 200;

/// Prints `lines` messages from before, then all that come, until nobody reads them.
pub(super) async fn run(remote: &Remote, room: &str, lines: usize) -> anyhow::Result<()> {
    let client = remote.client()?;
    let topic =
        Topic::try_from(format!("chat:{room}")).map_err(|_| anyhow!("no room has the name {room:?}"))?;
    let mut live = client.live();
    live.follow(topic, None, false);
    let mut tail = Tail {
        remote,
        client,
        room,
        lines,
        last: None,
        behind: true,
        heard: true,
    };
    while tail.hear(&mut live).await? {}
    live.close().await;
    Ok(())
}

/// What has been printed.
struct Tail<'a> {
    remote: &'a Remote,
    client: Client,
    room: &'a str,
    lines: usize,
    /// The message printed last. A room's ids grow in the order of its events, so this tells what is new.
    last: Option<i64>,
    /// Whether there may be messages that no event will bring.
    behind: bool,
    /// Whether there is a connection, so that its loss is told once.
    heard: bool,
}

impl Tail<'_> {
    /// Takes the next thing that happens; `false` when nobody reads the output any more.
    async fn hear(&mut self, live: &mut Live) -> anyhow::Result<bool> {
        match live.next().await? {
            live::Event::Subscribed { whole, .. } => {
                self.heard = true;
                self.behind |= !whole;
                self.catch_up(live).await
            }
            live::Event::Published {
                data,
                offset: Some(_),
                ..
            } => {
                let Event::Posted(message) = live::read(&data)?;
                self.show(&[message])
            }
            live::Event::Waiting { why, .. } => {
                if std::mem::take(&mut self.heard) {
                    remote::note(&format!("{why}; trying again"));
                }
                Ok(true)
            }
            live::Event::Ended { why, .. } => {
                Err(why).with_context(|| format!("cannot follow {}", self.room))
            }
            _ => Ok(true),
        }
    }

    /// Prints what no event brings. When that fails for now, the connection is made anew, and this again with it.
    async fn catch_up(&mut self, live: &mut Live) -> anyhow::Result<bool> {
        while self.behind {
            let (which, most) = self
                .last
                .map_or((Which::Latest, self.lines.max(1)), |id| (Which::After(id), PAGE));
            let page = match self.client.messages(self.room, which, most).await {
                Ok(page) => page,
                Err(error) if error.may_pass() => {
                    live.cut();
                    return Ok(true);
                }
                Err(error) => return Err(error.into()),
            };
            self.behind = which != Which::Latest && page.more;
            let skipped = match which {
                Which::Latest => page.messages.len().saturating_sub(self.lines),
                _ => 0,
            };
            self.last = page.messages[..skipped]
                .last()
                .map(|message| message.id)
                .or(self.last)
                .or(Some(0));
            if !self.show(&page.messages[skipped..])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn show(&mut self, messages: &[Message]) -> anyhow::Result<bool> {
        for message in messages {
            if self.last.is_some_and(|last| message.id <= last) {
                continue;
            }
            self.last = Some(message.id);
            let more = if self.remote.json {
                remote::print_json(message)?
            } else {
                let text = message.text.replace('\n', "\n    ");
                remote::print(&format!("{}: {text}", message.author.name))?
            };
            if !more {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
