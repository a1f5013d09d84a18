//! What administrators do: see everyone, change roles, turn accounts off and on again.

use wire::accounts::{Account, Role};

use super::{
    Accounts,
    caller::Caller,
    credentials,
    store::{self, Change},
};
use crate::{Error, Problem};

/// People on one page of the list.
pub const PEOPLE_A_PAGE: usize = 100;

impl Accounts {
    /// Everyone, the newest first, from `before` (an id) on.
    pub async fn people(&self, caller: &Caller, before: Option<i64>) -> Result<Vec<Account>, Error> {
        caller.admin()?;
        let most = i64::try_from(PEOPLE_A_PAGE).unwrap_or(i64::MAX);
        Ok(self
            .0
            .db
            .read(move |c| store::people(c, before.unwrap_or(i64::MAX), most))
            .await?)
    }

    /// Makes an account a member's or an administrator's. The last administrator stays one.
    pub async fn set_role(&self, caller: &Caller, user: i64, role: Role) -> Result<(), Error> {
        caller.admin()?;
        self.change(user, Change::Role(role)).await
    }

    /// Signs someone out everywhere and lets them in no more, until [`Accounts::reactivate`].
    pub async fn deactivate(&self, caller: &Caller, user: i64) -> Result<(), Error> {
        caller.admin()?;
        self.change(user, Change::Deactivated(Some(self.0.clock.now())))
            .await
    }

    /// Undoes [`Accounts::deactivate`]; sessions and tokens are good again.
    pub async fn reactivate(&self, caller: &Caller, user: i64) -> Result<(), Error> {
        caller.admin()?;
        self.change(user, Change::Deactivated(None)).await
    }

    pub(super) async fn change(&self, user: i64, change: Change) -> Result<(), Error> {
        if let Change::Role(Role::Guest) = change {
            return Err(Error::invalid("role", Problem::Malformed));
        }
        let now = self.0.clock.now();
        let changed = self.0.db.write(move |tx| {
            store::change_account(tx, user, change)?;
            Ok::<_, Error>(credentials::note_user_changed(tx, user, now)?)
        });
        changed.await?;
        self.apply_revocations().await
    }
}
