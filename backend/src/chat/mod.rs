//! Chat: rooms, and the messages in them.
//!
//! Read in this order: the service here, [`text`] (what is taken and how it is shown), [`sent`] (who is shown as the
//! author), [`store`] (SQL).
//!
//! Invariants:
//! - A message and its event commit together; a room's ids grow in the order of its events, on both engines.
//! - The same client id twice from one author is one message, and both times the answer is that message; with another
//!   text or in another room it is refused.
//! - No e-mail address is stored with a message, nor in its event.
//! - A snapshot and the events after it equal a fresh snapshot, but for one thing: an event keeps its author's name and
//!   picture as they were when it was sent, and a snapshot shows today's.
//!
//! Deliberately absent: a room's members. Every room is open to accounts, and to guests where the room says so.

mod sent;
mod store;
#[cfg(test)]
mod tests;
mod text;

use std::{sync::Arc, time::Duration};

use wire::{
    accounts::Role,
    chat::{Event, Message, Page, PlainMessage, Room, Snapshot},
    topic::{Position, Topic},
};

use crate::{
    Clock, Error, Problem, Random,
    accounts::{Accounts, Caller},
    db::{Conn, Db, Tx},
    hub::{Hub, Publication},
    limit::{Limiter, Rate},
    log::Log,
};

use sent::Sent;
use store::NewMessage;
use text::Text;

/// The room that is there from the start, and where the plain `/ws` endpoint is.
pub const GENERAL: &str = "general";

/// The most messages a snapshot or a page holds: what fills several screens and still renders at once.
pub const MAX_PAGE: usize = 200;

/// The longest client id, in bytes: a UUID takes 36.
pub const MAX_CLIENT_ID_BYTES: usize = 64;

/// Ten messages in 5 s for each person: faster than anybody types, slower than a script that floods a room.
const POST_RATE: Rate = Rate {
    burst: 10,
    every: Duration::from_millis(500),
};

/// The service. Made by [`crate::Backend`].
#[derive(Debug)]
pub struct Chat {
    db: Db,
    log: Log,
    hub: Hub,
    accounts: Accounts,
    clock: Clock,
    random: Random,
    /// Messages by person.
    rate: Limiter<i64>,
    /// `--open`: names are taken as sent by the plain endpoint, and nobody's rate is limited.
    open: bool,
}

/// What the service is made of.
pub(crate) struct Parts {
    pub(crate) db: Db,
    pub(crate) log: Log,
    pub(crate) hub: Hub,
    pub(crate) accounts: Accounts,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) open: bool,
}

/// A message on its way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostMessage {
    /// The room's name.
    pub room: String,
    /// Made by the sender: the same one again stores nothing.
    pub client_id: String,
    /// As it was typed.
    pub text: String,
}

/// Which stretch of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// The newest messages.
    Latest,
    /// Those before this message, the nearest to it.
    Before(i64),
    /// Those after this message, the nearest to it.
    After(i64),
}

impl Chat {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            db,
            log,
            hub,
            accounts,
            clock,
            random,
            open,
        } = parts;
        Self {
            db,
            log,
            hub,
            accounts,
            clock,
            random,
            rate: Limiter::new(POST_RATE),
            open,
        }
    }

    /// Stores a message and tells the room; answers the stored one, also when it was stored before.
    ///
    /// # Errors
    /// [`Error::Taken`] when its author has sent another message with this client id.
    pub async fn post(&self, caller: &Caller, post: PostMessage) -> Result<Message, Error> {
        let PostMessage {
            room,
            client_id,
            text,
        } = post;
        let new = self.parse(caller, client_id, &text, None)?;
        let stored = self.store(caller, room, vec![new]).await?;
        stored
            .into_iter()
            .next()
            .ok_or_else(|| Error::Internal("nothing was stored".to_owned()))
    }

    /// Stores what came by the plain endpoint, in its order and in one transaction; what is wrong with a message keeps
    /// none of the others back. With `--open` their names and addresses count, as sent.
    pub async fn post_plain(
        &self,
        caller: &Caller,
        room: &str,
        plain: Vec<PlainMessage>,
    ) -> Result<Vec<Error>, Error> {
        let (mut good, mut refused) = (Vec::new(), Vec::new());
        for message in plain {
            let sent = self
                .open
                .then(|| Sent::parse(message.username, message.email))
                .transpose();
            match sent.and_then(|sent| self.parse(caller, self.random.id(), &message.message, sent)) {
                Ok(new) => good.push(new),
                Err(error) => refused.push(error),
            }
        }
        if !good.is_empty() {
            self.store(caller, room.to_owned(), good).await?;
        }
        Ok(refused)
    }

    fn parse(
        &self,
        caller: &Caller,
        client_id: String,
        text: &str,
        sent: Option<Sent>,
    ) -> Result<NewMessage, Error> {
        let author = caller.person()?.clone();
        if !is_client_id(&client_id) {
            return Err(Error::invalid("client_id", Problem::Malformed));
        }
        let text = Text::parse(text)?.into_string();
        if !self.open {
            self.rate.take(&author.id).map_err(Error::TooMany)?;
        }
        Ok(NewMessage {
            client_id,
            author,
            sent,
            text,
            sent_at: self.clock.now(),
        })
    }

    async fn store(
        &self,
        caller: &Caller,
        room: String,
        new: Vec<NewMessage>,
    ) -> Result<Vec<Message>, Error> {
        let (least, now) = (least_open(caller)?, self.clock.now());
        let teller = Teller {
            log: self.log.clone(),
            hub: self.hub.clone(),
            open: self.open,
        };
        self.db
            .write(move |tx| {
                let id = store::enter_room(tx, &room, least, now)?.ok_or(Error::NotFound)?;
                new.into_iter()
                    .map(|new| post_in(tx, &teller, &room, id, new))
                    .collect()
            })
            .await
    }

    /// A room as its page needs it: at most `most` of the newest messages, and the position to follow from.
    pub async fn snapshot(&self, caller: &Caller, room: &str, most: usize) -> Result<Snapshot, Error> {
        let (least, room) = (least_open(caller)?, room.to_owned());
        let (log, accounts) = (self.log.clone(), self.accounts.clone());
        self.db
            .snapshot(move |c| {
                let Page { messages, more } = page_in(c, &accounts, &room, least, Stretch::Latest, most)?;
                let position = log.position(c, &topic(&room))?;
                Ok(Snapshot {
                    room,
                    messages,
                    more,
                    position,
                })
            })
            .await
    }

    /// A stretch of a room, oldest first, at most `most` messages long.
    pub async fn page(
        &self,
        caller: &Caller,
        room: &str,
        which: Stretch,
        most: usize,
    ) -> Result<Page, Error> {
        let (least, room, accounts) = (least_open(caller)?, room.to_owned(), self.accounts.clone());
        self.db
            .snapshot(move |c| page_in(c, &accounts, &room, least, which, most))
            .await
    }

    /// The messages before one that is there.
    pub async fn before(&self, caller: &Caller, room: &str, id: i64, most: usize) -> Result<Page, Error> {
        self.page(caller, room, Stretch::Before(id), most).await
    }

    /// The rooms that the caller may use, the one last used first.
    pub async fn rooms(&self, caller: &Caller) -> Result<Vec<Room>, Error> {
        let least = least_open(caller)?;
        self.db.read(move |c| Ok(store::rooms(c, least)?)).await
    }

    /// Whether the caller may follow the room, and where its topic stands.
    pub async fn may_follow(&self, caller: &Caller, room: &str) -> Result<Position, Error> {
        let (least, room, log) = (least_open(caller)?, room.to_owned(), self.log.clone());
        self.db
            .snapshot(move |c| {
                store::room(c, &room, least)?.ok_or(Error::NotFound)?;
                Ok(log.position(c, &topic(&room))?)
            })
            .await
    }
}

