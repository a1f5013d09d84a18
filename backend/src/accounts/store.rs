//! SQL of users and their names. Sessions and tokens have their own in [`super::credentials`].

use wire::{
    accounts::{Account, Me, Person, Role},
    time::Time,
};

use super::{
    avatar,
    fields::{Email, Name},
};
use crate::{
    db::{self, Conn, Tx, params},
    error::{Error, Problem},
};

/// What a person is shown as: id, name, role and the avatar's hash.
pub(super) type PersonRow = (i64, String, String, String);

pub(super) fn person((id, name, role, avatar): PersonRow) -> Person {
    Person {
        id,
        name,
        role: role_from(&role),
        avatar: format!("/avatar/{avatar}"),
    }
}

pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Guest => "guest",
        Role::Member => "member",
        Role::Admin => "admin",
    }
}

/// A role as it is stored. The table's CHECK leaves no fourth.
pub(super) fn role_from(name: &str) -> Role {
    match name {
        "admin" => Role::Admin,
        "member" => Role::Member,
        _ => Role::Guest,
    }
}

/// A user about to be stored.
pub(super) struct NewUser<'a> {
    pub(super) name: &'a Name,
    pub(super) email: &'a Email,
    pub(super) role: Role,
    /// `None` for guests and for the member `anonymous`: nobody signs in as them.
    pub(super) password: Option<&'a str>,
    pub(super) now: Time,
}

pub(super) fn insert_user(tx: &Tx<'_>, user: &NewUser<'_>) -> Result<Person, Error> {
    let picture = match user.role {
        Role::Guest => avatar::hash_of_guest(&user.email.key),
        Role::Member | Role::Admin => avatar::hash_of(&user.email.key),
    };
    let id = tx.query_one::<i64>(
        "INSERT INTO users (name, name_key, email, email_key, role, password, avatar, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        params![
            user.name.shown.as_str(),
            user.name.key.as_str(),
            user.email.shown.as_str(),
            user.email.key.as_str(),
            role_name(user.role),
            user.password.map(str::to_owned),
            picture.as_str(),
            user.now
        ],
    );
    let id = id.map_err(email_taken)?;
    Ok(person((
        id,
        user.name.shown.clone(),
        role_name(user.role).to_owned(),
        picture,
    )))
}

/// The one unique constraint on users is the e-mail address among accounts.
pub(super) fn email_taken(error: db::Error) -> Error {
    match error {
        db::Error::Unique(_) => Error::Taken("email"),
        other => other.into(),
    }
}

/// Whether this is the first account of all. One row is updated by one transaction only, so the race has one winner.
pub(super) fn take_first_place(tx: &Tx<'_>) -> Result<bool, db::Error> {
    let sql = "UPDATE accounts_state SET has_admin = 1 WHERE id = 1 AND has_admin = 0";
    Ok(tx.execute(sql, params![])? == 1)
}

/// Whether an account exists already, so that the next is not the administrator's.
pub(super) fn has_first(c: &Conn<'_>) -> Result<bool, db::Error> {
    c.query_one("SELECT has_admin FROM accounts_state WHERE id = 1", params![])
}

/// Whoever claims a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// For good.
    Account,
    /// While the guest is about: until then.
    Guest(Time),
}

/// Takes a name, unless an account has it or a guest of another e-mail address who is still about. Guests whose name it
/// was are signed out: two people never go by one name.
pub(super) fn claim_name(
    tx: &Tx<'_>,
    name: &Name,
    email: &Email,
    claim: Claim,
    now: Time,
) -> Result<(), Error> {
    let (account, held_until) = match claim {
        Claim::Account => (true, Time(i64::MAX)),
        Claim::Guest(until) => (false, until),
    };
    let taken = tx.execute(
        "INSERT INTO names (key, email_key, account, held_until) VALUES ($1, $2, $3, $4)
         ON CONFLICT (key) DO UPDATE SET email_key = excluded.email_key, account = excluded.account,
             held_until = excluded.held_until
         WHERE names.account = 0 AND (names.email_key = excluded.email_key OR names.held_until < $5)",
        params![name.key.as_str(), email.key.as_str(), account, held_until, now],
    )?;
    if taken == 0 {
        return Err(Error::Taken("username"));
    }
    let spared = if account { "" } else { email.key.as_str() };
    tx.execute(
        "INSERT INTO revocations (user_id, session_id, at)
         SELECT s.user_id, s.id, $3 FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE u.name_key = $1 AND u.role = 'guest' AND u.email_key <> $2 AND s.revoked_at IS NULL",
        params![name.key.as_str(), spared, now],
    )?;
    tx.execute(
        "UPDATE sessions SET revoked_at = $3 WHERE revoked_at IS NULL AND user_id IN
         (SELECT id FROM users WHERE name_key = $1 AND role = 'guest' AND email_key <> $2)",
        params![name.key.as_str(), spared, now],
    )?;
    Ok(())
}

