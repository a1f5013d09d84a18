//! A server of a test's own, and a browser that follows nothing by itself.

use std::net::SocketAddr;

use app::accounts::SESSION_COOKIE;
use backend::{
    Clock,
    accounts::{Address, Cost, NewAccount},
};
use reqwest::{Client, Method, Response, StatusCode, header, redirect::Policy};
use server::{Config, Server, config::Settings};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use wire::time::Time;

/// When a test's clock stands: 2026-01-01T00:00:00Z.
const START: Time = Time(1_767_225_600_000_000);

/// A server on a port of its own, and a browser that follows nothing by itself.
pub(super) struct Site {
    pub(super) address: SocketAddr,
    pub(super) backend: std::sync::Arc<backend::Backend>,
    pub(super) browser: Client,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
    _folder: TempDir,
}

impl Site {
    pub(super) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().display().to_string();
        // The proxy of the cookie's test; nothing else says that it comes from there.
        let flags = [
            ("data", data),
            ("addr", "127.0.0.1:0".to_owned()),
            ("trust-proxy", "127.0.0.1/32".to_owned()),
        ];
        let config = Config::new(&Settings::gather(None, [], &flags).unwrap()).unwrap();
        let mut backend = server::serve::backend_config(&config);
        backend.clock = Clock::fixed(START);
        backend.accounts.password_cost = Cost {
            memory_kib: 8,
            passes: 1,
        };
        let server = Server::with(config, backend).await.unwrap();
        let backend = server.backend().clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.run(listener, async move { drop(stopped.await) }));
        let browser = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            address,
            backend,
            browser,
            stop,
            served,
            _folder: folder,
        }
    }

    pub(super) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap();
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) async fn ask(&self, method: Method, path: &str) -> StatusCode {
        self.browser
            .request(method, self.url(path))
            .send()
            .await
            .unwrap()
            .status()
    }

    /// A page, with a cookie or another credential.
    pub(super) async fn visit(&self, path: &str, name: header::HeaderName, value: &str) -> Response {
        self.browser
            .get(self.url(path))
            .header(name, value)
            .send()
            .await
            .unwrap()
    }

    pub(super) async fn visit_as(&self, path: &str, secret: &str) -> StatusCode {
        self.visit(path, header::COOKIE, &format!("{SESSION_COOKIE}={secret}"))
            .await
            .status()
    }

    /// A plain form, as a browser without WASM sends it.
    pub(super) async fn send(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Response {
        let request = self
            .browser
            .post(self.url(path))
            .header(header::ACCEPT, "text/html");
        let request = request
            .header(header::COOKIE, cookie)
            .header(header::REFERER, self.url("/login"));
        request.form(fields).send().await.unwrap()
    }

    pub(super) async fn account(&self, name: &str) -> backend::accounts::NewSession {
        let stranger = self
            .backend
            .accounts
            .anonymous(Address::new([127, 0, 0, 1].into()));
        let account = NewAccount {
            username: name.to_owned(),
            email: format!("{name}@example.org"),
            password: "correct horse".to_owned(),
        };
        self.backend
            .accounts
            .register(&stranger, "a test", account)
            .await
            .unwrap()
    }
}

/// The value of a cookie that an answer sets, and its attributes.
pub(super) fn cookie_set(response: &Response, name: &str) -> Option<(String, String)> {
    let mut lines = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    let (value, attributes) = line.split_once(';').unwrap_or((line, ""));
    Some((value.to_owned(), attributes.to_owned()))
}