fn is_client_id(id: &str) -> bool {
    (1..=MAX_CLIENT_ID_BYTES).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
}

fn post_in(tx: &Tx<'_>, teller: &Teller, room: &str, id: i64, new: NewMessage) -> Result<Message, Error> {
    match store::insert(tx, id, &new)? {
        Some(message) => teller.tell(tx, room, message, new.sent),
        None => {
            let stored = store::by_client_id(tx, new.author.id, &new.client_id)?;
            if !stored.is(id, &new) {
                return Err(Error::Taken("client_id"));
            }
            Ok(stored.by(&new.author))
        }
    }
}

/// Tells a room of a message, once it is committed.
struct Teller {
    log: Log,
    hub: Hub,
    open: bool,
}

impl Teller {
    fn tell(&self, tx: &Tx<'_>, room: &str, message: Message, sent: Option<Sent>) -> Result<Message, Error> {
        let event = Event::Posted(message.clone());
        let position = self.log.append(tx, &topic(room), &event)?;
        let plain =
            serde_json::to_vec(&self.plain(&message, sent)).map_err(|e| Error::Internal(e.to_string()))?;
        let publication = Arc::new(Publication::event(plain_topic(room), position.offset, plain));
        let hub = self.hub.clone();
        tx.after_commit(move || hub.publish(publication));
        Ok(message)
    }

    fn plain(&self, message: &Message, sent: Option<Sent>) -> PlainMessage {
        let text = message.text.clone();
        match sent {
            Some(Sent { name, email }) => PlainMessage {
                email,
                username: name,
                message: text,
                avatar: None,
            },
            None => PlainMessage {
                email: String::new(),
                username: message.author.name.clone(),
                message: text,
                avatar: (!self.open).then(|| message.author.avatar.clone()),
            },
        }
    }
}

/// A room's topic: [`Event`]s, with offsets.
pub fn topic(room: &str) -> Topic {
    Topic::new("chat", room)
}

/// The same events as the plain endpoint's objects, with the offsets of [`topic`]. Not for any other client to follow,
/// since with `--open` they hold addresses.
pub fn plain_topic(room: &str) -> Topic {
    Topic::new("plain", room)
}

/// How open a room must be for this caller: guests use open rooms only.
fn least_open(caller: &Caller) -> Result<bool, Error> {
    Ok(caller.person()?.role == Role::Guest)
}

fn page_in(
    c: &Conn<'_>,
    accounts: &Accounts,
    room: &str,
    least: bool,
    which: Stretch,
    most: usize,
) -> Result<Page, Error> {
    let room = store::room(c, room, least)?.ok_or(Error::NotFound)?;
    let (rows, more) = store::page(c, room, which, most.clamp(1, MAX_PAGE))?;
    let authors = accounts.persons(c, rows.iter().map(|row| row.author_id))?;
    let message = |row: store::Row| authors.get(&row.author_id).map(|author| row.by(author));
    Ok(Page {
        messages: rows.into_iter().filter_map(message).collect(),
        more,
    })
}
