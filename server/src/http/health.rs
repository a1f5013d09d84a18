//! Whether the server is alive, and whether it is ready for traffic. Nothing here needs credentials or tells secrets.

use std::time::Duration;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use backend::db;
use tokio::time::timeout;

use super::{AppState, Routes};

/// A database that takes longer than this to answer nothing is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// In how many seconds to ask again: a database that restarts is back in a few.
const ASK_AGAIN: &str = "5";

/// `/healthz` and `/readyz`.
pub fn routes(routes: Routes) -> Routes {
    routes
        .public("/healthz", get(async || "alive\n"))
        .public("/readyz", get(ready))
}

async fn ready(State(state): State<AppState>) -> Response {
    match obstacle(&state).await {
        None => "ready\n".into_response(),
        Some(why) => {
            let again = [(header::RETRY_AFTER, ASK_AGAIN)];
            (StatusCode::SERVICE_UNAVAILABLE, again, why).into_response()
        }
    }
}

/// Why the server is not ready, if it is not.
async fn obstacle(state: &AppState) -> Option<&'static str> {
    if state.is_ending() {
        return Some("shutting down\n");
    }
    let answer = state.backend.db.read(|c| c.query_one::<i64>("SELECT 1", &[]));
    match timeout(PATIENCE, answer).await {
        Ok(Ok(_one)) => None,
        Ok(Err(error)) => {
            let error: db::Error = error;
            tracing::warn!(%error, "not ready: the database failed");
            Some("the database failed\n")
        }
        Err(_elapsed) => Some("the database does not answer\n"),
    }
}
