//! Who may: accounts, guests, sessions, API tokens, roles.
//!
//! Read in this order: [`caller`] (what every service method takes), [`fields`] (what people type, parsed once),
//! [`password`] (Argon2id on a bounded pool), [`entry`] (register, sign in, join, sign out), [`own`] (what one changes
//! about oneself), [`people`] (what administrators do), [`operator`] (what the command line does), [`avatar`];
//! beneath them [`store`] and [`credentials`] (SQL), [`cache`] and [`watch`] (so that asking who it is costs nothing, and
//! what is revoked ends everywhere).
//!
//! Invariants:
//! - Only this module makes a [`Caller`].
//! - No secret is stored: passwords as Argon2id, sessions and tokens as SHA-256.
//! - A wrong name and a wrong password get the same answer after the same work.
//! - Whatever ends credentials says so in `revocations`, in the same transaction; a call that revoked something returns
//!   after what was open with it has been told to go.
//! - There is always an administrator once there is an account.
//!
//! Deliberately absent: confirming e-mail addresses (nothing is ever mailed), so an address proves nothing.

mod avatar;
mod cache;
mod caller;
mod credentials;
mod entry;
mod fields;
mod operator;
mod own;
mod password;
mod people;
mod store;
#[cfg(test)]
mod tests;
mod watch;

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use wire::{
    accounts::{Person, Role},
    time::Time,
};

use crate::{
    Clock, Error, Random,
    db::{self, Conn, Db},
    hub::Hub,
    limit::{Limiter, Rate},
};

pub use avatar::Picture;
pub use caller::{Address, Caller};
pub use entry::{NewAccount, NewSession};
pub use fields::{
    MAX_EMAIL_CHARS, MAX_NAME_CHARS, MAX_PASSWORD_CHARS, MAX_TOKEN_NAME_CHARS, MIN_PASSWORD_CHARS,
};
pub use operator::Operator;
pub use own::NewToken;
pub use password::Cost;
pub use people::PEOPLE_A_PAGE;

use caller::{Credentials, Who};

/// A session not used for this long has ended.
pub const SESSION_IDLE: Duration = Duration::from_hours(30 * 24);
/// A session ends after this long however much it is used, so that a stolen cookie is not for life.
pub const SESSION_MOST: Duration = Duration::from_hours(180 * 24);
/// Sessions one may have; a new one ends the one not used for longest.
const MOST_SESSIONS: i64 = 100;
/// API tokens one may have.
const MOST_TOKENS: usize = 50;
/// How long a guest's name is kept for it after it was last here.
const GUEST_NAME_HELD: Duration = Duration::from_hours(24);

/// How the accounts are kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `--open`: who shows no credentials is the member `anonymous`.
    pub open: bool,
    /// Whether people's pictures come from Gravatar.
    pub gravatar: bool,
    /// What a password's hash costs.
    pub password_cost: Cost,
    /// How often one may try.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            open: false,
            gravatar: false,
            password_cost: Cost::STANDARD,
            limits: Limits::default(),
        }
    }
}

/// How often one may try, by account and by address. Addresses that are exempt are not counted.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Wrong passwords for one account: no guessing, yet its owner is let in again soon.
    pub passwords_per_account: Rate,
    /// Wrong passwords from one address, over all accounts: an office behind one address may err a little.
    pub passwords_per_address: Rate,
    /// Accounts made from one address: each costs a hash.
    pub accounts_per_address: Rate,
    /// Guests from one address: a class of thirty may join at once.
    pub guests_per_address: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        let rate = |burst, seconds| Rate {
            burst,
            every: Duration::from_secs(seconds),
        };
        Self {
            passwords_per_account: rate(10, 30),
            passwords_per_address: rate(30, 10),
            accounts_per_address: rate(10, 60),
            guests_per_address: rate(30, 10),
        }
    }
}

/// The accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

struct Inner {
    db: Db,
    hub: Hub,
    clock: Clock,
    random: Random,
    hasher: password::Hasher,
    cache: cache::Cache,
    watch: watch::Watch,
    gravatar: Option<avatar::Gravatar>,
    /// The member `anonymous`, with `--open`.
    anonymous: Option<Arc<Who>>,
    by_account: Limiter<entry::Target>,
    by_address: Limiter<std::net::IpAddr>,
    registering: Limiter<std::net::IpAddr>,
    joining: Limiter<std::net::IpAddr>,
}

