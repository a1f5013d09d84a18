//! Coming in and going out: register, sign in, join as a guest, sign out.

use sha2::{Digest as _, Sha256};
use wire::{
    accounts::{Person, Role},
    time::Time,
};

use super::{
    Accounts, GUEST_NAME_HELD, MOST_SESSIONS,
    caller::{Address, Caller, Credentials, Who},
    credentials,
    fields::{self, Email, MAX_EMAIL_CHARS, Name, Password, Problems},
    store::{self, Claim, NewUser},
};
use crate::{Error, Random, db::Tx, limit::Limiter};

/// The browser's own words are cut to this many characters.
const MAX_AGENT_CHARS: usize = 200;
/// The longest name or address that one may sign in with, in characters, as it is typed. What is longer is nobody's: an
/// account's address is no longer, and its name much shorter.
const MAX_LOGIN_CHARS: usize = MAX_EMAIL_CHARS;

/// Whose password an attempt is at. An account's name and its address are one; and however much was typed, what is
/// remembered of it is small.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Target {
    /// An account's, by its id.
    Account(i64),
    /// Nobody's, by the SHA-256 of the name: the limit does not tell who has an account.
    Nobody([u8; 32]),
}

impl Target {
    fn nobody(name: &str) -> Self {
        Self::Nobody(Sha256::digest(name).into())
    }
}

/// What one types to make an account.
#[derive(Clone)]
pub struct NewAccount {
    /// The name others see.
    pub username: String,
    /// One's own address, which others do not.
    pub email: String,
    /// As it was typed.
    pub password: String,
}

/// A session that has just begun.
#[derive(Clone)]
pub struct NewSession {
    /// What the browser's cookie holds from now on. Nobody can be told it again.
    pub secret: String,
    /// Who it is.
    pub caller: Caller,
}

/// An account whose fields are valid and whose password is hashed.
pub(super) struct Ready {
    name: Name,
    email: Email,
    hash: String,
}

impl Accounts {
    /// Makes an account and signs its owner in. The first one is the administrator's.
    pub async fn register(
        &self,
        caller: &Caller,
        agent: &str,
        account: NewAccount,
    ) -> Result<NewSession, Error> {
        take(&self.0.registering, caller.address())?;
        let ready = self.ready(account).await?;
        let browser = Browser::of(self, caller, agent);
        let begun = self.0.db.write(move |tx| {
            let person = ready.store(tx, None, browser.now)?;
            browser.begin(tx, person)
        });
        self.begun(begun.await?, caller).await
    }

    /// Parses and hashes what makes an account; used by the command line too.
    pub(super) async fn ready(&self, account: NewAccount) -> Result<Ready, Error> {
        let mut problems = Problems::default();
        let name = problems.check("username", Name::parse(&account.username));
        let email = problems.check("email", Email::parse(&account.email));
        let password = problems.check("password", Password::choose(&account.password));
        let (Some(name), Some(email), Some(password)) = (name, email, password) else {
            return Err(problems.error());
        };
        let hash = self.0.hasher.hash(password).await?;
        Ok(Ready { name, email, hash })
    }

    /// Signs in by name or e-mail address. One that does not exist, one without a password, one deactivated and a wrong
    /// password are all [`Error::Unauthorized`], after the same work.
    pub async fn sign_in(
        &self,
        caller: &Caller,
        agent: &str,
        who: &str,
        password: &str,
    ) -> Result<NewSession, Error> {
        let who = Some(who.trim())
            // No name holds a NUL, and no database takes one.
            .filter(|who| who.chars().nth(MAX_LOGIN_CHARS).is_none() && !who.contains('\0'))
            .unwrap_or_default();
        let (email, name) = (who.to_lowercase(), fields::fold(who));
        let nobody = Target::nobody(&name);
        let account = self
            .0
            .db
            .read(move |c| store::account_named(c, &email, &name))
            .await?;
        let (user, stored) = account.map_or((None, None), |(id, stored)| (Some(id), stored));
        let target = user.map_or(nobody, Target::Account);
        self.take_attempt(target, caller.address())?;
        let right = self
            .0
            .hasher
            .verify(Password::typed(password), stored.clone())
            .await?;
        let (true, Some(user), Some(verified)) = (right, user, stored) else {
            return Err(Error::Unauthorized);
        };
        self.give_back_attempt(target, caller.address());
        self.begin_as(caller, agent, user, verified).await
    }

    /// Begins a session of who knew the password with this hash, if it is still theirs.
    pub(super) async fn begin_as(
        &self,
        caller: &Caller,
        agent: &str,
        user: i64,
        verified: String,
    ) -> Result<NewSession, Error> {
        let browser = Browser::of(self, caller, agent);
        let begun = self.0.db.write(move |tx| {
            let person = store::come_in(tx, user, &verified, browser.now)?.ok_or(Error::Unauthorized)?;
            browser.begin(tx, person)
        });
        self.begun(begun.await?, caller).await
    }

