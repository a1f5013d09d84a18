//! The plain chat socket, `/ws`: JSON objects in and out in the room `general`, for tutorials and small scripts.
//!
//! Invariants:
//! - Everyone in the room gets each message, the sender included, once it is stored, each once and in the room's order.
//! - A frame that cannot be taken gets `{"error":"…"}`; the socket stays open.
//! - What was sent before the socket closed is stored, also when it closed before the answer.
//!
//! Deliberately absent: history, and any answer to a message but itself.

use std::{convert::Infallible, mem, pin::pin, sync::Arc, time::Duration};

use axum::response::Response;
use backend::{
    Backend, Error,
    accounts::Caller,
    chat::{self, GENERAL},
    hub::{Connection, Disconnect, Encoding, Push},
};
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use tokio::time::Instant;
use wire::chat::{PlainError, PlainMessage};

use super::{CloseReason, End, Kind, MAX_MESSAGE_BYTES, Message, Socket, Upgrade, frame};

/// How long a stranger has for its first message, the token.
const TOKEN_TIME: Duration = Duration::from_secs(5);

/// Messages of one socket that may wait while those before them are stored; they are then stored in one transaction.
const MOST_WAITING: usize = 64;

/// No token in time, or a wrong one.
const WHO: CloseReason = CloseReason {
    code: 4401,
    reason: "send a token first",
};
/// The room is not for this caller.
const NOT_YOURS: CloseReason = CloseReason {
    code: 4403,
    reason: "not your room",
};

/// What the hub queues for a plain socket: the object of [`chat::plain_topic`], framed as it is.
pub(super) static PLAIN: Encoding = Encoding { slot: 2, encode };

/// Answers the request to open `/ws`.
pub async fn open(backend: Arc<Backend>, caller: Caller, upgrade: Upgrade) -> Response {
    let mut connection = backend.connect(&caller, &PLAIN).await;
    // Before the answer, so that what is said once the socket is open reaches it.
    let followed = match caller.person() {
        Ok(_) => Some(follow(&mut connection, &backend, &caller).await),
        Err(_) => None,
    };
    upgrade.open(
        connection,
        Kind::Chat,
        MAX_MESSAGE_BYTES,
        move |mut socket| async move {
            let Err(end) = talk(&mut socket, &backend, caller, followed).await;
            socket.finish(end).await;
        },
    )
}

/// `followed`: how following the room went, where the request itself said who it is.
async fn talk(
    socket: &mut Socket,
    backend: &Backend,
    caller: Caller,
    followed: Option<Result<(), End>>,
) -> Result<Infallible, End> {
    let caller = match followed {
        Some(followed) => followed.map(|()| caller)?,
        // Boxed, here and below: a socket at rest then carries none of their state.
        None => Box::pin(introduce(socket, backend, caller)).await?,
    };
    let mut waiting = Vec::new();
    loop {
        if waiting.is_empty() {
            let message = socket.next().await?;
            take(socket, &mut waiting, &message);
        } else {
            Box::pin(store(socket, backend, &caller, &mut waiting)).await?;
        }
    }
}

/// Learns who it is by a token as the first message, and follows the room.
async fn introduce(socket: &mut Socket, backend: &Backend, caller: Caller) -> Result<Caller, End> {
    #[derive(Deserialize)]
    struct First {
        token: String,
    }
    let first = socket.next_until(Instant::now() + TOKEN_TIME).await?.ok_or(WHO)?;
    let First { token } = serde_json::from_slice(bytes_of(&first)).map_err(|_| WHO)?;
    let caller = backend
        .accounts
        .by_token(&token, caller.address())
        .await
        .map_err(end_of)?;
    socket.identify(backend.connect(&caller, &PLAIN).await);
    follow(socket.connection_mut(), backend, &caller).await?;
    Ok(caller)
}

/// From now on, what is said in the room is queued for this connection.
async fn follow(connection: &mut Connection, backend: &Backend, caller: &Caller) -> Result<(), End> {
    let topic = chat::plain_topic(GENERAL);
    connection
        .subscribe(&topic, false)
        .map_err(|_| Disconnect::SERVER_ERROR)?;
    let position = backend.chat.may_follow(caller, GENERAL).await.map_err(end_of)?;
    connection.begin(&topic, position.offset);
    Ok(())
}

