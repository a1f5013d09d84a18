//! The live socket in the Centrifuge protocol: follow topics, and lose nothing over a lost connection.
//!
//! [`Live::next`] does all the work: it connects, connects again with growing pauses, subscribes again from the last offset
//! seen, answers pings and gives what happens, in order, each event once. Whoever calls it holds the only task there is.
//!
//! Read in this order: [`Live`], [`event`] (what it tells), [`replies`] (what the server sends), [`retry`] (when to connect
//! again, and when not).

mod event;
mod replies;
mod retry;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use futures::{SinkExt as _, StreamExt as _};
use serde::Serialize;
use serde_json::value::to_raw_value;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use wire::{
    live::json::{
        ChannelRequest, ClientInfo, Command, ConnectRequest, HistoryRequest, HistoryResult, PublishRequest,
        Reply, StreamPosition, SubscribeRequest,
    },
    topic::{Position, Topic},
};

use crate::{Client, Error, http::Socket};
use replies::refused;
use retry::{Retry, is_final};

pub use event::{Event, Raw, read};

/// The path of the live socket.
const PATH: &str = "/connection/websocket";

/// The longest message taken: the server's largest answer is a recovery of half a MiB of events.
const MAX_MESSAGE_BYTES: usize = 4 << 20;

/// How long after a ping was due the connection counts as lost.
const PING_GRACE: Duration = Duration::from_secs(10);

/// Until the server has said how often it pings.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// A live connection that comes back. Made by [`Client::live`]; does nothing until it is asked for the [`Live::next`].
#[derive(Debug)]
pub struct Live {
    client: Client,
    socket: Option<Socket>,
    /// When the socket counts as lost unless something comes.
    heard_until: Instant,
    ping: Duration,
    retry: Retry,
    topics: BTreeMap<Topic, Followed>,
    last_id: u32,
    events: VecDeque<Event>,
    /// Commands to be sent.
    out: VecDeque<String>,
    /// Replies that somebody waits for.
    answers: BTreeMap<u32, Reply<Raw>>,
}

#[derive(Debug, Default)]
struct Followed {
    /// The last event seen.
    position: Option<Position>,
    /// The subscribe command that is under way.
    asked: Option<u32>,
    joins: bool,
}

impl Client {
    /// A live connection to this server, with nothing followed yet.
    pub fn live(&self) -> Live {
        Live {
            client: self.clone(),
            socket: None,
            heard_until: Instant::now(),
            ping: CONNECT_TIME,
            retry: Retry::new(),
            topics: BTreeMap::new(),
            last_id: 0,
            events: VecDeque::new(),
            out: VecDeque::new(),
            answers: BTreeMap::new(),
        }
    }
}

impl Live {
    /// Follows a topic, with everything after `since` where there is one. `joins`: and is told who comes and goes.
    pub fn follow(&mut self, topic: Topic, since: Option<Position>, joins: bool) {
        let followed = Followed {
            position: since,
            asked: None,
            joins,
        };
        self.topics.insert(topic.clone(), followed);
        if self.socket.is_some() {
            self.subscribe(topic);
        }
    }

    /// Follows a topic no longer.
    pub fn unfollow(&mut self, topic: &Topic) {
        if self.topics.remove(topic).is_some() && self.socket.is_some() {
            let request = ChannelRequest {
                channel: topic.to_string(),
            };
            self.send(Command {
                unsubscribe: Some(request),
                ..Command::default()
            });
        }
    }

