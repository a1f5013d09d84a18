//! What a client may do on the live socket, whatever encoding it speaks.
//!
//! The codecs turn frames into these calls and back. A subscription's events start to flow at [`Session::begin`], which a
//! codec calls once the replies of a frame are queued: so a reply comes before what follows from it.

use std::{mem, sync::Arc};

use backend::{
    Backend, Error,
    accounts::Caller,
    hub::{ClientInfo, Connection, Encoding, Present},
    live::{Followed, History, Query},
};
use bytes::Bytes;
use wire::{
    accounts::Person,
    topic::{Position, Topic},
};

use super::{
    budget::Budget,
    codes::{Code, Failure},
};

/// One client's state beside its connection.
#[derive(Debug)]
pub(super) struct Session {
    backend: Arc<Backend>,
    caller: Caller,
    budget: Budget,
    /// Subscriptions whose replies are not queued yet, and the offset to go on from.
    begins: Vec<(Topic, u64)>,
}

impl Session {
    pub(super) fn new(backend: Arc<Backend>, caller: Caller) -> Self {
        Self {
            backend,
            caller,
            budget: Budget::new(),
            begins: Vec::new(),
        }
    }

    /// Counts a command. The rate is a person's; `--open` lifts those.
    pub(super) fn spend(&mut self) -> Result<(), Failure> {
        if self.caller.is_open() {
            Ok(())
        } else {
            self.budget.take()
        }
    }

    /// Becomes whoever the token belongs to, with a connection of theirs.
    pub(super) async fn identify(
        &mut self,
        token: &str,
        encoding: &'static Encoding,
    ) -> Result<Connection, Error> {
        self.caller = self
            .backend
            .accounts
            .by_token(token, self.caller.address())
            .await?;
        Ok(self.backend.connect(&self.caller, encoding).await)
    }

    /// Whether the token is good, and of the same person.
    pub(super) async fn is_still(&self, token: &str) -> Result<bool, Error> {
        match self.backend.accounts.by_token(token, self.caller.address()).await {
            Ok(caller) => Ok(caller.user_id() == self.caller.user_id()),
            Err(Error::Unauthorized) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Follows a topic. With `strict`, only if all since the position can be had.
    pub(super) async fn subscribe(
        &mut self,
        connection: &mut Connection,
        topic: &Topic,
        since: Option<Position>,
        joins: bool,
        strict: bool,
    ) -> Result<Followed, Failure> {
        let strict = strict && since.is_some();
        let followed = self
            .backend
            .follow(&self.caller, connection, topic, since, joins)
            .await?;
        if strict && !followed.recovered {
            connection.unsubscribe(topic);
            return Err(Code::UNRECOVERABLE.into());
        }
        self.begins.push((topic.clone(), followed.position.offset));
        Ok(followed)
    }

    /// Lets the events of new subscriptions flow.
    pub(super) fn begin(&mut self, connection: &Connection) {
        for (topic, offset) in mem::take(&mut self.begins) {
            connection.begin(&topic, offset);
        }
    }

    /// Follows a topic no longer.
    pub(super) fn unsubscribe(&mut self, connection: &mut Connection, topic: &Topic) {
        self.begins.retain(|(of, _)| of != topic);
        connection.unsubscribe(topic);
    }

    /// Publishes JSON in one line.
    pub(super) async fn publish(
        &self,
        connection: &Connection,
        topic: &Topic,
        data: Bytes,
    ) -> Result<(), Failure> {
        Ok(self
            .backend
            .publish(&self.caller, connection.info(), topic, data)
            .await?)
    }

    /// A part of a topic's past.
    pub(super) async fn history(&self, topic: &Topic, query: Query) -> Result<History, Failure> {
        Ok(self.backend.history(&self.caller, topic, query).await?)
    }

    /// The people who follow a topic, each once; of a crowd the newest. For who follows it as well.
    pub(super) fn people(&self, topic: &Topic) -> Vec<Person> {
        self.backend
            .hub
            .people(topic)
            .iter()
            .map(|person| (**person).clone())
            .collect()
    }

    /// The connections that follow a topic; of a crowd the newest.
    pub(super) async fn presence(&self, topic: &Topic) -> Result<Vec<Arc<ClientInfo>>, Failure> {
        Ok(self.backend.presence(&self.caller, topic).await?)
    }

    /// How many follow a topic.
    pub(super) async fn present(&self, topic: &Topic) -> Result<Present, Failure> {
        Ok(self.backend.present(&self.caller, topic).await?)
    }
}
