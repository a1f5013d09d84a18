//! Errors of services.
//!
//! Which belongs where: a store returns [`crate::db::Error`]; a service returns [`Error`], which a caller of the
//! program may be told; what nobody outside may read is [`Error::Internal`], logged once by the edge that answers.
//! Set-up errors (a taken port, a bad file) are their own types beside what fails.

use std::{fmt, time::Duration};

use crate::db;

/// Why a service refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Readable, but not valid: one problem or more, by field (HTTP 422).
    #[error("not valid: {0:?}")]
    Invalid(Vec<(&'static str, Problem)>),
    /// Nobody is signed in, or the credentials are wrong (401).
    #[error("sign in first")]
    Unauthorized,
    /// The caller may see the thing but not do this to it (403).
    #[error("not allowed")]
    Forbidden,
    /// Not there, or not for this caller: the two look the same (404).
    #[error("not found")]
    NotFound,
    /// Somebody else has it already (409).
    #[error("{0} is taken")]
    Taken(&'static str),
    /// Asked too often; try again after this long (429).
    #[error("too many requests")]
    TooMany(Duration),
    /// Cannot be answered now; try again after this long (503).
    #[error("unavailable")]
    Unavailable(Duration),
    /// Our fault (500). The text is for the log, never for the caller.
    #[error("internal: {0}")]
    Internal(String),
}

/// What is wrong with one field. `Display` is English; the pages have their own words in each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing, or nothing but spaces.
    Empty,
    /// More than this many characters.
    TooLong(usize),
    /// Fewer than this many characters.
    TooShort(usize),
    /// Not of the form the field asks for.
    Malformed,
    /// Holds characters that are not shown or that reorder others.
    Invisible,
    /// The present password is not this.
    WrongPassword,
    /// One has this many already, and may have no more.
    TooMany(usize),
    /// There would be no administrator left.
    LastAdmin,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::TooLong(most) => write!(f, "must be at most {most} characters"),
            Self::TooShort(least) => write!(f, "must be at least {least} characters"),
            Self::Malformed => f.write_str("is not valid"),
            Self::Invisible => f.write_str("must not hold invisible characters"),
            Self::WrongPassword => f.write_str("is not your password"),
            Self::TooMany(most) => write!(f, "may be at most {most}"),
            Self::LastAdmin => f.write_str("must leave at least one administrator"),
        }
    }
}

impl Error {
    /// One problem with one field.
    pub fn invalid(field: &'static str, problem: Problem) -> Self {
        Self::Invalid(vec![(field, problem)])
    }
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::NoRow => Self::NotFound,
            db::Error::Retry | db::Error::Closed => Self::Unavailable(Duration::from_secs(1)),
            // Somebody has to make room or to start the server again; the database has logged it.
            db::Error::Full | db::Error::Lost(_) => Self::Unavailable(Duration::from_secs(30)),
            other => Self::Internal(other.to_string()),
        }
    }
}
