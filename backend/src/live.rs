//! What a live client may ask of topics, whatever the feature: follow, publish, history, presence.
//!
//! A subscription is opened at the hub first, and the log is read after that: what happens in between waits at the hub, so
//! that nothing is lost and nothing doubled.
//!
//! Deliberately absent: sockets and encodings (`server`), and who may see a topic ([`Backend::authorise`] asks its feature).

#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use wire::{
    chat::Signal,
    topic::{Position, Topic},
};

use crate::{
    Backend, Error, Problem,
    accounts::Caller,
    hub::{Client, ClientInfo, Connection, Encoding, Present, Publication, Refused, TopicKind},
    log::Since,
};

/// Events that one recovery or one page of history holds at most. Who missed more is better off with a snapshot.
pub const MAX_EVENTS: usize = 1_000;

/// Bytes of data that one recovery or one page of history holds at most: half a connection's queue, so that the answer and
/// what happens meanwhile fit in.
pub const MAX_EVENT_BYTES: usize = crate::hub::QUEUE_BYTES / 2;

/// A subscription that stands. Its events wait until [`Connection::begin`] is called with `position.offset`.
#[derive(Clone, Debug)]
pub struct Followed {
    /// How the topic keeps what happened.
    pub kind: TopicKind,
    /// Where the topic stands, `missed` included.
    pub position: Position,
    /// Whether `missed` holds all since the position asked for.
    pub recovered: bool,
    /// What came after the position asked for, in order.
    pub missed: Vec<Arc<Publication>>,
}

/// Why a topic was not followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The connection follows it already, or too many.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It is not for the caller, or something failed.
    #[error(transparent)]
    Error(#[from] Error),
}

/// Which part of a topic's past.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// From this position on, in the direction asked for; `None`: from the oldest, or the newest.
    pub since: Option<Position>,
    /// Newest first.
    pub reverse: bool,
    /// At most so many; 0 for the position alone.
    pub limit: usize,
}

/// A part of a topic's past.
#[derive(Clone, Debug)]
pub struct History {
    /// Where the topic stands.
    pub position: Position,
    /// In the order asked for.
    pub events: Vec<Arc<Publication>>,
}

/// Why there is no such history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The position is of another epoch, or what follows it is no longer kept.
    #[error("unrecoverable position")]
    Unrecoverable,
    /// The topic has no history.
    #[error("no history")]
    None,
    /// It is not for the caller, or something failed.
    #[error(transparent)]
    Error(#[from] Error),
}

impl Backend {
    /// Connects a caller. What showed who it is may have ended since it was looked at, when there was no connection yet that
    /// could be closed: so it is looked at again, once there is.
    pub async fn connect(&self, caller: &Caller, encoding: &'static Encoding) -> Connection {
        let connection = self.hub.connect(Client {
            person: caller.person().ok().cloned().map(Arc::new),
            session: caller.session_id(),
            encoding,
        });
        if let Some(why) = self.accounts.ended(caller).await {
            connection.close(why);
        }
        connection
    }

    /// Follows a topic with a connection, from `since` on where that can still be had. `joins`: and is told who comes and
    /// goes.
    ///
    /// # Errors
    /// Those of [`Backend::authorise`], and when the connection follows the topic already or too many.
    pub async fn follow(
        &self,
        caller: &Caller,
        connection: &mut Connection,
        topic: &Topic,
        since: Option<Position>,
        joins: bool,
    ) -> Result<Followed, FollowError> {
        let kind = self.authorise(caller, topic).await?;
        connection.subscribe(topic, joins)?;
        let followed = match kind {
            TopicKind::Durable => self.catch_up(topic, since).await,
            TopicKind::Memory => Ok(self.catch_up_in_memory(topic, since.as_ref())),
            TopicKind::Latest => Ok(Followed {
                kind,
                position: Position::default(),
                recovered: false,
                missed: Vec::new(),
            }),
        };
        if followed.is_err() {
            connection.unsubscribe(topic);
        }
        Ok(followed?)
    }

    async fn catch_up(&self, topic: &Topic, since: Option<Position>) -> Result<Followed, Error> {
        let (log, topic) = (self.log.clone(), topic.clone());
        let since = self
            .db
            .snapshot(move |c| match since {
                Some(from) => log.since(c, &topic, &from, MAX_EVENTS),
                None => Ok(Since::StartAgain(log.position(c, &topic)?)),
            })
            .await?;
        let (position, missed) = match since {
            Since::Events { position, events } if is_whole(&position, &events) => (position, Some(events)),
            Since::Events { position, .. } | Since::StartAgain(position) => (position, None),
        };
        Ok(Followed::new(TopicKind::Durable, position, missed))
    }

    fn catch_up_in_memory(&self, topic: &Topic, since: Option<&Position>) -> Followed {
        let kept = self.memory.read(topic);
        let missed = since
            .and_then(|from| kept.since(from))
            .filter(|events| fits(events))
            .map(<[_]>::to_vec);
        Followed::new(TopicKind::Memory, kept.position, missed)
    }

