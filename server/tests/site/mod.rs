//! A server of a test's own, on a port that was free and a database that is new.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses its own part of this"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use backend::{
    Backend,
    accounts::{Address, Caller, NewAccount},
};
use client::{Client, http::Socket};
use futures::{SinkExt as _, StreamExt as _};
use server::{Config, Server, config::Settings};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};
use tokio_tungstenite::tungstenite::{Message, protocol::CloseFrame};

/// How long a test waits for what must happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running server.
pub struct Site {
    pub backend: Arc<Backend>,
    pub url: String,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl Site {
    /// One with `--open`.
    pub async fn open() -> Self {
        Self::start(tempfile::tempdir().unwrap(), "127.0.0.1:0", true).await
    }

    /// One that wants to know who asks.
    pub async fn closed() -> Self {
        Self::start(tempfile::tempdir().unwrap(), "127.0.0.1:0", false).await
    }

    /// One whose configuration is changed before it starts.
    pub async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = configuration(&folder, false);
        change(&mut config);
        Self::serve(folder, "127.0.0.1:0", config).await
    }

    async fn start(folder: TempDir, address: &str, open: bool) -> Self {
        let config = configuration(&folder, open);
        Self::serve(folder, address, config).await
    }

    async fn serve(folder: TempDir, address: &str, config: Config) -> Self {
        let server = Server::start(config).await.unwrap();
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let backend = server.backend().clone();
        let running = tokio::spawn(server.run(listener, async { drop(stopped.await) }));
        Self {
            backend,
            url,
            folder,
            stop: Some(stop),
            running,
        }
    }

    /// Ends this server as a service manager does; what it stored and where it listened stay.
    pub async fn stop(mut self) -> Stopped {
        drop(self.stop.take());
        self.running.await.unwrap();
        let address = self.url.trim_start_matches("http://").to_owned();
        Stopped {
            folder: self.folder,
            address,
        }
    }

    /// A client without credentials.
    pub fn client(&self) -> Client {
        Client::new(&self.url, None).unwrap()
    }

    /// A client of a new account.
    pub async fn member(&self, name: &str) -> Member {
        let stranger = self
            .backend
            .accounts
            .anonymous(Address::new(Ipv4Addr::LOCALHOST.into()));
        let account = NewAccount {
            username: name.to_owned(),
            email: format!("{name}@a.example"),
            password: "correct horse".to_owned(),
        };
        let caller = self
            .backend
            .accounts
            .register(&stranger, "a test", account)
            .await
            .unwrap()
            .caller;
        let token = self
            .backend
            .accounts
            .create_token(&caller, "a test")
            .await
            .unwrap();
        let client = Client::new(&self.url, Some(token.secret.clone())).unwrap();
        Member {
            caller,
            client,
            secret: token.secret,
            token: token.token.id,
        }
    }
}

fn configuration(folder: &TempDir, open: bool) -> Config {
    let flags = [
        ("data", folder.path().display().to_string()),
        ("open", open.to_string()),
    ];
    Config::new(&Settings::gather(None, [], &flags).unwrap()).unwrap()
}

/// What a server leaves behind.
pub struct Stopped {
    folder: TempDir,
    address: String,
}

impl Stopped {
    /// The same again, in the same place.
    pub async fn start(self, open: bool) -> Site {
        Site::start(self.folder, &self.address, open).await
    }
}

/// Somebody with an account and a token.
pub struct Member {
    pub caller: Caller,
    pub client: Client,
    pub secret: String,
    pub token: i64,
}

/// A socket as a test talks to it.
pub struct Talk(pub Socket);

impl Talk {
    pub async fn to(client: &Client, path: &str) -> Self {
        Self(client.socket(path, None, 32 << 20).await.unwrap())
    }

    pub async fn say(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.unwrap();
    }

    /// The next message that is no ping.
    pub async fn hear(&mut self) -> Message {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("an answer in time") {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(message) => return message.expect("a sound message"),
                None => panic!("the socket ended without a word"),
            }
        }
    }

    /// The next message as JSON.
    pub async fn hear_json(&mut self) -> serde_json::Value {
        serde_json::from_str(self.hear().await.to_text().unwrap()).unwrap()
    }

    /// The close frame that must come, whatever comes before it.
    pub async fn hear_close(&mut self) -> CloseFrame {
        loop {
            if let Message::Close(frame) = self.hear().await {
                return frame.expect("a close code");
            }
        }
    }
}