    /// What happens next. Connects where there is no connection. May be dropped and called again without losing anything.
    ///
    /// # Errors
    /// When there is no point in trying again: the server refuses these credentials, or what was sent.
    pub async fn next(&mut self) -> Result<Event, Error> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            self.turn().await?;
        }
    }

    /// Publishes on a topic.
    ///
    /// # Errors
    /// When the server refuses, or when the connection is lost before it answers: nobody knows then.
    pub async fn publish(&mut self, topic: &Topic, data: &impl Serialize) -> Result<(), Error> {
        let data = to_raw_value(data).map_err(|error| Error::Unexpected(error.to_string()))?;
        let request = PublishRequest {
            channel: topic.to_string(),
            data,
        };
        self.ask(Command {
            publish: Some(request),
            ..Command::default()
        })
        .await
        .map(drop)
    }

    /// Who follows a topic, by connection.
    ///
    /// # Errors
    /// When the server refuses, or the connection is lost.
    pub async fn presence(&mut self, topic: &Topic) -> Result<BTreeMap<String, ClientInfo>, Error> {
        let request = ChannelRequest {
            channel: topic.to_string(),
        };
        let reply = self
            .ask(Command {
                presence: Some(request),
                ..Command::default()
            })
            .await?;
        Ok(reply.presence.unwrap_or_default().presence)
    }

    /// A part of a topic's past: at most `limit` events after `since`, or the oldest there are.
    ///
    /// # Errors
    /// When the server refuses, as it does where the past does not reach back to `since`; or the connection is lost.
    pub async fn history(
        &mut self,
        topic: &Topic,
        since: Option<Position>,
        limit: i32,
    ) -> Result<HistoryResult<Raw>, Error> {
        let since = since.map(|Position { epoch, offset }| StreamPosition { offset, epoch });
        let request = HistoryRequest {
            channel: topic.to_string(),
            limit,
            since,
            reverse: false,
        };
        let reply = self
            .ask(Command {
                history: Some(request),
                ..Command::default()
            })
            .await?;
        Ok(reply.history.unwrap_or_default())
    }

    /// Drops the connection as a broken line does; the next call connects again.
    pub fn cut(&mut self) {
        self.lose("cut".to_owned());
    }

    /// Says goodbye. What was asked is not waited for.
    pub async fn close(mut self) {
        if let Some(mut socket) = self.socket.take() {
            // The server notices either way.
            let _said = socket.close(None).await;
        }
    }

    /// Sends a command and waits for its reply; events that come meanwhile are kept for [`Live::next`].
    async fn ask(&mut self, command: Command<Raw>) -> Result<Reply<Raw>, Error> {
        while self.socket.is_none() {
            self.turn().await?;
        }
        let id = self.send(command);
        loop {
            if let Some(reply) = self.answers.remove(&id) {
                return match reply.error {
                    None => Ok(reply),
                    Some(error) => Err(refused(error)),
                };
            }
            if self.socket.is_none() {
                return Err(Error::NoAnswer("the connection was lost".to_owned()));
            }
            self.turn().await?;
        }
    }

    /// Does the next thing: connects, or sends what is to be sent and reads one message. What is taken off a queue is
    /// taken once it cannot be lost any more, so that this may be dropped at any await.
    async fn turn(&mut self) -> Result<(), Error> {
        let Some(socket) = &mut self.socket else {
            return self.connect().await;
        };
        let message = async {
            while let Some(line) = self.out.front() {
                socket.feed(Message::text(line.as_str())).await?;
                self.out.pop_front();
            }
            socket.flush().await?;
            socket.next().await.transpose()
        };
        match timeout_at(self.heard_until, message).await {
            Err(_) => self.lose("the server went silent".to_owned()),
            Ok(Ok(None)) => self.lose("the connection ended".to_owned()),
            Ok(Err(error)) => self.lose(Error::from(error).to_string()),
            Ok(Ok(Some(Message::Close(frame)))) => {
                let (code, reason) =
                    frame.map_or((1005, String::new()), |f| (f.code.into(), f.reason.to_string()));
                return self.closed(Error::closed(code, &reason));
            }
            Ok(Ok(Some(Message::Text(text)))) => return self.read(&text),
            Ok(Ok(Some(_))) => self.heard(),
        }
        Ok(())
    }

    fn closed(&mut self, why: Error) -> Result<(), Error> {
        if is_final(&why) {
            self.socket = None;
            return Err(why);
        }
        self.lose(why.to_string());
        Ok(())
    }

    async fn connect(&mut self) -> Result<(), Error> {
        sleep_until(self.retry.at()).await;
        match self.client.socket(PATH, None, MAX_MESSAGE_BYTES).await {
            Ok(socket) => self.socket = Some(socket),
            Err(error) => return self.closed(error),
        }
        self.ping = CONNECT_TIME;
        self.heard();
        self.out.clear();
        let request = ConnectRequest {
            token: String::new(),
            name: "flotilla".to_owned(),
        };
        self.send(Command {
            connect: Some(request),
            ..Command::default()
        });
        for topic in self.topics.keys().cloned().collect::<Vec<_>>() {
            self.subscribe(topic);
        }
        Ok(())
    }

    fn subscribe(&mut self, topic: Topic) {
        let Some(followed) = self.topics.get(&topic) else {
            return;
        };
        let Position { epoch, offset } = followed.position.clone().unwrap_or_default();
        let request = SubscribeRequest {
            channel: topic.to_string(),
            recover: followed.position.is_some(),
            epoch,
            offset,
            join_leave: followed.joins,
            ..SubscribeRequest::default()
        };
        let id = self.send(Command {
            subscribe: Some(request),
            ..Command::default()
        });
        if let Some(followed) = self.topics.get_mut(&topic) {
            followed.asked = Some(id);
        }
    }

    /// Puts a command under a new id with those to be sent.
    fn send(&mut self, command: Command<Raw>) -> u32 {
        self.last_id = self.last_id.wrapping_add(1).max(1);
        let command = Command {
            id: self.last_id,
            ..command
        };
        // Nothing in a command can fail to become JSON; were it to, its reply would not come.
        if let Ok(line) = serde_json::to_string(&command) {
            self.out.push_back(line);
        }
        self.last_id
    }

    fn heard(&mut self) {
        self.heard_until = Instant::now() + self.ping + PING_GRACE;
    }

    fn lose(&mut self, why: String) {
        self.socket = None;
        self.answers.clear();
        for followed in self.topics.values_mut() {
            followed.asked = None;
        }
        let pause = self.retry.failed();
        self.events.push_back(Event::Waiting { pause, why });
    }
}
