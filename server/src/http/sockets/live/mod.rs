//! The live socket, `/connection/websocket`.
//!
//! Read in this order: [`session`] (what a client may do, whatever the encoding), [`codes`] (how it is refused), [`json`]
//! (the Centrifuge client protocol), [`compact`] (the pages' own encoding), [`budget`] (how often).
//!
//! Invariants:
//! - The reply to a subscription stands in the connection's queue before anything that the subscription brings.
//! - Whatever a client sends gets a reply, an error of the protocol, or a close code; never a panic.

mod budget;
mod codes;
mod compact;
mod json;
mod session;

use std::sync::Arc;

use axum::response::Response;
use backend::{Backend, accounts::Caller};
use wire::live::compact::SUBPROTOCOL;

use super::{Kind, MAX_MESSAGE_BYTES, Upgrade};
use session::Session;

/// Answers the request to open the live socket.
pub async fn open(backend: Arc<Backend>, caller: Caller, mut upgrade: Upgrade) -> Response {
    let session = Session::new(backend.clone(), caller.clone());
    let (kind, most) = (Kind::Live, MAX_MESSAGE_BYTES);
    if upgrade.choose(SUBPROTOCOL) {
        let connection = backend.connect(&caller, &compact::ENCODING).await;
        upgrade.open(connection, kind, most, |socket| compact::serve(socket, session))
    } else {
        upgrade.choose(json::SUBPROTOCOL);
        let connection = backend.connect(&caller, &json::ENCODING).await;
        upgrade.open(connection, kind, most, |socket| json::serve(socket, session))
    }
}
