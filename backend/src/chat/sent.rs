//! The author as the plain endpoint sends them with `--open`: a name and an address that nobody has checked.

use sha2::{Digest as _, Sha256};
use wire::accounts::{Person, Role};

use super::text;
use crate::{Error, Problem};

/// The longest name that is passed on, in characters: more than an account's, since it comes from other programs.
pub(super) const MAX_SENT_NAME_CHARS: usize = 100;
/// The longest address that is passed on, in characters: RFC 5321's limit.
pub(super) const MAX_SENT_EMAIL_CHARS: usize = 254;

/// A name and an address as sent, short enough to pass on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) name: String,
    pub(super) email: String,
}

impl Sent {
    pub(super) fn parse(name: String, email: String) -> Result<Self, Error> {
        if name.chars().count() > MAX_SENT_NAME_CHARS {
            return Err(Error::invalid("username", Problem::TooLong(MAX_SENT_NAME_CHARS)));
        }
        if email.chars().count() > MAX_SENT_EMAIL_CHARS {
            return Err(Error::invalid("email", Problem::TooLong(MAX_SENT_EMAIL_CHARS)));
        }
        Ok(Self { name, email })
    }

    /// The name as pages show it, without what reorders or hides other text; `otherwise` when nothing is left.
    pub(super) fn shown_name(&self, otherwise: &str) -> String {
        let shown: String = self
            .name
            .chars()
            .filter(|c| *c == ' ' || !(c.is_control() || text::is_blank(*c)))
            .collect();
        let shown = shown.trim();
        if shown.is_empty() {
            otherwise.to_owned()
        } else {
            shown.to_owned()
        }
    }

    /// The picture's hash. Not the one of an account or a guest with this address: nobody has checked whose it is.
    pub(super) fn avatar(&self) -> String {
        format!(
            "{:x}",
            Sha256::digest(format!("sent:{}", self.email.to_lowercase()))
        )
    }
}

/// Whom pages show: marked as a guest, and nobody's account.
pub(super) fn stranger(name: String, avatar: &str) -> Person {
    Person {
        id: 0,
        name,
        role: Role::Guest,
        avatar: format!("/avatar/{avatar}"),
    }
}