/// Keeps a guest's name for it a while longer, or lets go of it.
pub(super) fn hold_guest_name(tx: &Tx<'_>, user: i64, until: Time) -> Result<(), db::Error> {
    tx.execute(
        "UPDATE names SET held_until = $2 WHERE account = 0 AND EXISTS (SELECT 1 FROM users u
         WHERE u.id = $1 AND u.name_key = names.key AND u.email_key = names.email_key AND u.role = 'guest')",
        params![user, until],
    )?;
    Ok(())
}

pub(super) fn free_name(tx: &Tx<'_>, user: i64) -> Result<(), db::Error> {
    let sql = "DELETE FROM names WHERE key = (SELECT name_key FROM users WHERE id = $1)";
    tx.execute(sql, params![user])?;
    Ok(())
}

/// Forgets guests whose name is free again and to whom nothing refers, whatever feature it is of: the constraints say so.
/// Looks at up to `most` of them with ids after `after`; gives the last id it looked at, none when there are no more.
pub(super) fn forget_guests(
    tx: &Tx<'_>,
    after: i64,
    now: Time,
    most: usize,
) -> Result<Option<i64>, db::Error> {
    let guests: Vec<i64> = tx.query(
        "SELECT id FROM users WHERE role = 'guest' AND id > $1 AND NOT EXISTS (
           SELECT 1 FROM names WHERE key = name_key AND names.email_key = users.email_key
             AND account = 0 AND held_until >= $2)
         ORDER BY id LIMIT $3",
        params![after, now, most],
    )?;
    for &guest in &guests {
        let gone = tx.savepoint(|tx| tx.execute("DELETE FROM users WHERE id = $1", params![guest]));
        match gone {
            Ok(_) | Err(db::Error::ForeignKey) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(guests.last().copied())
}

/// Forgets names that guests no longer hold and that no guest goes by.
pub(super) fn forget_guest_names(tx: &Tx<'_>, now: Time) -> Result<(), db::Error> {
    tx.execute(
        "DELETE FROM names WHERE account = 0 AND held_until < $1 AND NOT EXISTS (SELECT 1 FROM users u
         WHERE u.name_key = names.key AND u.email_key = names.email_key AND u.role = 'guest')",
        params![now],
    )?;
    Ok(())
}

/// The account one signs in to: by e-mail address or by name, the address first, since a name may look like one.
pub(super) fn account_named(
    c: &Conn<'_>,
    email: &str,
    name: &str,
) -> Result<Option<(i64, Option<String>)>, db::Error> {
    c.query_opt(
        "SELECT id, password FROM users WHERE (email_key = $1 OR name_key = $2) AND role <> 'guest'
         AND deactivated_at IS NULL ORDER BY CASE WHEN email_key = $1 THEN 0 ELSE 1 END LIMIT 1",
        params![email, name],
    )
}

pub(super) fn password_of(c: &Conn<'_>, user: i64) -> Result<Option<String>, db::Error> {
    c.query_one("SELECT password FROM users WHERE id = $1", params![user])
}

/// The person, if the hash of their password is still this one and they may still be here. Takes their row until the
/// commit: who changes the password then waits, and ends what began here too.
pub(super) fn come_in(
    tx: &Tx<'_>,
    user: i64,
    password: &str,
    now: Time,
) -> Result<Option<Person>, db::Error> {
    let row = tx.query_opt::<PersonRow>(
        "UPDATE users SET seen_at = $3 WHERE id = $1 AND password = $2 AND deactivated_at IS NULL
         RETURNING id, name, role, avatar",
        params![user, password, now],
    )?;
    Ok(row.map(person))
}

/// Changes a password, if its hash is still `old`. Whether it was.
pub(super) fn replace_password(tx: &Tx<'_>, user: i64, old: &str, new: &str) -> Result<bool, db::Error> {
    let sql = "UPDATE users SET password = $3 WHERE id = $1 AND password = $2";
    Ok(tx.execute(sql, params![user, old, new])? > 0)
}

pub(super) fn set_password(tx: &Tx<'_>, user: i64, password: &str) -> Result<(), db::Error> {
    tx.execute(
        "UPDATE users SET password = $2 WHERE id = $1",
        params![user, password],
    )?;
    Ok(())
}