    /// Publishes what a client says on a topic itself: anything on a scratch pad, a signal in a room. `data` is JSON in
    /// one line.
    ///
    /// # Errors
    /// Those of [`Backend::authorise`]; [`Error::Forbidden`] where clients do not publish; not valid.
    pub async fn publish(
        &self,
        caller: &Caller,
        from: &Arc<ClientInfo>,
        topic: &Topic,
        data: Bytes,
    ) -> Result<(), Error> {
        match (self.authorise(caller, topic).await?, topic.namespace()) {
            (TopicKind::Memory, _) => self.memory.publish(topic, data, from.clone()),
            (_, "chat") => {
                let signal: Signal =
                    serde_json::from_slice(&data).map_err(|_| Error::invalid("data", Problem::Malformed))?;
                let data = serde_json::to_vec(&signal).map_err(|error| Error::Internal(error.to_string()))?;
                self.hub
                    .signal(&Publication::signal(topic.clone(), data).from(from.clone()));
            }
            _ => return Err(Error::Forbidden),
        }
        Ok(())
    }

    /// A part of a topic's past, cut short where it would be too large.
    ///
    /// # Errors
    /// Those of [`Backend::authorise`], and where there is no such past.
    pub async fn history(
        &self,
        caller: &Caller,
        topic: &Topic,
        query: Query,
    ) -> Result<History, HistoryError> {
        let mut history = match self.authorise(caller, topic).await? {
            TopicKind::Latest => return Err(HistoryError::None),
            TopicKind::Durable => self.history_in_log(topic, query).await?,
            TopicKind::Memory => {
                let kept = self.memory.read(topic);
                let before = kept.position.offset - kept.events.len() as u64;
                let window = Window::new(&query, &kept.position, before)?;
                let events = kept
                    .events
                    .into_iter()
                    .filter(|event| window.holds(event))
                    .collect();
                window.history(kept.position, events)
            }
        };
        let most = take_while_fits(&history.events);
        history.events.truncate(most);
        Ok(history)
    }

    async fn history_in_log(&self, topic: &Topic, query: Query) -> Result<History, HistoryError> {
        let (log, topic) = (self.log.clone(), topic.clone());
        let read = self.db.snapshot(move |c| {
            let (position, before) = log.kept(c, &topic)?;
            let window = match Window::new(&query, &position, before) {
                Ok(window) => window,
                Err(error) => return Ok(Err(error)),
            };
            let from = Position {
                epoch: position.epoch,
                offset: window.after,
            };
            Ok(match log.since(c, &topic, &from, window.len())? {
                Since::Events { position, events } => Ok(window.history(position, events)),
                Since::StartAgain(_) => Err(HistoryError::Unrecoverable),
            })
        });
        read.await.map_err(|error: Error| HistoryError::Error(error))?
    }

    /// The connections that follow a topic; of a great many the newest.
    ///
    /// # Errors
    /// Those of [`Backend::authorise`].
    pub async fn presence(&self, caller: &Caller, topic: &Topic) -> Result<Vec<Arc<ClientInfo>>, Error> {
        self.authorise(caller, topic).await?;
        Ok(self.hub.presence(topic))
    }

    /// How many follow a topic.
    ///
    /// # Errors
    /// Those of [`Backend::authorise`].
    pub async fn present(&self, caller: &Caller, topic: &Topic) -> Result<Present, Error> {
        self.authorise(caller, topic).await?;
        Ok(self.hub.present(topic))
    }
}

impl Followed {
    fn new(kind: TopicKind, position: Position, missed: Option<Vec<Arc<Publication>>>) -> Self {
        Self {
            kind,
            position,
            recovered: missed.is_some(),
            missed: missed.unwrap_or_default(),
        }
    }
}

/// The offsets that a query asks for: after `after`, up to `until`.
struct Window {
    after: u64,
    until: u64,
    reverse: bool,
}

impl Window {
    /// `head` is where the topic stands, `before` the offset before the first event that is kept.
    fn new(query: &Query, head: &Position, before: u64) -> Result<Self, HistoryError> {
        let limit = query.limit.min(MAX_EVENTS) as u64;
        if query
            .since
            .as_ref()
            .is_some_and(|since| since.epoch != head.epoch)
        {
            return Err(HistoryError::Unrecoverable);
        }
        let since = query.since.as_ref().map(|since| since.offset);
        let (after, until) = if query.reverse {
            let until = since
                .map_or(head.offset, |since| since.saturating_sub(1))
                .min(head.offset);
            (until.saturating_sub(limit).max(before), until)
        } else {
            let after = since.unwrap_or(before);
            if after < before || after > head.offset {
                return Err(HistoryError::Unrecoverable);
            }
            (after, (after + limit).min(head.offset))
        };
        Ok(Self {
            after,
            until: until.max(after),
            reverse: query.reverse,
        })
    }

    fn len(&self) -> usize {
        usize::try_from(self.until - self.after).unwrap_or(usize::MAX)
    }

    fn holds(&self, event: &Publication) -> bool {
        event
            .offset
            .is_some_and(|offset| offset > self.after && offset <= self.until)
    }

    fn history(&self, position: Position, mut events: Vec<Arc<Publication>>) -> History {
        if self.reverse {
            events.reverse();
        }
        History { position, events }
    }
}

/// Whether these reach up to where the topic stands, and are few enough to be sent at once.
fn is_whole(position: &Position, events: &[Arc<Publication>]) -> bool {
    events
        .last()
        .is_none_or(|last| last.offset == Some(position.offset))
        && fits(events)
}

fn fits(events: &[Arc<Publication>]) -> bool {
    take_while_fits(events) == events.len()
}

/// How many of the first events may be sent at once; one always may.
fn take_while_fits(events: &[Arc<Publication>]) -> usize {
    let mut bytes = 0;
    let most = events.iter().take(MAX_EVENTS).take_while(|event| {
        bytes += event.data.len();
        bytes <= MAX_EVENT_BYTES
    });
    most.count().max(events.len().min(1))
}
