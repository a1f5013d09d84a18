//! kill -9 in the middle of sends, many times over: no acknowledged message may be lost or doubled.
//!
//! One data folder lives through all rounds. In each, senders over HTTP (with client ids) and over `/ws` send as fast as
//! they are answered until the server is killed; what HTTP senders got no answer for, they send again to the next server.
//! At the end every message is read back and counted.

use std::{
    collections::HashMap,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use client::{Client, chat::Which};
use futures::{SinkExt as _, StreamExt as _};
use rand::Rng as _;
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::tungstenite::Message;
use wire::chat::PlainMessage;

/// How long a server may take to answer after its start; recovery after a kill is part of it.
const START_TIME: Duration = Duration::from_secs(30);

/// How long a round may take until it has its acknowledgements.
const ROUND_TIME: Duration = Duration::from_secs(60);

/// Kills the server in the middle of sends, and counts what is lost or doubled
#[derive(clap::Args, Debug)]
pub(crate) struct Kill9 {
    /// How many times
    #[arg(long, default_value_t = 100)]
    times: u32,
    /// Senders over HTTP, each with client ids
    #[arg(long, default_value_t = 24)]
    senders: u32,
    /// Senders over the plain socket
    #[arg(long, default_value_t = 8)]
    sockets: u32,
    /// The server; the one beside this program if not given
    #[arg(long, env = "FLOTILLA_BENCH_SERVER")]
    server: Option<PathBuf>,
}

/// What one sender sent.
#[derive(Default)]
struct Sent {
    acknowledged: Vec<String>,
    unanswered: Vec<String>,
}

/// Counts acknowledgements, and says when there are enough to kill.
#[derive(Default)]
struct Tally {
    count: AtomicU64,
    enough: AtomicU64,
    reached: Notify,
}

impl Tally {
    fn acknowledge(&self) {
        if self.count.fetch_add(1, Ordering::Relaxed) + 1 >= self.enough.load(Ordering::Relaxed) {
            self.reached.notify_one();
        }
    }
}

impl Kill9 {
    /// Runs all rounds and prints what was counted.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let server = self.server.clone().map_or_else(beside_us, Ok)?;
        let folder = tempfile::tempdir()?;
        let start = Instant::now();
        let mut book = Book::default();
        for round in 0..self.times {
            self.round(&server, folder.path(), round, &mut book)
                .await
                .with_context(|| format!("round {round}"))?;
        }
        let (mut child, client) = serve(&server, folder.path()).await?;
        book.sent_again += book.unanswered.len();
        book.stored_unanswered += stored_among(&client, &book.unanswered).await?;
        for id in std::mem::take(&mut book.unanswered) {
            client.send("general", &id, &id).await?;
            book.acknowledged.push(id);
        }
        let stored = read_all(&client).await?;
        child.kill()?;
        child.wait()?;
        let lost = book
            .acknowledged
            .iter()
            .filter(|text| !stored.contains_key(*text))
            .count();
        let doubled = stored.values().filter(|count| **count > 1).count();
        println!(
            "kills {} · acknowledged {} · lost {lost} · doubled {doubled} · stored {} · sent again {}, of which {} had \
             been stored · {:.0} s",
            self.times,
            book.acknowledged.len(),
            stored.len(),
            book.sent_again,
            book.stored_unanswered,
            start.elapsed().as_secs_f64(),
        );
        ensure!(
            lost == 0 && doubled == 0,
            "acknowledged messages were lost or doubled"
        );
        Ok(())
    }

    async fn round(&self, server: &Path, folder: &Path, round: u32, book: &mut Book) -> anyhow::Result<()> {
        let (mut child, client) = serve(server, folder).await?;
        let tally = Arc::new(Tally::default());
        // At a moment that differs each time: sometimes in the first commits, sometimes under full load.
        tally
            .enough
            .store(rand::rng().random_range(1..2_000), Ordering::Relaxed);
        let mut senders = JoinSet::new();
        let mut again = std::mem::take(&mut book.unanswered);
        book.sent_again += again.len();
        book.stored_unanswered += stored_among(&client, &again).await?;
        let share = again.len().div_ceil(self.senders.max(1) as usize);
        for sender in 0..self.senders {
            let mine = again.split_off(again.len().saturating_sub(share));
            let name = format!("r{round}-h{sender}");
            senders.spawn(send_over_http(client.clone(), name, mine, tally.clone()));
        }
        book.unanswered = again;
        for sender in 0..self.sockets {
            let name = format!("r{round}-w{sender}");
            senders.spawn(send_over_socket(client.clone(), name, tally.clone()));
        }
        let reached = timeout(ROUND_TIME, tally.reached.notified()).await;
        child.kill()?;
        child.wait()?;
        for sent in senders.join_all().await {
            let sent = sent?;
            book.acknowledged.extend(sent.acknowledged);
            book.unanswered.extend(sent.unanswered);
        }
        reached.context("too few answers")?;
        Ok(())
    }
}

