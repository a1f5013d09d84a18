//! What the command line does. Whoever can open the database may do all of it, so no caller is asked for.

use wire::accounts::{Account, Person, Role};

use super::{
    Accounts, NewToken, credentials,
    entry::NewAccount,
    fields::{self, Password},
    people::PEOPLE_A_PAGE,
    store::{self, Change},
};
use crate::Error;

/// The person at the machine itself.
#[derive(Clone, Copy, Debug)]
pub struct Operator<'a>(&'a Accounts);

impl Accounts {
    /// For the command line only: a request never gets here.
    pub fn operator(&self) -> Operator<'_> {
        Operator(self)
    }
}

impl Operator<'_> {
    /// Makes an account. Without a role it is a member's; the first is the administrator's in any case.
    pub async fn add(&self, account: NewAccount, role: Option<Role>) -> Result<Person, Error> {
        let ready = self.0.ready(account).await?;
        let (accounts, role) = (&self.0.0, role.filter(|role| *role != Role::Guest));
        let now = accounts.clock.now();
        let person = accounts.db.write(move |tx| ready.store(tx, role, now)).await?;
        self.0.apply_revocations().await?;
        Ok(person)
    }

    /// Gives an account another password and ends its sessions.
    pub async fn set_password(&self, username: &str, password: &str) -> Result<(), Error> {
        let password = Password::choose(password).map_err(|problem| Error::invalid("password", problem))?;
        let user = self.id(username).await?;
        let accounts = &self.0.0;
        let hash = accounts.hasher.hash(password).await?;
        let now = accounts.clock.now();
        let change = accounts.db.write(move |tx| {
            store::set_password(tx, user, &hash)?;
            credentials::revoke_other_sessions(tx, user, None, now)
        });
        change.await?;
        self.0.apply_revocations().await
    }

    /// Changes an account's role. The last administrator stays one.
    pub async fn set_role(&self, username: &str, role: Role) -> Result<(), Error> {
        let user = self.id(username).await?;
        self.0.change(user, Change::Role(role)).await
    }

    /// Makes an API token of an account.
    pub async fn create_token(&self, username: &str, name: &str) -> Result<NewToken, Error> {
        let user = self.id(username).await?;
        self.0.create_token_of(user, name).await
    }

    /// Everyone, the oldest first.
    pub async fn list(&self) -> Result<Vec<Account>, Error> {
        let mut everyone = Vec::new();
        loop {
            let before = everyone
                .last()
                .map_or(i64::MAX, |account: &Account| account.person.id);
            let most = i64::try_from(PEOPLE_A_PAGE).unwrap_or(i64::MAX);
            let page = self.0.0.db.read(move |c| store::people(c, before, most)).await?;
            if page.is_empty() {
                everyone.reverse();
                return Ok(everyone);
            }
            everyone.extend(page);
        }
    }

    async fn id(&self, username: &str) -> Result<i64, Error> {
        let key = fields::fold(username);
        self.0
            .0
            .db
            .read(move |c| store::id_by_name(c, &key))
            .await?
            .ok_or(Error::NotFound)
    }
}
