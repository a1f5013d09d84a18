//! Starts everything on a listener, and stops it in an order that loses nothing.
//!
//! The end: accept nobody any more → tell sockets to go (3001 "shutdown") while requests under way are finished → wait
//! for all connections, but not for ever → the backend finishes what is queued and closes the database.

use std::{future::Future, io, sync::Arc, time::Duration};

use backend::{Backend, StartError, folder};
use tokio::{net::TcpListener, time::timeout};

use crate::{
    accept::{self, Gate},
    config::Config,
    http::{AppState, assets::Assets, router},
};

/// How long requests and sockets may take to end, of the ten seconds that a service manager grants.
const DRAIN: Duration = Duration::from_secs(7);

/// How long the backend may take after that.
const CLOSE: Duration = Duration::from_secs(2);

/// Why nothing is served: one line, and exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder.
    #[error("cannot write to the data folder {folder}: {error}")]
    Data {
        /// Which.
        folder: String,
        /// Why.
        error: io::Error,
    },
    /// The site's files.
    #[error("cannot read the site: {0}")]
    Site(io::Error),
    /// The backend.
    #[error(transparent)]
    Backend(#[from] StartError),
}

/// A server that has started, and not yet begun to serve.
pub struct Server {
    state: AppState,
}

impl Server {
    /// Checks the data folder, and starts the backend.
    ///
    /// # Errors
    /// One clear line for whoever starts the program.
    pub async fn start(config: Config) -> Result<Self, ServeError> {
        let backend = backend_config(&config);
        Self::with(config, backend).await
    }

    /// As [`start`](Self::start), with a backend configured otherwise: for tests, which set its clock and its costs.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn with(config: Config, backend: backend::Config) -> Result<Self, ServeError> {
        prepare(&config)?;
        let assets = Assets::load().map_err(ServeError::Site)?;
        let backend = Arc::new(Backend::start(backend).await?);
        if assets.is_empty() {
            tracing::warn!("no site in LEPTOS_SITE_ROOT: pages have no style (`make run` builds it)");
        }
        let gate = Gate::new(config.limits.clone(), config.trust_proxy.clone());
        Ok(Self {
            state: AppState::new(config, backend, assets, gate),
        })
    }

    /// All that Flotilla does, for tests.
    pub fn backend(&self) -> &Arc<Backend> {
        &self.state.backend
    }

    /// Serves until `shutdown`, then ends within ten seconds.
    pub async fn run(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let state = self.state;
        let router = router::routes().finish(state.clone());
        let asked = async {
            shutdown.await;
            tracing::info!("shutting down");
            state.end();
            state.backend.hub.shutdown();
        };
        let accepting = accept::accept(listener, &state.gate, router, asked, DRAIN);
        let left = accepting.await;
        if left > 0 {
            tracing::warn!(connections = left, "some connections did not end in time");
        }
        if timeout(CLOSE, state.backend.shutdown()).await.is_err() {
            tracing::warn!("the database did not close in time; nothing acknowledged is lost");
        }
    }
}

/// Serves on a listener until `shutdown`.
///
/// # Errors
/// When it cannot start; nothing was served then.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    Server::start(config).await?.run(listener, shutdown).await;
    Ok(())
}

/// The backend's share of the configuration.
pub fn backend_config(config: &Config) -> backend::Config {
    let mut backend = backend::Config::new(config.database.clone());
    backend.accounts.open = config.open;
    backend.accounts.gravatar = config.gravatar;
    backend
}

/// Makes the data folder and tries to write there, so that a full or a read-only disk is found out before anything is
/// touched.
fn prepare(config: &Config) -> Result<(), ServeError> {
    let tried = folder::make(&config.data).and_then(|()| {
        let probe = config.data.join(".flotilla-probe");
        std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe))
    });
    tried.map_err(|error| ServeError::Data {
        folder: config.data.display().to_string(),
        error,
    })
}