/// What all senders know together.
#[derive(Default)]
struct Book {
    acknowledged: Vec<String>,
    unanswered: Vec<String>,
    sent_again: usize,
    /// Of those sent again, the ones that had been stored before the kill.
    stored_unanswered: usize,
}

/// Sends until the server is gone: first what was not answered before, then more. The text is the client id.
async fn send_over_http(
    client: Client,
    name: String,
    again: Vec<String>,
    tally: Arc<Tally>,
) -> anyhow::Result<Sent> {
    let mut sent = Sent::default();
    let mut again = again.into_iter();
    let mut fresh = (0_u64..).map(|n| format!("{name}-{n}"));
    while let Some(id) = again.next().or_else(|| fresh.next()) {
        match client.send("general", &id, &id).await {
            Ok(message) => {
                ensure!(
                    message.text == id && message.client_id == id,
                    "the answer is of another message"
                );
                sent.acknowledged.push(id);
                tally.acknowledge();
            }
            Err(client::Error::NoAnswer(_)) => {
                sent.unanswered.push(id);
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    sent.unanswered.extend(again);
    Ok(sent)
}

/// Sends until the server is gone. A message is acknowledged once its object comes back; what did not come back is not
/// sent again, since it has no client id and may be stored.
async fn send_over_socket(client: Client, name: String, tally: Arc<Tally>) -> anyhow::Result<Sent> {
    let mut sent = Sent::default();
    let Ok(mut socket) = client.socket("/ws", None, 1 << 16).await else {
        return Ok(sent);
    };
    for n in 0_u64.. {
        let text = format!("{name}-{n}");
        let message = PlainMessage {
            username: name.clone(),
            message: text.clone(),
            ..PlainMessage::default()
        };
        if socket
            .send(Message::text(serde_json::to_string(&message)?))
            .await
            .is_err()
        {
            break;
        }
        if !comes_back(&mut socket, &text).await? {
            break;
        }
        sent.acknowledged.push(text);
        tally.acknowledge();
    }
    Ok(sent)
}

/// Waits for our own message among everybody's; `false` when the server is gone.
async fn comes_back(socket: &mut client::http::Socket, text: &str) -> anyhow::Result<bool> {
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(json) = message {
            let heard: PlainMessage = serde_json::from_str(&json).with_context(|| json.to_string())?;
            if heard.message == text {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Starts the server on a free port, and waits until it answers.
async fn serve(server: &Path, folder: &Path) -> anyhow::Result<(Child, Client)> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut child = Command::new(server)
        .args(["serve", "--open", "--addr", &address.to_string(), "--data"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {}", server.display()))?;
    let client = Client::new(&format!("http://{address}"), None)?;
    let deadline = Instant::now() + START_TIME;
    while client.greeting().await.is_err() {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended by itself: {status}");
        }
        if Instant::now() > deadline {
            child.kill()?;
            bail!("the server did not start within {START_TIME:?}");
        }
        sleep(Duration::from_millis(5)).await;
    }
    Ok((child, client))
}

/// How many of what was not answered is stored all the same. It can only be among the newest: each sender waits for one
/// answer at a time.
async fn stored_among(client: &Client, unanswered: &[String]) -> anyhow::Result<usize> {
    let newest = client.messages("general", Which::Latest, 200).await?.messages;
    Ok(newest
        .iter()
        .filter(|message| unanswered.contains(&message.text))
        .count())
}

/// Every message of the room by its text, and how often it is there.
async fn read_all(client: &Client) -> anyhow::Result<HashMap<String, u32>> {
    let (mut stored, mut last) = (HashMap::new(), 0);
    loop {
        let page = client.messages("general", Which::After(last), 200).await?;
        for message in page.messages {
            ensure!(message.id > last, "ids do not grow");
            last = message.id;
            *stored.entry(message.text).or_default() += 1;
        }
        if !page.more {
            return Ok(stored);
        }
    }
}

fn beside_us() -> anyhow::Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("flotilla");
    ensure!(
        beside.exists(),
        "{} is not there: build it, or give --server",
        beside.display()
    );
    Ok(beside)
}