pub(super) fn set_profile(tx: &Tx<'_>, user: i64, name: &Name, email: &Email) -> Result<(), Error> {
    let picture = avatar::hash_of(&email.key);
    tx.execute(
        "UPDATE users SET name = $2, name_key = $3, email = $4, email_key = $5, avatar = $6 WHERE id = $1",
        params![
            user,
            name.shown.as_str(),
            name.key.as_str(),
            email.shown.as_str(),
            email.key.as_str(),
            picture.as_str()
        ],
    )
    .map_err(email_taken)?;
    Ok(())
}

pub(super) fn me(c: &Conn<'_>, user: i64) -> Result<Me, db::Error> {
    let (id, name, role, avatar, email) = c.query_one::<(i64, String, String, String, String)>(
        "SELECT id, name, role, avatar, email FROM users WHERE id = $1",
        params![user],
    )?;
    Ok(Me {
        person: person((id, name, role, avatar)),
        email,
    })
}

pub(super) fn person_by_id(c: &Conn<'_>, user: i64) -> Result<Option<Person>, db::Error> {
    let sql = "SELECT id, name, role, avatar FROM users WHERE id = $1";
    Ok(c.query_opt::<PersonRow>(sql, params![user])?.map(person))
}

/// The account with this name. `anonymous` is none: nobody may be given its password or change its role.
pub(super) fn id_by_name(c: &Conn<'_>, name_key: &str) -> Result<Option<i64>, db::Error> {
    let sql = "SELECT id FROM users WHERE name_key = $1 AND password IS NOT NULL";
    c.query_opt(sql, params![name_key])
}

/// The member `anonymous`, once it was made: the one who is no guest and has no password.
pub(super) fn anonymous(c: &Conn<'_>) -> Result<Option<Person>, db::Error> {
    let sql = "SELECT id, name, role, avatar FROM users WHERE role <> 'guest' AND password IS NULL";
    Ok(c.query_opt::<PersonRow>(sql, params![])?.map(person))
}

/// Whether a hash names the picture of an account.
pub(super) fn is_accounts_picture(c: &Conn<'_>, hash: &str) -> Result<bool, db::Error> {
    let sql = "SELECT COUNT(*) FROM users WHERE avatar = $1 AND role <> 'guest'";
    Ok(c.query_one::<i64>(sql, params![hash])? > 0)
}

/// Accounts and guests with smaller ids than `before`, the newest first.
pub(super) fn people(c: &Conn<'_>, before: i64, most: i64) -> Result<Vec<Account>, db::Error> {
    type Row = (i64, String, String, String, String, Time, Option<Time>, bool);
    let rows = c.query::<Row>(
        "SELECT id, name, role, avatar, email, created_at, seen_at,
         CASE WHEN deactivated_at IS NULL THEN 1 ELSE 0 END
         FROM users WHERE id < $1 AND (role = 'guest' OR password IS NOT NULL) ORDER BY id DESC LIMIT $2",
        params![before, most],
    )?;
    let account = |(id, name, role, avatar, email, created_at, seen_at, active): Row| Account {
        person: person((id, name, role, avatar)),
        email,
        created_at,
        seen_at,
        active,
    };
    Ok(rows.into_iter().map(account).collect())
}

/// What an administrator changes about an account.
#[derive(Clone, Copy)]
pub(super) enum Change {
    /// To member or to administrator.
    Role(Role),
    /// Off since then, or on again.
    Deactivated(Option<Time>),
}

/// Changes an account, and leaves an administrator. Two who demote each other at once take turns at the one row of
/// `accounts_state`.
pub(super) fn change_account(tx: &Tx<'_>, user: i64, change: Change) -> Result<(), Error> {
    tx.execute(
        "UPDATE accounts_state SET has_admin = has_admin WHERE id = 1",
        params![],
    )?;
    let changed = match change {
        Change::Role(role) => tx.execute(
            "UPDATE users SET role = $2 WHERE id = $1 AND password IS NOT NULL",
            params![user, role_name(role)],
        )?,
        Change::Deactivated(at) => tx.execute(
            "UPDATE users SET deactivated_at = $2 WHERE id = $1 AND (role = 'guest' OR password IS NOT NULL)",
            params![user, at],
        )?,
    };
    if changed == 0 {
        return Err(Error::NotFound);
    }
    let sql = "SELECT COUNT(*) FROM users WHERE role = 'admin' AND deactivated_at IS NULL";
    if tx.query_one::<i64>(sql, params![])? == 0 {
        return Err(Error::invalid("role", Problem::LastAdmin));
    }
    Ok(())
}
