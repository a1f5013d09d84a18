//! Figures for Prometheus, at `/metrics`.
//!
//! `prometheus-client` is the Prometheus organisation's own library: no global state, so each server of a test process has
//! its figures to itself, and no `unsafe`. What services count themselves (hub, database) is read when somebody asks.
//!
//! Whoever may read them is on this machine, or is an administrator's token: paths and rates tell much of a team.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use axum::{
    Extension,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use backend::{Backend, Error, accounts::Caller};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

use super::{AppState, Routes, error, peer::Peer};
use crate::accept::Gate;

mod services;

/// From half a millisecond, which most answers are under, to the ten seconds after which people give up.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0,
];

/// The route of what has none: files and paths that are not there. Their paths are anybody's to invent, so they are no
/// labels.
const NO_ROUTE: &str = "none";

/// What the server counts.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: String,
}

impl Metrics {
    pub(super) fn new(backend: Arc<Backend>, gate: Gate) -> Self {
        let mut registry = Registry::with_prefix("flotilla");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION")), ("profile", profile())]);
        registry.register("build", "What runs", build);
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let seconds: Family<_, _, fn() -> _> = Family::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register_with_unit(
            "http_request_duration",
            "Time from a whole request head to the answer's head",
            Unit::Seconds,
            seconds.clone(),
        );
        registry.register_collector(Box::new(services::Services::new(backend, gate)));
        Self {
            registry,
            requests,
            seconds,
        }
    }

    /// One request was answered.
    pub(super) fn answered(&self, method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
        let (method, route) = (known(method), route.unwrap_or(NO_ROUTE).to_owned());
        let labels = RequestLabels {
            method,
            route: route.clone(),
            status: status.as_u16(),
        };
        self.requests.get_or_create(&labels).inc();
        self.seconds
            .get_or_create(&RouteLabels { method, route })
            .observe(took.as_secs_f64());
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        text.write_str("")?;
        Ok(text)
    }
}

fn profile() -> &'static str {
    if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    }
}

/// A method as a label: one that nobody has heard of is `OTHER`, so that nobody can invent labels.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// `/metrics`; public as far as the router goes, since its guard is its own.
pub fn routes(routes: Routes) -> Routes {
    routes.public("/metrics", get(show))
}

async fn show(
    State(state): State<AppState>,
    Extension(peer): Extension<Peer>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    // Everybody's `anonymous` has shown nothing.
    let allowed = match caller.admin() {
        _ if peer.is_local() => Ok(()),
        _ if caller.is_open() => Err(Error::Unauthorized),
        admin => admin.map(drop),
    };
    if let Err(error) = allowed {
        let (parts, _body) = request.into_parts();
        return error::refuse_with(&parts, error);
    }
    match state.metrics.text() {
        Ok(text) => (
            [(
                header::CONTENT_TYPE,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
            )],
            text,
        )
            .into_response(),
        Err(_cannot) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
