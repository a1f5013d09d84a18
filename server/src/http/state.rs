//! What every handler can reach.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::extract::FromRef;
use backend::Backend;

use super::{assets::Assets, metrics::Metrics};
use crate::{accept::Gate, config::Config};

/// Shared by all handlers and layers. Cheap to clone; derefs to its parts.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What [`AppState`] holds.
pub struct Parts {
    /// All that Flotilla does.
    pub backend: Arc<Backend>,
    /// The same, and where the browser finds the build: for pages.
    pub site: Arc<app::ssr::Site>,
    /// The files of the site.
    pub assets: Assets,
    /// What is counted.
    pub metrics: Metrics,
    /// Who is connected.
    pub gate: Gate,
    /// What was configured.
    pub config: Config,
    ending: AtomicBool,
}

impl AppState {
    /// Brings the parts together.
    pub fn new(config: Config, backend: Arc<Backend>, assets: Assets, gate: Gate) -> Self {
        let metrics = Metrics::new(Arc::clone(&backend), gate.clone());
        let site = Arc::new(app::ssr::Site {
            backend: Arc::clone(&backend),
            assets: assets.for_pages(),
            watch: assets.watch(),
        });
        Self(Arc::new(Parts {
            backend,
            site,
            assets,
            metrics,
            gate,
            config,
            ending: AtomicBool::new(false),
        }))
    }

    /// From now on, this server is not ready for traffic.
    pub fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// Whether the server is going down.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<AppState> for Arc<Backend> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.backend)
    }
}
