//! SQL of rooms and messages.

use wire::{
    accounts::Person,
    chat::{Message, Room},
    time::Time,
};

use super::{
    Stretch,
    sent::{self, Sent},
    text,
};
use crate::{
    db::{self, Conn, Tx},
    params,
};

/// A message about to be stored.
pub(super) struct NewMessage {
    pub(super) client_id: String,
    pub(super) author: Person,
    /// Shown instead of the author.
    pub(super) sent: Option<Sent>,
    pub(super) text: String,
    pub(super) sent_at: Time,
}

/// A room by its name, if it is at least that open.
pub(super) fn room(c: &Conn<'_>, name: &str, open: bool) -> Result<Option<i64>, db::Error> {
    if cannot_be(name) {
        return Ok(None);
    }
    c.query_opt(
        "SELECT id FROM rooms WHERE name = $1 AND open >= $2",
        params![name, open],
    )
}

/// Whether no room has this name: no database takes a NUL.
fn cannot_be(name: &str) -> bool {
    name.contains('\0')
}

/// The same for a message that is to be stored there. Also takes the room's row, so that from here on to the commit no
/// other message gets an id: ids grow in commit order on PostgreSQL too.
pub(super) fn enter_room(tx: &Tx<'_>, name: &str, open: bool, now: Time) -> Result<Option<i64>, db::Error> {
    if cannot_be(name) {
        return Ok(None);
    }
    let sql = "UPDATE rooms SET active_at = $3 WHERE name = $1 AND open >= $2 RETURNING id";
    tx.query_opt(sql, params![name, open, now])
}

pub(super) fn rooms(c: &Conn<'_>, open: bool) -> Result<Vec<Room>, db::Error> {
    let sql = "SELECT name, active_at FROM rooms WHERE open >= $1 ORDER BY active_at DESC, id";
    let rows = c.query::<(String, Time)>(sql, params![open])?;
    Ok(rows
        .into_iter()
        .map(|(id, active_at)| Room { id, active_at })
        .collect())
}

/// Stores a message; `None` when its author has sent one with this client id.
pub(super) fn insert(tx: &Tx<'_>, room: i64, new: &NewMessage) -> Result<Option<Message>, db::Error> {
    let shown = new
        .sent
        .as_ref()
        .map(|sent| (sent.shown_name(&new.author.name), sent.avatar()));
    let (name, avatar) = shown.clone().unzip();
    let id = tx.query_opt::<i64>(
        "INSERT INTO messages (room_id, author_id, client_id, text, sent_name, sent_avatar, sent_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (author_id, client_id) DO NOTHING RETURNING id",
        params![
            room,
            new.author.id,
            new.client_id.as_str(),
            new.text.as_str(),
            name,
            avatar,
            new.sent_at
        ],
    )?;
    let author = shown.map_or_else(
        || new.author.clone(),
        |(name, avatar)| sent::stranger(name, &avatar),
    );
    Ok(id.map(|id| Message {
        id,
        client_id: new.client_id.clone(),
        author,
        html: text::html(&new.text),
        text: new.text.clone(),
        sent_at: new.sent_at,
    }))
}

crate::row! {
    /// A message as it is stored.
    pub(super) struct Row {
        id: i64,
        room_id: i64,
        client_id: String,
        text: String,
        sent_at: Time,
        sent_name: Option<String>,
        sent_avatar: Option<String>,
        pub(super) author_id: i64,
    }
}

impl Row {
    /// Whether it is this message in this room, sent again.
    pub(super) fn is(&self, room: i64, new: &NewMessage) -> bool {
        self.room_id == room && self.text == new.text
    }

    /// The message, by this account unless it names its author itself.
    pub(super) fn by(self, account: &Person) -> Message {
        let author = match (self.sent_name, self.sent_avatar) {
            (Some(name), Some(avatar)) => sent::stranger(name, &avatar),
            _ => account.clone(),
        };
        Message {
            id: self.id,
            client_id: self.client_id,
            author,
            html: text::html(&self.text),
            text: self.text,
            sent_at: self.sent_at,
        }
    }
}

macro_rules! messages {
    ($which:literal) => {
        concat!(
            "SELECT id, room_id, client_id, text, sent_at, sent_name, sent_avatar, author_id FROM messages WHERE ",
            $which
        )
    };
}

/// The message that an author sent with this client id.
pub(super) fn by_client_id(c: &Conn<'_>, author: i64, client_id: &str) -> Result<Row, db::Error> {
    c.query_one(
        messages!("author_id = $1 AND client_id = $2"),
        params![author, client_id],
    )
}

/// A stretch of a room, oldest first, and whether there are more beyond it.
pub(super) fn page(
    c: &Conn<'_>,
    room: i64,
    which: Stretch,
    most: usize,
) -> Result<(Vec<Row>, bool), db::Error> {
    const BEFORE: &str = messages!("room_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    const AFTER: &str = messages!("room_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    let (sql, from) = match which {
        Stretch::Latest => (BEFORE, i64::MAX),
        Stretch::Before(id) => (BEFORE, id),
        Stretch::After(id) => (AFTER, id),
    };
    // One more than asked for tells whether there are more.
    let mut rows = c.query::<Row>(sql, params![room, from, most as i64 + 1])?;
    let more = rows.len() > most;
    rows.truncate(most);
    if !matches!(which, Stretch::After(_)) {
        rows.reverse();
    }
    Ok((rows, more))
}
