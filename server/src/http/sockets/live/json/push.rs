//! What the server says unasked, and the parts of it that replies share.

use backend::hub::{ClientInfo, Publication, Push};
use bytes::Bytes;
use wire::live::json::{self, Reply};

use super::Raw;
use crate::http::sockets::frame;

/// A push in a frame of its own.
pub(super) fn encode(push: &Push<'_>) -> Option<Bytes> {
    let push = match *push {
        Push::Published(event) => json::Push {
            publication: Some(publication(event)?),
            ..json::Push::on(event.topic.as_str())
        },
        Push::Joined { topic, who, .. } => json::Push {
            join: Some(json::Presence { info: info(who) }),
            ..json::Push::on(topic.as_str())
        },
        Push::Left { topic, who, .. } => json::Push {
            leave: Some(json::Presence { info: info(who) }),
            ..json::Push::on(topic.as_str())
        },
        Push::Unsubscribed { topic, why } => json::Push {
            unsubscribe: Some(json::Unsubscribe {
                code: why.code,
                reason: why.reason.to_owned(),
            }),
            ..json::Push::on(topic.as_str())
        },
    };
    let reply = Reply {
        push: Some(push),
        ..Reply::default()
    };
    serde_json::to_string(&reply).ok().map(|line| frame::text(&line))
}

/// An event or signal; `None` when its data is not JSON, which no feature writes.
pub(super) fn publication(event: &Publication) -> Option<json::Publication<Raw>> {
    Some(json::Publication {
        data: serde_json::from_slice(&event.data).ok()?,
        info: event.from.as_deref().map(info),
        offset: event.offset.unwrap_or_default(),
    })
}

/// One connection.
pub(super) fn info(who: &ClientInfo) -> json::ClientInfo {
    json::ClientInfo {
        user: who
            .person
            .as_ref()
            .map(|person| person.id.to_string())
            .unwrap_or_default(),
        client: who.client.to_string(),
        conn_info: who.person.as_deref().cloned(),
    }
}