    /// Counts an attempt at a password before it is checked, so that many at once do not all slip through.
    pub(super) fn take_attempt(&self, target: Target, address: Address) -> Result<(), Error> {
        take(&self.0.by_address, address)?;
        self.0.by_account.take(&target).map_err(Error::TooMany)
    }

    /// The attempt succeeded, so it was no guess.
    pub(super) fn give_back_attempt(&self, target: Target, address: Address) {
        self.0.by_account.give_back(&target);
        if let Some(ip) = address.limited_as() {
            self.0.by_address.give_back(&ip);
        }
    }

    /// Joins as a guest: an e-mail address and a name, no password. Each time another guest, since neither proves who it
    /// is.
    pub async fn join_as_guest(
        &self,
        caller: &Caller,
        agent: &str,
        email: &str,
        username: &str,
    ) -> Result<NewSession, Error> {
        take(&self.0.joining, caller.address())?;
        let mut problems = Problems::default();
        let email = problems.check("email", Email::parse(email));
        let name = problems.check("username", Name::parse(username));
        let (Some(email), Some(name)) = (email, name) else {
            return Err(problems.error());
        };
        let browser = Browser::of(self, caller, agent);
        let begun = self.0.db.write(move |tx| {
            let now = browser.now;
            store::claim_name(tx, &name, &email, Claim::Guest(now + GUEST_NAME_HELD), now)?;
            let user = NewUser {
                name: &name,
                email: &email,
                role: Role::Guest,
                password: None,
                now,
            };
            let person = store::insert_user(tx, &user)?;
            browser.begin(tx, person)
        });
        self.begun(begun.await?, caller).await
    }

    /// Ends the caller's own session, and what is open with it. A token and `--open` have none to end.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), Error> {
        let user = caller.person()?.id;
        let Some(session) = caller.browser() else {
            return Ok(());
        };
        let now = self.0.clock.now();
        self.0
            .db
            .write(move |tx| {
                store::hold_guest_name(tx, user, now)?;
                credentials::revoke_session(tx, user, session, now)
            })
            .await?;
        self.apply_revocations().await
    }

    async fn begun(
        &self,
        (person, session, secret): (Person, i64, String),
        was: &Caller,
    ) -> Result<NewSession, Error> {
        self.apply_revocations().await?;
        let who = Who {
            person,
            credentials: Credentials::Session(session),
        };
        Ok(NewSession {
            secret,
            caller: Caller {
                who: Some(who.into()),
                address: was.address(),
            },
        })
    }
}

impl Ready {
    /// Stores the account. Without a role it is a member's, or the administrator's if it is the first.
    pub(super) fn store(self, tx: &Tx<'_>, role: Option<Role>, now: Time) -> Result<Person, Error> {
        let first = store::take_first_place(tx)?;
        let role = if first {
            Role::Admin
        } else {
            role.unwrap_or(Role::Member)
        };
        store::claim_name(tx, &self.name, &self.email, Claim::Account, now)?;
        let user = NewUser {
            name: &self.name,
            email: &self.email,
            role,
            password: Some(&self.hash),
            now,
        };
        store::insert_user(tx, &user)
    }
}

/// The browser that comes in, and the session it had: one browser has one, so the old one ends.
struct Browser {
    random: Random,
    agent: String,
    address: String,
    /// Its user and its id.
    old: Option<(i64, i64)>,
    now: Time,
}

impl Browser {
    fn of(accounts: &Accounts, caller: &Caller, agent: &str) -> Self {
        Self {
            random: accounts.0.random.clone(),
            agent: agent
                .chars()
                .filter(|c| !c.is_control())
                .take(MAX_AGENT_CHARS)
                .collect(),
            address: caller.address().ip().to_string(),
            old: caller.user_id().zip(caller.browser()),
            now: accounts.0.clock.now(),
        }
    }

    fn begin(&self, tx: &Tx<'_>, person: Person) -> Result<(Person, i64, String), Error> {
        if let Some((user, session)) = self.old {
            credentials::revoke_session(tx, user, session, self.now)?;
        }
        credentials::keep_newest_sessions(tx, person.id, MOST_SESSIONS - 1, self.now)?;
        let session = credentials::NewSession {
            user: person.id,
            agent: &self.agent,
            address: &self.address,
            now: self.now,
        };
        let (id, secret) = credentials::insert_session(tx, &self.random, &session)?;
        Ok((person, id, secret))
    }
}

fn take(limiter: &Limiter<std::net::IpAddr>, address: Address) -> Result<(), Error> {
    address
        .limited_as()
        .map_or(Ok(()), |ip| limiter.take(&ip).map_err(Error::TooMany))
}
