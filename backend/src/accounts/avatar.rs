//! Pictures of people: what names them, and where they come from.
//!
//! Read on in `draw` (the drawn ones) and `gravatar` (those that people have put elsewhere, when that is turned on).

mod draw;
mod gravatar;

use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

pub(super) use gravatar::Gravatar;

use super::{Accounts, store};
use crate::Error;

/// How long a browser keeps a drawn picture: the hash decides it, so it never changes while Gravatar is off. A week
/// rather than for ever, so that turning Gravatar on shows.
const DRAWN_LASTS: Duration = Duration::from_hours(7 * 24);
/// How long it keeps one while Gravatar is on: the person may put another one there.
const GRAVATAR_LASTS: Duration = Duration::from_hours(1);

/// A picture, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/svg+xml`, `image/png`…
    pub media_type: &'static str,
    /// The file.
    pub body: Bytes,
    /// How long it may be kept.
    pub lasts: Duration,
    /// Whether it is the same for as long as that.
    pub immutable: bool,
}

impl Accounts {
    /// The picture that a hash names: any 64 hexadecimal digits have one.
    pub async fn picture(&self, hash: &str) -> Result<Picture, Error> {
        let bytes = unhex(hash).ok_or(Error::NotFound)?;
        let drawn = || Bytes::from(draw::svg(&bytes));
        let Some(gravatar) = &self.0.gravatar else {
            return Ok(Picture {
                media_type: "image/svg+xml",
                body: drawn(),
                lasts: DRAWN_LASTS,
                immutable: true,
            });
        };
        let (media_type, body) = match self.elsewhere(gravatar, hex(&bytes)).await? {
            Some(found) => found,
            None => ("image/svg+xml", drawn()),
        };
        Ok(Picture {
            media_type,
            body,
            lasts: GRAVATAR_LASTS,
            immutable: false,
        })
    }

    /// Only what names an account is asked for elsewhere: this server is nobody's way to Gravatar.
    async fn elsewhere(
        &self,
        gravatar: &Gravatar,
        hash: String,
    ) -> Result<Option<(&'static str, Bytes)>, Error> {
        if let Some(known) = gravatar.known(&hash) {
            return Ok(known);
        }
        let asked = hash.clone();
        if !self
            .0
            .db
            .read(move |c| store::is_accounts_picture(c, &asked))
            .await?
        {
            return Ok(None);
        }
        Ok(gravatar.fetch(&hash).await)
    }
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// 64 hexadecimal digits, in either case.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
        *byte = u8::try_from(high? * 16 + low?).ok()?;
    }
    Some(bytes)
}

/// The avatar of an account: SHA-256 of its lower-case e-mail address, which is also what Gravatar goes by.
pub(super) fn hash_of(email_key: &str) -> String {
    hex(&Sha256::digest(email_key.as_bytes()))
}

/// The avatar of a guest. Nobody has checked that the address is theirs, so it is not the one of an account with it.
pub(super) fn hash_of_guest(email_key: &str) -> String {
    hash_of(&format!("guest:{email_key}"))
}

#[cfg(test)]
mod tests;
