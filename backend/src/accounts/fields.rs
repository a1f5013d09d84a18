//! What people type about themselves, parsed once: a [`Name`], an [`Email`] and a [`Password`] that exist are valid.

use unicode_normalization::UnicodeNormalization as _;

use crate::{Error, Problem};

/// The longest name, in characters: it must fit beside a message.
pub const MAX_NAME_CHARS: usize = 40;
/// The longest e-mail address, in characters: RFC 5321's limit on a path, less its angle brackets.
pub const MAX_EMAIL_CHARS: usize = 254;
/// The shortest password, in characters: NIST SP 800-63B's least.
pub const MIN_PASSWORD_CHARS: usize = 8;
/// The longest password, in characters: what is hashed at a stranger's wish is bounded.
pub const MAX_PASSWORD_CHARS: usize = 256;
/// The longest name of an API token, in characters.
pub const MAX_TOKEN_NAME_CHARS: usize = 100;

/// The name of a person: trimmed, spaces single, in Unicode's form NFC, nothing in it that is not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) shown: String,
    /// Two names with the same key are the same name: compatibility forms and case are folded.
    pub(super) key: String,
}

impl Name {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let shown = visible_line(text, MAX_NAME_CHARS)?;
        Ok(Self {
            key: fold(&shown),
            shown,
        })
    }
}

/// One line of text that can be seen: trimmed, spaces single, NFC.
pub(super) fn visible_line(text: &str, most: usize) -> Result<String, Problem> {
    let line = text
        .split(is_space)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let line: String = line.nfc().collect();
    if line.is_empty() {
        return Err(Problem::Empty);
    }
    if line.chars().count() > most {
        return Err(Problem::TooLong(most));
    }
    if line.chars().any(is_invisible) {
        return Err(Problem::Invisible);
    }
    Ok(line)
}

/// The key under which a name is unique.
pub(super) fn fold(name: &str) -> String {
    let folded: String = name.nfkc().collect::<String>().to_lowercase().nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A space that one may type into a name; line breaks and tabs are control characters, and refused as such.
fn is_space(c: char) -> bool {
    c == ' ' || c == '\u{3000}' || c == '\u{a0}'
}

/// Control characters, and those of Unicode that are not shown or that reorder others: categories Cf, Zl, Zp and Co, and
/// the rest of `Default_Ignorable_Code_Point`, and blanks that are not spaces.
fn is_invisible(c: char) -> bool {
    if c.is_control() || (c.is_whitespace() && c != ' ') {
        return true;
    }
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}'
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..)
}

/// An e-mail address. Only its form is checked; nobody is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Email {
    pub(super) shown: String,
    /// Lower case: what is unique, and what the avatar's hash is made of.
    pub(super) key: String,
}

impl Email {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let shown = text.trim();
        if shown.is_empty() {
            return Err(Problem::Empty);
        }
        if shown.chars().count() > MAX_EMAIL_CHARS {
            return Err(Problem::TooLong(MAX_EMAIL_CHARS));
        }
        if shown.chars().any(is_invisible) {
            return Err(Problem::Invisible);
        }
        match shown.split_once('@') {
            Some((local, domain)) if is_part(local) && is_part(domain) => Ok(Self {
                shown: shown.to_owned(),
                key: shown.to_lowercase(),
            }),
            _ => Err(Problem::Malformed),
        }
    }
}

fn is_part(part: &str) -> bool {
    !part.is_empty() && !part.contains(['@', ' '])
}

/// A password as it was typed, in Unicode's form NFKC: another keyboard may compose the same letters otherwise.
/// (NIST SP 800-63B, 5.1.1.2.) Never printed.
pub(super) struct Password(String);

impl Password {
    /// A password that one chooses: not short, not endless.
    pub(super) fn choose(text: &str) -> Result<Self, Problem> {
        match text.chars().take(MAX_PASSWORD_CHARS + 1).count() {
            0 => Err(Problem::Empty),
            n if n < MIN_PASSWORD_CHARS => Err(Problem::TooShort(MIN_PASSWORD_CHARS)),
            n if n > MAX_PASSWORD_CHARS => Err(Problem::TooLong(MAX_PASSWORD_CHARS)),
            _ => Ok(Self::typed(text)),
        }
    }

    /// A password that one claims to have chosen. One that is too long is cut: it was never chosen, so it is wrong
    /// either way, and it takes as long to say so.
    pub(super) fn typed(text: &str) -> Self {
        Self(text.chars().take(MAX_PASSWORD_CHARS + 1).nfkc().collect())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Gathers what is wrong with every field, so that a person hears of all of it at once.
#[derive(Default)]
pub(super) struct Problems(Vec<(&'static str, Problem)>);

impl Problems {
    /// The parsed field, or `None` after noting what is wrong with it.
    pub(super) fn check<T>(&mut self, field: &'static str, parsed: Result<T, Problem>) -> Option<T> {
        parsed.map_err(|problem| self.0.push((field, problem))).ok()
    }

    /// What was noted, as an error.
    pub(super) fn error(self) -> Error {
        Error::Invalid(self.0)
    }
}
