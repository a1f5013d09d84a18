//! A real server on a port of its own, and a peer that speaks to it line by line.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};

use backend::{
    Backend,
    accounts::{Cost, NewAccount},
};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use server::{Config, Server, config::Settings, serve::backend_config};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

/// Longer than anything here takes; what does not happen within it fails the test instead of hanging it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with its own database.
pub(crate) struct TestServer {
    pub(crate) addr: SocketAddr,
    pub(crate) backend: Arc<Backend>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
    _folder: TempDir,
}

impl TestServer {
    /// Where a stranger is a stranger.
    pub(crate) async fn start() -> Self {
        Self::with(false).await
    }

    /// With `--open`.
    pub(crate) async fn open() -> Self {
        Self::with(true).await
    }

    async fn with(open: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().display().to_string();
        let flags = [("data", data), ("open", open.to_string())];
        let config = Config::new(&Settings::gather(None, [], &flags).unwrap()).unwrap();
        let mut backend = backend_config(&config);
        backend.accounts.password_cost = Cost {
            memory_kib: 8,
            passes: 1,
        };
        let server = Server::with(config, backend).await.unwrap();
        let backend = server.backend().clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(server.run(listener, async {
            // A dropped sender stops the server as well.
            let _stopped = stopped.await;
        }));
        Self {
            addr,
            backend,
            stop: Some(stop),
            running,
            _folder: folder,
        }
    }

    /// A member with this name; their token.
    pub(crate) async fn member(&self, name: &str) -> String {
        let operator = self.backend.accounts.operator();
        let account = NewAccount {
            username: name.to_owned(),
            email: format!("{name}@example.org"),
            password: "correct horse battery".to_owned(),
        };
        operator.add(account, None).await.unwrap();
        operator.create_token(name, "test").await.unwrap().secret
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// A client of the whole surface, with a token.
    pub(crate) fn client(&self, token: &str) -> client::Client {
        client::Client::new(&self.url(), Some(token.to_owned())).unwrap()
    }

    /// A socket on which nothing was said.
    pub(crate) async fn socket(&self) -> Peer {
        self.socket_as(None, None).await
    }

    pub(crate) async fn socket_as(&self, token: Option<&str>, protocol: Option<&str>) -> Peer {
        let url = format!("ws://{}/connection/websocket", self.addr);
        let mut request = url.into_client_request().unwrap();
        if let Some(token) = token {
            let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
            request.headers_mut().insert("authorization", value);
        }
        if let Some(protocol) = protocol {
            request
                .headers_mut()
                .insert("sec-websocket-protocol", HeaderValue::from_str(protocol).unwrap());
        }
        let (socket, _) = connect_async(request).await.unwrap();
        Peer {
            socket,
            lines: Vec::new(),
            pushes: VecDeque::new(),
            last_id: 1,
        }
    }

    /// A peer that has said who it is.
    pub(crate) async fn peer(&self, token: &str) -> Peer {
        let mut peer = self.socket().await;
        peer.send(json!({"id": 1, "connect": {"token": token}})).await;
        let reply = peer.next().await;
        assert!(reply["connect"]["client"].is_string(), "{reply}");
        peer
    }

    /// Stops it as SIGTERM does, and waits for the end.
    pub(crate) async fn stop(&mut self) {
        drop(self.stop.take());
        timeout(PATIENCE, &mut self.running)
            .await
            .expect("the server ends")
            .unwrap();
    }

    /// Waits until the backend is as it should be. No event says so, hence it looks again whenever others had a turn.
    pub(crate) async fn until(&self, holds: impl Fn(&Backend) -> bool) {
        let looking = async {
            while !holds(&self.backend) {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, looking).await.expect("it comes to hold");
    }
}

/// One end of a live socket.
pub(crate) struct Peer {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>,
    /// Read and not yet looked at.
    lines: Vec<Value>,
    /// What was pushed while a reply was waited for.
    pushes: VecDeque<Value>,
    last_id: u32,
}

impl Peer {
    pub(crate) async fn send(&mut self, command: Value) {
        self.send_text(command.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next line, whatever frame it is in.
    pub(crate) async fn next(&mut self) -> Value {
        while self.lines.is_empty() {
            let text = match self.message().await {
                Message::Text(text) => text,
                other => panic!("not a text: {other:?}"),
            };
            self.lines = text
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
        }
        self.lines.remove(0)
    }

    pub(crate) async fn message(&mut self) -> Message {
        timeout(PATIENCE, self.socket.next())
            .await
            .expect("something comes")
            .expect("the socket is open")
            .unwrap()
    }

    /// Sends one request under a new id; the reply. Pushes before it are kept.
    pub(crate) async fn ask(&mut self, request: Value) -> Value {
        self.last_id += 1;
        let mut command = request;
        command["id"] = self.last_id.into();
        self.send(command).await;
        loop {
            let reply = self.next().await;
            if reply["id"] == self.last_id {
                return reply;
            }
            if reply["push"].is_object() {
                self.pushes.push_back(reply["push"].clone());
            }
        }
    }

    pub(crate) async fn subscribe(&mut self, channel: &str) -> Value {
        let reply = self.ask(json!({"subscribe": {"channel": channel}})).await;
        assert!(reply["subscribe"].is_object(), "{reply}");
        reply["subscribe"].clone()
    }

    pub(crate) async fn publish(&mut self, channel: &str, data: Value) {
        let reply = self
            .ask(json!({"publish": {"channel": channel, "data": data}}))
            .await;
        assert_eq!(reply["publish"], json!({}), "{reply}");
    }

    /// The next push.
    pub(crate) async fn push(&mut self) -> Value {
        if let Some(push) = self.pushes.pop_front() {
            return push;
        }
        loop {
            let line = self.next().await;
            if line["push"].is_object() {
                return line["push"].clone();
            }
        }
    }

    /// Reads on until the server closes; its code and reason.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.message().await {
                let frame = frame.expect("the server says why");
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}
