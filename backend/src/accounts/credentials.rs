//! SQL of sessions, API tokens and their revocations. A secret is never stored: only its SHA-256, which is enough for
//! 256 random bits.
//!
//! `revocations` is a feed: whatever ends credentials appends a row in the same transaction, and every process that
//! shares the database reads it and closes what it still has open (see [`super::watch`]).

use sha2::{Digest as _, Sha256};
use wire::{
    accounts::{Person, Session, Token},
    time::Time,
};

use super::{
    SESSION_IDLE, SESSION_MOST,
    caller::{Credentials, Who},
    store::{self, PersonRow},
};
use crate::{
    Random,
    db::{self, Conn, Tx, params},
};

/// A secret as it is stored and looked up: SHA-256 in hexadecimal.
pub(super) fn hash(secret: &str) -> String {
    super::avatar::hex(&Sha256::digest(secret.as_bytes()))
}

/// What was found for a secret.
pub(super) struct Found {
    pub(super) who: Who,
    /// When it ends by itself, unless used again meanwhile.
    pub(super) until: Time,
    /// When it was last seen, as far as the database knows.
    pub(super) seen_at: Option<Time>,
}

/// What is stored of a browser that signs in.
pub(super) struct NewSession<'a> {
    pub(super) user: i64,
    pub(super) agent: &'a str,
    pub(super) address: &'a str,
    pub(super) now: Time,
}

/// Stores a session and gives its id and its secret.
pub(super) fn insert_session(
    tx: &Tx<'_>,
    random: &Random,
    session: &NewSession<'_>,
) -> Result<(i64, String), db::Error> {
    let secret = random.secret();
    tx.execute(
        "UPDATE users SET seen_at = $2 WHERE id = $1",
        params![session.user, session.now],
    )?;
    let id = tx.query_one(
        "INSERT INTO sessions (user_id, hash, agent, address, created_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $5) RETURNING id",
        params![
            session.user,
            hash(&secret),
            session.agent,
            session.address,
            session.now
        ],
    )?;
    Ok((id, secret))
}

/// The person behind a session that is still good.
pub(super) fn session(c: &Conn<'_>, hash: &str, now: Time) -> Result<Option<Found>, db::Error> {
    type Row = (i64, Time, Time, i64, String, String, String);
    let row = c.query_opt::<Row>(
        "SELECT s.id, s.created_at, s.seen_at, u.id, u.name, u.role, u.avatar
         FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.hash = $1 AND s.revoked_at IS NULL AND u.deactivated_at IS NULL
           AND s.seen_at > $2 AND s.created_at > $3",
        params![hash, now - SESSION_IDLE, now - SESSION_MOST],
    )?;
    Ok(
        row.map(|(id, created_at, seen_at, user, name, role, avatar)| Found {
            who: who((user, name, role, avatar), Credentials::Session(id)),
            until: (seen_at + SESSION_IDLE).min(created_at + SESSION_MOST),
            seen_at: Some(seen_at),
        }),
    )
}

/// The person behind an API token.
pub(super) fn token(c: &Conn<'_>, hash: &str) -> Result<Option<Found>, db::Error> {
    type Row = (i64, Option<Time>, i64, String, String, String);
    let row = c.query_opt::<Row>(
        "SELECT t.id, t.used_at, u.id, u.name, u.role, u.avatar FROM tokens t JOIN users u ON u.id = t.user_id
         WHERE t.hash = $1 AND u.deactivated_at IS NULL",
        params![hash],
    )?;
    Ok(row.map(|(id, used_at, user, name, role, avatar)| Found {
        who: who((user, name, role, avatar), Credentials::Token(id)),
        until: Time(i64::MAX),
        seen_at: used_at,
    }))
}

/// The person as they are now, if these credentials of theirs have not been revoked.
pub(super) fn still(c: &Conn<'_>, user: i64, with: Credentials) -> Result<Option<Person>, db::Error> {
    let (sql, id) = match with {
        Credentials::Session(id) => (
            "SELECT u.id, u.name, u.role, u.avatar FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.id = $1 AND s.revoked_at IS NULL AND u.deactivated_at IS NULL",
            id,
        ),
        Credentials::Token(id) => (
            "SELECT u.id, u.name, u.role, u.avatar FROM tokens t JOIN users u ON u.id = t.user_id
             WHERE t.id = $1 AND u.deactivated_at IS NULL",
            id,
        ),
        Credentials::Open => return store::person_by_id(c, user),
    };
    Ok(c.query_opt::<PersonRow>(sql, params![id])?.map(store::person))
}

fn who(person: PersonRow, credentials: Credentials) -> Who {
    Who {
        person: store::person(person),
        credentials,
    }
}

/// A user's sessions that are still good, the last used first.
pub(super) fn sessions(
    c: &Conn<'_>,
    user: i64,
    current: Option<i64>,
    now: Time,
) -> Result<Vec<Session>, db::Error> {
    let rows = c.query::<(i64, String, String, Time, Time)>(
        "SELECT id, agent, address, created_at, seen_at FROM sessions
         WHERE user_id = $1 AND revoked_at IS NULL AND seen_at > $2 AND created_at > $3
         ORDER BY seen_at DESC, id DESC",
        params![user, now - SESSION_IDLE, now - SESSION_MOST],
    )?;
    let session = |(id, agent, address, created_at, seen_at)| {
        let current = current == Some(id);
        Session {
            id,
            agent,
            address,
            created_at,
            seen_at,
            current,
        }
    };
    Ok(rows.into_iter().map(session).collect())
}