/// Stores what waits. What comes meanwhile waits for the next time, so that a socket that sends fast shares commits.
async fn store(
    socket: &mut Socket,
    backend: &Backend,
    caller: &Caller,
    waiting: &mut Vec<PlainMessage>,
) -> Result<(), End> {
    let mut stored = pin!(backend.chat.post_plain(caller, GENERAL, mem::take(waiting)));
    let refused = loop {
        tokio::select! {
            biased;
            refused = &mut stored => break refused,
            next = socket.next(), if waiting.len() < MOST_WAITING => match next {
                Ok(message) => take(socket, waiting, &message),
                Err(end) => {
                    // The socket ended, but all that came before counts.
                    report(stored.await);
                    report(backend.chat.post_plain(caller, GENERAL, mem::take(waiting)).await);
                    return Err(end);
                }
            },
        }
    };
    for error in report(refused) {
        complain(socket, words(&error));
    }
    Ok(())
}

/// What to tell the sender; what is our own fault is logged here.
fn report(outcome: Result<Vec<Error>, Error>) -> Vec<Error> {
    let refused = outcome.unwrap_or_else(|error| vec![error]);
    for error in refused.iter().filter(|error| matches!(error, Error::Internal(_))) {
        tracing::error!(%error, "a message of a plain socket was not stored");
    }
    refused
}

fn take(socket: &mut Socket, waiting: &mut Vec<PlainMessage>, message: &Message) {
    match parse(bytes_of(message)) {
        Some(plain) => waiting.push(plain),
        None => complain(
            socket,
            "not an object with email, username and message".to_owned(),
        ),
    }
}

/// An object; serde would take an array of three as well.
fn parse(json: &[u8]) -> Option<PlainMessage> {
    let object = json.trim_ascii_start().starts_with(b"{");
    serde_json::from_slice(json).ok().filter(|_| object)
}

fn bytes_of(message: &Message) -> &[u8] {
    match message {
        Message::Text(text) => text.as_bytes(),
        Message::Binary(bytes) => bytes,
    }
}

fn complain(socket: &mut Socket, error: String) {
    // Two strings cannot fail to become JSON.
    if let Ok(json) = serde_json::to_string(&PlainError { error }) {
        socket.feed(&Message::Text(json));
    }
}

/// An error as one line.
fn words(error: &Error) -> String {
    match error {
        Error::Invalid(problems) => {
            let name = |field| if field == "text" { "message" } else { field };
            let lines: Vec<_> = problems
                .iter()
                .map(|(field, problem)| format!("{} {problem}", name(*field)))
                .collect();
            lines.join("; ")
        }
        Error::TooMany(wait) => format!("too many messages: try again in {} s", wait.as_secs() + 1),
        Error::Internal(_) => "internal error".to_owned(),
        other => other.to_string(),
    }
}

fn end_of(error: Error) -> End {
    match error {
        Error::Unauthorized => WHO.into(),
        Error::Forbidden | Error::NotFound => NOT_YOURS.into(),
        error => {
            tracing::error!(%error, "a plain socket could not be served");
            Disconnect::SERVER_ERROR.into()
        }
    }
}

fn encode(push: &Push<'_>) -> Option<Bytes> {
    match push {
        Push::Published(publication) => std::str::from_utf8(&publication.data).ok().map(frame::text),
        // Events went missing and there is no history here: the client is to connect again.
        Push::Unsubscribed { why, .. } => {
            let mut close = BytesMut::new();
            frame::put_close(&mut close, Some(3_000), why.reason);
            Some(close.freeze())
        }
        Push::Joined { .. } | Push::Left { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use backend::Problem;

    use super::*;

    #[test]
    fn only_an_object_with_a_message_is_taken() {
        let taken = [
            r#"{"email":"a@b.c","username":"a","message":"hi"}"#,
            r#" {"message":"hi"}"#,
            r#"{"message":"hi","more":[1]}"#,
        ];
        let refused = [
            "",
            "hi",
            "null",
            "[]",
            "{}",
            "5",
            r#"["a","b","hi"]"#,
            r#"{"message":5}"#,
            r#"{"message":null}"#,
            r#"{"message":"a","message":"b"}"#,
            r#"{"message":"hi"} x"#,
            "\"{\"",
        ];
        for json in taken {
            assert!(parse(json.as_bytes()).is_some(), "{json}");
        }
        for json in refused {
            assert!(parse(json.as_bytes()).is_none(), "{json}");
        }
    }

    #[test]
    fn an_error_is_told_in_the_words_of_the_object() {
        assert_eq!(
            words(&Error::invalid("text", Problem::Empty)),
            "message must not be empty"
        );
        assert_eq!(
            words(&Error::invalid("username", Problem::TooLong(9))),
            "username must be at most 9 characters"
        );
        assert_eq!(
            words(&Error::Internal("disk I/O error at /data".into())),
            "internal error"
        );
    }
}