impl Accounts {
    /// Opens the accounts of a database, and begins to watch for what is revoked.
    pub async fn start(
        db: Db,
        hub: Hub,
        clock: Clock,
        random: Random,
        settings: Settings,
    ) -> Result<Self, Error> {
        let hasher = password::Hasher::new(settings.password_cost, random.clone())?;
        let anonymous = if settings.open {
            Some(anonymous(&db, clock.now()).await?)
        } else {
            None
        };
        let gravatar = settings.gravatar.then(avatar::Gravatar::new).transpose()?;
        let accounts = Self(Arc::new(Inner {
            db,
            hub,
            clock,
            random,
            hasher,
            cache: cache::Cache::default(),
            watch: watch::Watch::default(),
            gravatar,
            anonymous: anonymous.map(|person| {
                Arc::new(Who {
                    person,
                    credentials: Credentials::Open,
                })
            }),
            by_account: Limiter::new(settings.limits.passwords_per_account),
            by_address: Limiter::new(settings.limits.passwords_per_address),
            registering: Limiter::new(settings.limits.accounts_per_address),
            joining: Limiter::new(settings.limits.guests_per_address),
        }));
        accounts.begin_to_watch().await?;
        Ok(accounts)
    }

    /// Who shows no credentials: a stranger, or with `--open` the member `anonymous`.
    pub fn anonymous(&self, address: Address) -> Caller {
        Caller {
            who: self.0.anonymous.clone(),
            address,
        }
    }

    /// Who shows a session's secret (the browser's cookie). Unauthorized when it is forged, expired or revoked.
    pub async fn by_session(&self, secret: &str, address: Address) -> Result<Caller, Error> {
        self.by_secret(cache::Kind::Session, secret, address).await
    }

    /// Who shows an API token. Unauthorized when it is forged or revoked.
    pub async fn by_token(&self, secret: &str, address: Address) -> Result<Caller, Error> {
        self.by_secret(cache::Kind::Token, secret, address).await
    }

    async fn by_secret(&self, kind: cache::Kind, secret: &str, address: Address) -> Result<Caller, Error> {
        let now = self.0.clock.now();
        let key = (kind, credentials::hash(secret));
        let before = match self.0.cache.get(&key, now) {
            Ok(who) => {
                return Ok(Caller {
                    who: Some(who),
                    address,
                });
            }
            Err(generation) => generation,
        };
        let hash = key.1.clone();
        let found = self.0.db.read(move |c| match kind {
            cache::Kind::Session => credentials::session(c, &hash, now),
            cache::Kind::Token => credentials::token(c, &hash),
        });
        let found = found.await?.ok_or(Error::Unauthorized)?;
        let who = Arc::new(found.who);
        self.0.watch.saw(&who, address, found.seen_at, now);
        self.0.cache.insert(before, key, Arc::clone(&who), found.until);
        Ok(Caller {
            who: Some(who),
            address,
        })
    }

    /// Whether the next to register becomes the administrator.
    pub async fn is_first(&self) -> Result<bool, Error> {
        Ok(!self.0.db.read(store::has_first).await?)
    }

    /// The people with these ids, in the caller's own transaction: for features that store who did something.
    pub fn persons(
        &self,
        c: &Conn<'_>,
        ids: impl IntoIterator<Item = i64>,
    ) -> Result<HashMap<i64, Person>, db::Error> {
        let mut persons = HashMap::new();
        for id in ids {
            if !persons.contains_key(&id)
                && let Some(person) = store::person_by_id(c, id)?
            {
                persons.insert(id, person);
            }
        }
        Ok(persons)
    }

    /// Password hashes made or verified so far, for `/metrics`.
    pub fn hashes(&self) -> u64 {
        self.0.hasher.done()
    }
}

/// The member `anonymous`: made once, without a password, and never the first account.
async fn anonymous(db: &Db, now: Time) -> Result<Person, Error> {
    let name = fields::Name {
        shown: "anonymous".to_owned(),
        key: "anonymous".to_owned(),
    };
    let email = fields::Email {
        shown: "anonymous@localhost".to_owned(),
        key: "anonymous@localhost".to_owned(),
    };
    db.write(move |tx| {
        if let Some(person) = store::anonymous(tx)? {
            return Ok(person);
        }
        let user = store::NewUser {
            name: &name,
            email: &email,
            role: Role::Member,
            password: None,
            now,
        };
        store::insert_user(tx, &user)
    })
    .await
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}
