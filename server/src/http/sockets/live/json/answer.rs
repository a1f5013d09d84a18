//! The answer to each command.

use backend::{
    hub::{Disconnect, TopicKind},
    live::{Followed, Query},
};
use bytes::Bytes;
use serde_json::value::to_raw_value;
use wire::{
    live::json::{self, Command, Reply},
    topic::{Position, Topic},
};

use super::{
    ENCODING, Raw,
    push::{info, publication},
};
use crate::http::sockets::{
    PING_EVERY, Socket,
    live::{
        codes::{Code, Failure},
        session::Session,
    },
};

/// What the server calls itself.
const VERSION: &str = concat!("flotilla ", env!("CARGO_PKG_VERSION"));

/// Answers one command; `None` where the protocol has no answer.
pub(super) async fn answer(
    socket: &mut Socket,
    session: &mut Session,
    command: Command<Raw>,
) -> Result<Option<Reply<Raw>>, Failure> {
    let reply = if let Some(request) = command.connect {
        Reply {
            connect: Some(connect(socket, session, request).await?),
            ..Reply::default()
        }
    } else if let Some(request) = command.subscribe {
        Reply {
            subscribe: Some(subscribe(socket, session, request).await?),
            ..Reply::default()
        }
    } else if let Some(request) = command.unsubscribe {
        session.unsubscribe(socket.connection_mut(), &topic(request.channel)?);
        Reply {
            unsubscribe: Some(json::Empty {}),
            ..Reply::default()
        }
    } else if let Some(request) = command.publish {
        let topic = topic(request.channel)?;
        session
            .publish(socket.connection(), &topic, one_line(request.data))
            .await?;
        Reply {
            publish: Some(json::Empty {}),
            ..Reply::default()
        }
    } else if let Some(request) = command.presence {
        let present = session.presence(&topic(request.channel)?).await?;
        let presence = present
            .iter()
            .map(|who| (who.client.to_string(), info(who)))
            .collect();
        Reply {
            presence: Some(json::PresenceResult { presence }),
            ..Reply::default()
        }
    } else if let Some(request) = command.presence_stats {
        let present = session.present(&topic(request.channel)?).await?;
        Reply {
            presence_stats: Some(json::PresenceStatsResult {
                num_clients: present.connections,
                num_users: present.people,
            }),
            ..Reply::default()
        }
    } else if let Some(request) = command.history {
        Reply {
            history: Some(history(session, request).await?),
            ..Reply::default()
        }
    } else if command.ping.is_some() {
        Reply {
            ping: Some(json::Empty {}),
            ..Reply::default()
        }
    } else if let Some(request) = command.rpc {
        Reply {
            rpc: Some(rpc(&request.method)?),
            ..Reply::default()
        }
    } else if let Some(request) = command.refresh {
        if !session.is_still(&request.token).await? {
            return Err(Disconnect::INVALID_TOKEN.into());
        }
        let client = socket.connection().id().to_string();
        Reply {
            refresh: Some(json::RefreshResult {
                client,
                version: VERSION.to_owned(),
            }),
            ..Reply::default()
        }
    } else if command.sub_refresh.is_some() {
        // No subscription has a token of its own.
        return Err(Code::NOT_AVAILABLE.into());
    } else if command.send.is_some() {
        // Taken, and of no use to any feature yet.
        return Ok(None);
    } else {
        return Err(Disconnect::BAD_REQUEST.into());
    };
    Ok(Some(reply))
}

async fn connect(
    socket: &mut Socket,
    session: &mut Session,
    request: json::ConnectRequest,
) -> Result<json::ConnectResult, Failure> {
    if !request.token.is_empty() {
        let connection = session
            .identify(&request.token, &ENCODING)
            .await
            .map_err(|error| match error {
                backend::Error::Unauthorized => Disconnect::INVALID_TOKEN.into(),
                error => Failure::from(error),
            })?;
        socket.identify(connection);
    }
    Ok(json::ConnectResult {
        client: socket.connection().id().to_string(),
        version: VERSION.to_owned(),
        ping: u32::try_from(PING_EVERY.as_secs()).unwrap_or(u32::MAX),
        pong: true,
    })
}

async fn subscribe(
    socket: &mut Socket,
    session: &mut Session,
    request: json::SubscribeRequest,
) -> Result<json::SubscribeResult<Raw>, Failure> {
    let json::SubscribeRequest {
        channel,
        recover,
        epoch,
        offset,
        join_leave,
        flag,
    } = request;
    let topic = topic(channel)?;
    let since = recover.then_some(Position { epoch, offset });
    let strict = flag & json::FLAG_REJECT_UNRECOVERED != 0;
    let followed = session
        .subscribe(socket.connection_mut(), &topic, since, join_leave, strict)
        .await?;
    let Followed {
        kind,
        position,
        recovered,
        missed,
    } = followed;
    let has_past = kind != TopicKind::Latest;
    Ok(json::SubscribeResult {
        recoverable: has_past,
        positioned: has_past,
        epoch: position.epoch,
        // As in the reference server: a client counts up from what it asked for while it reads `publications`.
        offset: if recovered { offset } else { position.offset },
        publications: missed.iter().filter_map(|event| publication(event)).collect(),
        recovered,
        was_recovering: recover,
    })
}

async fn history(
    session: &Session,
    request: json::HistoryRequest,
) -> Result<json::HistoryResult<Raw>, Failure> {
    let json::HistoryRequest {
        channel,
        limit,
        since,
        reverse,
    } = request;
    let since = since.map(|since| Position {
        epoch: since.epoch,
        offset: since.offset,
    });
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let history = session
        .history(
            &topic(channel)?,
            Query {
                since,
                reverse,
                limit,
            },
        )
        .await?;
    Ok(json::HistoryResult {
        publications: history
            .events
            .iter()
            .filter_map(|event| publication(event))
            .collect(),
        epoch: history.position.epoch,
        offset: history.position.offset,
    })
}

fn rpc(method: &str) -> Result<json::RpcResult<Raw>, Failure> {
    match method {
        "greet" => {
            let data = to_raw_value("Hello, Navigator!").map_err(|_| Code::INTERNAL)?;
            Ok(json::RpcResult { data })
        }
        _ => Err(Code::METHOD_NOT_FOUND.into()),
    }
}

/// A channel's name. None at all is not the protocol; one that cannot be is a bad request.
fn topic(channel: String) -> Result<Topic, Failure> {
    if channel.is_empty() {
        return Err(Disconnect::BAD_REQUEST.into());
    }
    Topic::try_from(channel).map_err(|_| Code::BAD_REQUEST.into())
}

/// Lines are what a batch is cut into, so a line's own data holds no line break.
fn one_line(data: Raw) -> Bytes {
    Bytes::from(String::from(Box::<str>::from(data)))
}