/// Ends one session of this user. Whether there was one.
pub(super) fn revoke_session(tx: &Tx<'_>, user: i64, session: i64, now: Time) -> Result<bool, db::Error> {
    let ended = tx.execute(
        "UPDATE sessions SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
        params![session, user, now],
    )?;
    if ended > 0 {
        let sql = "INSERT INTO revocations (user_id, session_id, at) VALUES ($1, $2, $3)";
        tx.execute(sql, params![user, session, now])?;
    }
    Ok(ended > 0)
}

/// Ends every session of this user but `kept`.
pub(super) fn revoke_other_sessions(
    tx: &Tx<'_>,
    user: i64,
    kept: Option<i64>,
    now: Time,
) -> Result<(), db::Error> {
    let sql = "SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND id <> $2";
    for session in tx.query::<i64>(sql, params![user, kept.unwrap_or(0)])? {
        revoke_session(tx, user, session, now)?;
    }
    Ok(())
}

/// Ends the oldest sessions of a user who has more than `most`.
pub(super) fn keep_newest_sessions(tx: &Tx<'_>, user: i64, most: i64, now: Time) -> Result<(), db::Error> {
    let sql = "SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL
         ORDER BY seen_at DESC, id DESC LIMIT 1000 OFFSET $2";
    for session in tx.query::<i64>(sql, params![user, most])? {
        revoke_session(tx, user, session, now)?;
    }
    Ok(())
}

/// Stores a token and gives its id.
pub(super) fn insert_token(
    tx: &Tx<'_>,
    user: i64,
    name: &str,
    secret: &str,
    now: Time,
) -> Result<i64, db::Error> {
    tx.query_one(
        "INSERT INTO tokens (user_id, name, hash, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        params![user, name, hash(secret), now],
    )
}

/// A user's tokens, the newest first.
pub(super) fn tokens(c: &Conn<'_>, user: i64) -> Result<Vec<Token>, db::Error> {
    let sql = "SELECT id, name, created_at, used_at FROM tokens WHERE user_id = $1 ORDER BY id DESC";
    let rows = c.query::<(i64, String, Time, Option<Time>)>(sql, params![user])?;
    let token = |(id, name, created_at, used_at)| Token {
        id,
        name,
        created_at,
        used_at,
    };
    Ok(rows.into_iter().map(token).collect())
}

/// Forgets one token of this user. Whether there was one.
pub(super) fn revoke_token(tx: &Tx<'_>, user: i64, token: i64, now: Time) -> Result<bool, db::Error> {
    let gone = tx.execute(
        "DELETE FROM tokens WHERE id = $1 AND user_id = $2",
        params![token, user],
    )?;
    if gone > 0 {
        let sql = "INSERT INTO revocations (user_id, token_id, at) VALUES ($1, $2, $3)";
        tx.execute(sql, params![user, token, now])?;
    }
    Ok(gone > 0)
}

/// Notes that the role, the name or the right to be here of this user has changed.
pub(super) fn note_user_changed(tx: &Tx<'_>, user: i64, now: Time) -> Result<(), db::Error> {
    tx.execute(
        "INSERT INTO revocations (user_id, at) VALUES ($1, $2)",
        params![user, now],
    )?;
    Ok(())
}

/// One row of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Revocation {
    pub(super) id: i64,
    pub(super) user: i64,
    /// `None` in both: something about the user changed.
    pub(super) session: Option<i64>,
    pub(super) token: Option<i64>,
    /// Whether the user may not be here any more.
    pub(super) deactivated: bool,
}

/// What was revoked since.
pub(super) fn revocations(c: &Conn<'_>, since: Time) -> Result<Vec<Revocation>, db::Error> {
    let rows = c.query::<(i64, i64, Option<i64>, Option<i64>, bool)>(
        "SELECT r.id, r.user_id, r.session_id, r.token_id, CASE WHEN u.deactivated_at IS NULL THEN 0 ELSE 1 END
         FROM revocations r JOIN users u ON u.id = r.user_id WHERE r.at >= $1 ORDER BY r.id",
        params![since],
    )?;
    let revocation = |(id, user, session, token, deactivated)| Revocation {
        id,
        user,
        session,
        token,
        deactivated,
    };
    Ok(rows.into_iter().map(revocation).collect())
}

/// Revokes sessions that ran out, so that their sockets close, and forgets what ended long ago.
pub(super) fn expire(tx: &Tx<'_>, now: Time, forget_before: Time) -> Result<(), db::Error> {
    let ran_out = tx.query::<(i64, i64)>(
        "SELECT user_id, id FROM sessions WHERE revoked_at IS NULL AND (seen_at <= $1 OR created_at <= $2)",
        params![now - SESSION_IDLE, now - SESSION_MOST],
    )?;
    for (user, session) in ran_out {
        revoke_session(tx, user, session, now)?;
    }
    tx.execute(
        "DELETE FROM sessions WHERE revoked_at < $1",
        params![forget_before],
    )?;
    tx.execute("DELETE FROM revocations WHERE at < $1", params![forget_before])?;
    Ok(())
}

/// Stores when a person was last here, and with what.
pub(super) fn seen(
    tx: &Tx<'_>,
    user: i64,
    with: Credentials,
    address: &str,
    at: Time,
) -> Result<(), db::Error> {
    match with {
        Credentials::Session(id) => tx.execute(
            "UPDATE sessions SET seen_at = $2, address = $3 WHERE id = $1 AND seen_at < $2",
            params![id, at, address],
        )?,
        Credentials::Token(id) => {
            tx.execute("UPDATE tokens SET used_at = $2 WHERE id = $1", params![id, at])?
        }
        Credentials::Open => 0,
    };
    tx.execute("UPDATE users SET seen_at = $2 WHERE id = $1", params![user, at])?;
    store::hold_guest_name(tx, user, at + super::GUEST_NAME_HELD)
}
