//! What one changes about oneself: name and address, password, sessions, API tokens.

use wire::accounts::{Me, Session, Token};

use super::{
    Accounts, MAX_TOKEN_NAME_CHARS, MOST_TOKENS,
    caller::Caller,
    credentials,
    entry::Target,
    fields::{self, Email, Name, Password, Problems},
    store::{self, Claim},
};
use crate::{Error, Problem};

/// What every API token begins with, so that one found in a file or a log is known for what it is.
const TOKEN_PREFIX: &str = "flt_";

/// An API token that has just been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What the program shows. Nobody can be told it again.
    pub secret: String,
    /// What is listed from now on.
    pub token: Token,
}

impl Accounts {
    /// What one sees of oneself.
    pub async fn me(&self, caller: &Caller) -> Result<Me, Error> {
        let user = caller.person()?.id;
        Ok(self.0.db.read(move |c| store::me(c, user)).await?)
    }

    /// Changes one's name and address.
    pub async fn change_profile(&self, caller: &Caller, username: &str, email: &str) -> Result<(), Error> {
        let user = caller.owner()?.id;
        let mut problems = Problems::default();
        let name = problems.check("username", Name::parse(username));
        let email = problems.check("email", Email::parse(email));
        let (Some(name), Some(email)) = (name, email) else {
            return Err(problems.error());
        };
        let now = self.0.clock.now();
        let change = self.0.db.write(move |tx| {
            store::free_name(tx, user)?;
            store::claim_name(tx, &name, &email, Claim::Account, now)?;
            store::set_profile(tx, user, &name, &email)?;
            Ok::<_, Error>(credentials::note_user_changed(tx, user, now)?)
        });
        change.await?;
        self.apply_revocations().await
    }

    /// Changes one's password, and ends one's other sessions.
    pub async fn change_password(&self, caller: &Caller, current: &str, new: &str) -> Result<(), Error> {
        let user = caller.owner()?.id;
        let new = Password::choose(new).map_err(|problem| Error::invalid("new_password", problem))?;
        let target = Target::Account(user);
        self.take_attempt(target, caller.address())?;
        let stored = self.0.db.read(move |c| store::password_of(c, user)).await?;
        let right = self
            .0
            .hasher
            .verify(Password::typed(current), stored.clone())
            .await?;
        let wrong = || Error::invalid("current_password", Problem::WrongPassword);
        let verified = stored.filter(|_| right).ok_or_else(wrong)?;
        self.give_back_attempt(target, caller.address());
        let hash = self.0.hasher.hash(new).await?;
        let (kept, now) = (caller.browser(), self.0.clock.now());
        let change = self.0.db.write(move |tx| {
            // Changed meanwhile, by who knew it too: it is no longer the current one.
            if !store::replace_password(tx, user, &verified, &hash)? {
                return Err(wrong());
            }
            Ok(credentials::revoke_other_sessions(tx, user, kept, now)?)
        });
        change.await?;
        self.apply_revocations().await
    }

    /// One's signed-in browsers, the last used first.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<Session>, Error> {
        let (user, current, now) = (caller.person()?.id, caller.browser(), self.0.clock.now());
        if caller.is_open() {
            return Ok(Vec::new());
        }
        Ok(self
            .0
            .db
            .read(move |c| credentials::sessions(c, user, current, now))
            .await?)
    }

    /// Ends one of one's own sessions, and what is open with it.
    pub async fn revoke_session(&self, caller: &Caller, session: i64) -> Result<(), Error> {
        let (user, now) = (caller.person()?.id, self.0.clock.now());
        let ended = self
            .0
            .db
            .write(move |tx| credentials::revoke_session(tx, user, session, now));
        if !ended.await? {
            return Err(Error::NotFound);
        }
        self.apply_revocations().await
    }

    /// One's API tokens, the newest first.
    pub async fn tokens(&self, caller: &Caller) -> Result<Vec<Token>, Error> {
        let user = caller.owner()?.id;
        Ok(self.0.db.read(move |c| credentials::tokens(c, user)).await?)
    }

    /// Makes an API token, which may do what its owner may.
    pub async fn create_token(&self, caller: &Caller, name: &str) -> Result<NewToken, Error> {
        self.create_token_of(caller.owner()?.id, name).await
    }

    pub(super) async fn create_token_of(&self, user: i64, name: &str) -> Result<NewToken, Error> {
        let name = fields::visible_line(name, MAX_TOKEN_NAME_CHARS);
        let name = name.map_err(|problem| Error::invalid("name", problem))?;
        let secret = format!("{TOKEN_PREFIX}{}", self.0.random.secret());
        let (stored, created_at) = (secret.clone(), self.0.clock.now());
        let token = self.0.db.write(move |tx| {
            if credentials::tokens(tx, user)?.len() >= MOST_TOKENS {
                return Err(Error::invalid("name", Problem::TooMany(MOST_TOKENS)));
            }
            let id = credentials::insert_token(tx, user, &name, &stored, created_at)?;
            Ok(Token {
                id,
                name,
                created_at,
                used_at: None,
            })
        });
        Ok(NewToken {
            secret,
            token: token.await?,
        })
    }

    /// Makes one of one's own API tokens worthless, and ends what is open with it.
    pub async fn revoke_token(&self, caller: &Caller, token: i64) -> Result<(), Error> {
        let (user, now) = (caller.owner()?.id, self.0.clock.now());
        let gone = self
            .0
            .db
            .write(move |tx| credentials::revoke_token(tx, user, token, now));
        if !gone.await? {
            return Err(Error::NotFound);
        }
        self.apply_revocations().await
    }
}
