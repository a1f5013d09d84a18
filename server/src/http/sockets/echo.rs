//! The echo socket, `/echo`: what comes goes back, text as text and binary as binary, and a close code as itself.
//!
//! Open to strangers: it stores nothing, and [`backend::echo`] bounds how many there are and what they hold.

use axum::response::Response;
use backend::{Backend, Error, accounts::Caller};
use wire::echo::MAX_ECHO_BYTES;

use super::{End, Kind, Socket, Upgrade, chat};

/// Answers the request to open `/echo` as a socket.
pub async fn open(backend: &Backend, caller: &Caller, upgrade: Upgrade) -> Result<Response, Error> {
    let visit = backend.echo.enter(caller)?;
    let connection = backend.connect(caller, &chat::PLAIN).await;
    Ok(
        upgrade.open(connection, Kind::Echo, MAX_ECHO_BYTES, |mut socket| async move {
            socket.bound_by(visit);
            let end = repeat(&mut socket).await;
            socket.finish(end).await;
        }),
    )
}

async fn repeat(socket: &mut Socket) -> End {
    loop {
        match socket.next().await {
            Ok(message) => socket.feed(&message),
            Err(end) => return end,
        }
    }
}
