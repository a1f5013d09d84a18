//! Each rule of the accounts, on every database.

mod coming_in;
mod connecting;
mod ending;
mod fields;
mod guests;
mod own;
mod people;

use std::net::Ipv4Addr;

use super::{Accounts, Address, Caller, Cost, NewAccount, NewSession, Settings};
use crate::{
    Clock, Error, Random,
    db::Db,
    hub::Hub,
    testing::{START, each_database},
};

/// A password that is long enough.
const PASSWORD: &str = "correct horse";
/// What a browser calls itself.
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64)";

/// Accounts on a database, and what they stand on.
struct Fixture {
    accounts: Accounts,
    hub: Hub,
    clock: Clock,
    db: Db,
}

impl Fixture {
    async fn new(db: Db) -> Self {
        Self::with(
            db,
            Settings {
                password_cost: Cost::CHEAP,
                ..Settings::default()
            },
        )
        .await
    }

    async fn with(db: Db, settings: Settings) -> Self {
        let (clock, random) = (Clock::fixed(START), Random::from_seed(7));
        let hub = Hub::new(random.clone());
        let accounts = Accounts::start(db.clone(), hub.clone(), clock.clone(), random, settings)
            .await
            .unwrap();
        Self {
            accounts,
            hub,
            clock,
            db,
        }
    }

    /// Another process on the same database.
    async fn beside(&self) -> Self {
        let settings = Settings {
            password_cost: Cost::CHEAP,
            ..Settings::default()
        };
        let (clock, random) = (self.clock.clone(), Random::from_seed(8));
        let hub = Hub::new(random.clone());
        let db = self.db.clone();
        let accounts = Accounts::start(db.clone(), hub.clone(), clock.clone(), random, settings)
            .await
            .unwrap();
        Self {
            accounts,
            hub,
            clock,
            db,
        }
    }

    fn stranger(&self) -> Caller {
        self.accounts.anonymous(home())
    }

    async fn register(&self, name: &str) -> Result<NewSession, Error> {
        self.accounts
            .register(&self.stranger(), AGENT, account(name))
            .await
    }

    async fn sign_in(&self, who: &str, password: &str) -> Result<NewSession, Error> {
        self.accounts
            .sign_in(&self.stranger(), AGENT, who, password)
            .await
    }

    async fn join(&self, email: &str, name: &str) -> Result<NewSession, Error> {
        self.accounts
            .join_as_guest(&self.stranger(), AGENT, email, name)
            .await
    }

    async fn by_session(&self, secret: &str) -> Result<Caller, Error> {
        self.accounts.by_session(secret, home()).await
    }
}

fn home() -> Address {
    Address::new(Ipv4Addr::LOCALHOST.into())
}

/// An address that the limits bind.
fn away(last: u8) -> Address {
    Address::new(Ipv4Addr::new(203, 0, 113, last).into())
}

fn account(name: &str) -> NewAccount {
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    NewAccount {
        username: name.to_owned(),
        email,
        password: PASSWORD.to_owned(),
    }
}

/// What an error is, without its details, to compare with.
fn kind<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(Error::Invalid(problems)) => {
            let fields: Vec<_> = problems
                .iter()
                .map(|(field, problem)| format!("{field} {problem:?}"))
                .collect();
            format!("invalid: {}", fields.join(", "))
        }
        Err(Error::TooMany(_)) => "too many".to_owned(),
        Err(other) => other.to_string(),
    }
}
