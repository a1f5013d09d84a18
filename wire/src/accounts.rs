//! People: what others see of a person, and what one sees of oneself.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// What a person may do; each role may do all that the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Came by a Join form: an e-mail and a name, no password. Open rooms, open lists and comments, nothing else.
    Guest,
    /// Has an account.
    Member,
    /// Runs the place.
    Admin,
}

/// What anyone who may see a person sees of them. Never holds an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// The user's id; 0 for a name passed through by a plain endpoint under `--open`.
    pub id: i64,
    /// The name as its owner spells it.
    pub name: String,
    /// A guest is shown with a mark.
    pub role: Role,
    /// A URL path on this site: `/avatar/{hash}`.
    pub avatar: String,
}

/// What one sees of oneself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// What others see.
    pub person: Person,
    /// One's own address.
    pub email: String,
}

/// One signed-in browser, as its owner sees it in the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Names the session when it is revoked; not its secret.
    pub id: i64,
    /// The browser's own words, cut to 200 characters.
    pub agent: String,
    /// The address it was last seen from.
    pub address: String,
    /// When it began.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub seen_at: Time,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// One API token, as its owner sees it in the settings. Its secret is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Names the token when it is revoked; not its secret.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was last used, to the minute; `None` when it never was.
    pub used_at: Option<Time>,
}

/// A user as the administrator sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What others see.
    pub person: Person,
    /// Shown to administrators and to its owner only.
    pub email: String,
    /// When they came.
    pub created_at: Time,
    /// When they were last here, to the minute; `None` when never.
    pub seen_at: Option<Time>,
    /// Whether they may come in.
    pub active: bool,
}
