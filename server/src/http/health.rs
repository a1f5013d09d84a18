//! Whether the server is alive, and whether it is ready for traffic. Nothing here needs credentials or tells secrets.

use std::time::Duration;

use axum::{extract::State, http::StatusCode, routing::get};
use backend::db;
use tokio::time::timeout;

use super::{AppState, Routes};

/// A database that takes longer than this to answer nothing is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/healthz` and `/readyz`.
pub fn routes(routes: Routes) -> Routes {
    routes
        .public("/healthz", get(async || "alive\n"))
        .public("/readyz", get(ready))
}

async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.is_ending() {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n");
    }
    let answer = state.backend.db.read(|c| c.query_one::<i64>("SELECT 1", &[]));
    match timeout(PATIENCE, answer).await {
        Ok(Ok(_one)) => (StatusCode::OK, "ready\n"),
        Ok(Err(error)) => {
            let error: db::Error = error;
            tracing::warn!(%error, "not ready: the database failed");
            (StatusCode::SERVICE_UNAVAILABLE, "the database failed\n")
        }
        Err(_elapsed) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
