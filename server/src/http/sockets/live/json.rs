//! The Centrifuge client protocol in JSON ([`wire::live::json`]): commands a line each, replies a line each.
//!
//! The replies to one frame's commands go out in one frame. What is not the protocol ends the connection as its reference
//! server does: broken JSON, an unknown command, anything before `connect`, a second `connect`, a pong without a ping.

mod answer;
mod push;

use std::{convert::Infallible, time::Duration};

use backend::hub::{Disconnect, Encoding};
use serde_json::value::RawValue;
use tokio::time::Instant;
use wire::live::json::{self, Command, Reply};

use super::{
    codes::{Code, Failure},
    session::Session,
};
use crate::http::sockets::{End, Message, Socket, frame};
use answer::answer;

/// How the hub queues pushes for a program.
pub(super) static ENCODING: Encoding = Encoding {
    slot: 0,
    encode: push::encode,
};

/// The WebSocket subprotocol that some clients offer; none is needed.
pub(super) const SUBPROTOCOL: &str = "centrifuge-json";

/// How long a client may take to say who it is. A client does so at once.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// Replies gathered into one frame at most, a single larger reply apart.
const MAX_REPLY_BYTES: usize = 64 << 10;

/// An empty reply in a frame: what the protocol takes for a ping.
static PING: &[u8] = b"\x81\x02{}";

/// A feature's own data, which this socket passes through.
type Raw = Box<RawValue>;

/// Serves one program's socket to its end.
pub(super) async fn serve(mut socket: Socket, mut session: Session) {
    let Err(end) = talk(&mut socket, &mut session).await;
    socket.finish(end).await;
}

async fn talk(socket: &mut Socket, session: &mut Session) -> Result<Infallible, End> {
    socket.ping_with(PING);
    let mut connected = false;
    let deadline = Instant::now() + CONNECT_TIME;
    while !connected {
        let message = socket.next_until(deadline).await?.ok_or(Disconnect::STALE)?;
        Box::pin(take(socket, session, &mut connected, &message)).await?;
    }
    loop {
        let message = socket.next().await?;
        // Boxed, so that a socket at rest does not carry the largest command's state.
        Box::pin(take(socket, session, &mut connected, &message)).await?;
    }
}

/// Answers one frame.
async fn take(
    socket: &mut Socket,
    session: &mut Session,
    connected: &mut bool,
    message: &Message,
) -> Result<(), End> {
    let text = match message {
        Message::Text(text) => text,
        Message::Binary(bytes) => std::str::from_utf8(bytes).map_err(|_| Disconnect::BAD_REQUEST)?,
    };
    if text.trim_ascii().is_empty() {
        return Err(Disconnect::BAD_REQUEST.into());
    }
    let mut replies = String::new();
    for line in text.lines().filter(|line| !line.trim_ascii().is_empty()) {
        let command: Command<Raw> = serde_json::from_str(line).map_err(|_| Disconnect::BAD_REQUEST)?;
        if let Some(reply) = dispatch(socket, session, connected, command).await? {
            let line = serde_json::to_string(&reply).map_err(|_| Disconnect::SERVER_ERROR)?;
            if !replies.is_empty() {
                replies.push('\n');
            }
            replies.push_str(&line);
        }
        if replies.len() > MAX_REPLY_BYTES {
            send(socket, session, &mut replies).await?;
        }
    }
    send(socket, session, &mut replies).await
}

async fn send(socket: &mut Socket, session: &mut Session, replies: &mut String) -> Result<(), End> {
    if !replies.is_empty() {
        socket.connection().send(&frame::text(replies));
        replies.clear();
    }
    session.begin(socket.connection());
    socket.relieve().await
}

/// Answers one command; `None` where the protocol has no answer.
async fn dispatch(
    socket: &mut Socket,
    session: &mut Session,
    connected: &mut bool,
    command: Command<Raw>,
) -> Result<Option<Reply<Raw>>, Disconnect> {
    let id = command.id;
    if *connected == command.connect.is_some() {
        return Err(Disconnect::BAD_REQUEST);
    }
    if id == 0 && command.send.is_none() {
        return if socket.pong() {
            Ok(None)
        } else {
            Err(Disconnect::BAD_REQUEST)
        };
    }
    let answer = match session.spend() {
        Ok(()) => answer(socket, session, command).await,
        Err(refused) => Err(refused),
    };
    match answer {
        Ok(Some(reply)) => {
            *connected = true;
            Ok(Some(Reply { id, ..reply }))
        }
        Ok(None) => Ok(None),
        Err(Failure::Code(code)) => Ok(Some(Reply {
            id,
            error: Some(error(code)),
            ..Reply::default()
        })),
        Err(Failure::Disconnect(why)) => Err(why),
    }
}

fn error(code: Code) -> json::Error {
    let Code {
        code,
        message,
        temporary,
    } = code;
    json::Error {
        code,
        message: message.to_owned(),
        temporary,
    }
}
