//! The pages' own encoding: one postcard value a binary frame ([`wire::live::compact`]).
//!
//! A room's events are stored as JSON; they are turned into postcard once for each publication, not once for each reader.

use std::convert::Infallible;

use backend::hub::{Disconnect, Encoding, Publication, Push};
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use wire::{
    accounts::Person,
    chat,
    live::compact::{self, Down, Up},
    topic::Topic,
};

use super::{
    codes::{Code, Failure},
    session::Session,
};
use crate::http::sockets::{End, Message, PING_EVERY, Socket, frame};

/// How the hub queues pushes for a page.
pub(super) static ENCODING: Encoding = Encoding { slot: 1, encode };

/// [`Down::Ping`] in a frame: its number among the variants, in a binary frame of one byte.
static PING: &[u8] = &[0x82, 1, 8];

/// Serves one page's socket to its end.
pub(super) async fn serve(mut socket: Socket, mut session: Session) {
    let Err(end) = talk(&mut socket, &mut session).await;
    socket.finish(end).await;
}

async fn talk(socket: &mut Socket, session: &mut Session) -> Result<Infallible, End> {
    socket.ping_with(PING);
    let client = socket.connection().id().to_string();
    let ping_every_s = u16::try_from(PING_EVERY.as_secs()).unwrap_or(u16::MAX);
    tell(socket, &Down::Welcome { client, ping_every_s });
    loop {
        let message = socket.next().await?;
        // Boxed, so that a socket at rest does not carry the largest command's state.
        Box::pin(take(socket, session, message)).await?;
    }
}

async fn take(socket: &mut Socket, session: &mut Session, message: Message) -> Result<(), End> {
    let Message::Binary(bytes) = message else {
        return Err(Disconnect::BAD_REQUEST.into());
    };
    let up: Up = postcard::from_bytes(&bytes).map_err(|_| Disconnect::BAD_REQUEST)?;
    let id = match &up {
        Up::Subscribe { id, .. } | Up::Publish { id, .. } => *id,
        Up::Unsubscribe { topic } => {
            session.unsubscribe(socket.connection_mut(), topic);
            return Ok(());
        }
        Up::Pong => {
            socket.pong();
            return Ok(());
        }
    };
    let answer = match answer(socket, session, up).await {
        Ok(down) => down,
        Err(Failure::Code(Code { code, message, .. })) => Down::Refused {
            id,
            code,
            message: message.to_owned(),
        },
        Err(Failure::Disconnect(why)) => return Err(why.into()),
    };
    tell(socket, &answer);
    session.begin(socket.connection());
    socket.relieve().await
}

async fn answer(socket: &mut Socket, session: &mut Session, up: Up) -> Result<Down, Failure> {
    session.spend()?;
    match up {
        Up::Subscribe { id, topic, since } => {
            let followed = session
                .subscribe(socket.connection_mut(), &topic, since, true, false)
                .await?;
            let missed = followed
                .missed
                .iter()
                .filter_map(|event| publication(event))
                .collect();
            let here = session.people(&topic);
            Ok(Down::Subscribed {
                id,
                position: followed.position,
                recovered: followed.recovered,
                missed,
                here,
            })
        }
        Up::Publish { id, topic, data } => {
            let data = signal_as_json(&topic, data).ok_or(Code::BAD_REQUEST)?;
            session.publish(socket.connection(), &topic, data).await?;
            Ok(Down::Done { id })
        }
        Up::Unsubscribe { .. } | Up::Pong => Err(Disconnect::BAD_REQUEST.into()),
    }
}

fn tell(socket: &Socket, down: &Down) {
    if let Some(frame) = framed(down) {
        socket.connection().send(&frame);
    }
}

fn framed(down: &Down) -> Option<Bytes> {
    postcard::to_allocvec(down)
        .ok()
        .map(|bytes| frame::binary(&bytes))
}

fn encode(push: &Push<'_>) -> Option<Bytes> {
    let down = match *push {
        Push::Published(event) => Down::Published {
            topic: event.topic.clone(),
            publication: publication(event)?,
        },
        Push::Joined {
            topic,
            who,
            first: true,
        } => Down::Joined {
            topic: topic.clone(),
            who: person(who)?,
        },
        Push::Left {
            topic,
            who,
            last: true,
        } => Down::Left {
            topic: topic.clone(),
            who: person(who)?,
        },
        // A person's further tabs are nobody's business.
        Push::Joined { .. } | Push::Left { .. } => return None,
        Push::Unsubscribed { topic, why } => Down::Unsubscribed {
            topic: topic.clone(),
            code: why.code,
        },
    };
    framed(&down)
}

fn person(who: &backend::hub::ClientInfo) -> Option<Person> {
    who.person.as_deref().cloned()
}

fn publication(event: &Publication) -> Option<compact::Publication> {
    let from = event.from.as_deref().and_then(person);
    let data = match (event.topic.namespace(), event.offset) {
        ("chat", Some(_)) => postcard_of::<chat::Event>(&event.data)?,
        ("chat", None) => postcard_of::<chat::Signal>(&event.data)?,
        ("echo", _) => event.data.to_vec(),
        _ => return None,
    };
    Some(compact::Publication {
        offset: event.offset,
        from,
        data,
    })
}

fn postcard_of<T: DeserializeOwned + Serialize>(json: &[u8]) -> Option<Vec<u8>> {
    let value: T = serde_json::from_slice(json).ok()?;
    postcard::to_allocvec(&value).ok()
}

/// What a page publishes, as JSON in one line.
fn signal_as_json(topic: &Topic, data: Vec<u8>) -> Option<Bytes> {
    match topic.namespace() {
        "chat" => serde_json::to_vec(&postcard::from_bytes::<chat::Signal>(&data).ok()?)
            .ok()
            .map(Bytes::from),
        "echo" => {
            let raw: Box<serde_json::value::RawValue> = serde_json::from_slice(&data).ok()?;
            (!raw.get().contains('\n')).then(|| raw.get().to_owned().into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ping_that_is_written_down_is_the_one_of_the_encoding() {
        assert_eq!(framed(&Down::Ping).as_deref(), Some(PING));
    }

    #[test]
    fn what_a_page_publishes_is_a_signal_in_a_room_and_one_line_of_json_on_a_scratch_pad() {
        let json = |topic: &str, data: &[u8]| signal_as_json(&topic.parse().unwrap(), data.to_vec());
        let typing = postcard::to_allocvec(&chat::Signal::Typing).unwrap();
        assert_eq!(
            json("chat:general", &typing).as_deref(),
            Some(&br#""typing""#[..])
        );
        assert_eq!(json("chat:general", b"\xFF"), None);
        assert_eq!(json("echo:x", br#"{"a":1}"#).as_deref(), Some(&br#"{"a":1}"#[..]));
        assert_eq!(
            json("echo:x", b"{\n}"),
            None,
            "a line break would end the protocol's line"
        );
        assert_eq!(json("echo:x", b"{"), None);
        assert_eq!(json("stocks:x", b"1"), None);
    }
}
