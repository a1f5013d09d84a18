//! How a command is refused: the protocol's error codes, or a close code where it has none.

use backend::{
    Error,
    hub::{Disconnect, Refused},
    live::{FollowError, HistoryError},
};

/// An error of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) code: u16,
    pub(super) message: &'static str,
    /// Whether the same command may succeed later.
    pub(super) temporary: bool,
}

impl Code {
    pub(super) const INTERNAL: Self = Self {
        temporary: true,
        ..Self::new(100, "internal server error")
    };
    pub(super) const UNAUTHORIZED: Self = Self::new(101, "unauthorized");
    pub(super) const UNKNOWN_CHANNEL: Self = Self::new(102, "unknown channel");
    pub(super) const PERMISSION_DENIED: Self = Self::new(103, "permission denied");
    pub(super) const METHOD_NOT_FOUND: Self = Self::new(104, "method not found");
    pub(super) const ALREADY_SUBSCRIBED: Self = Self::new(105, "already subscribed");
    pub(super) const LIMIT_EXCEEDED: Self = Self::new(106, "limit exceeded");
    pub(super) const BAD_REQUEST: Self = Self::new(107, "bad request");
    pub(super) const NOT_AVAILABLE: Self = Self::new(108, "not available");
    pub(super) const TOO_MANY_REQUESTS: Self = Self {
        temporary: true,
        ..Self::new(111, "too many requests")
    };
    pub(super) const UNRECOVERABLE: Self = Self::new(112, "unrecoverable position");

    const fn new(code: u16, message: &'static str) -> Self {
        Self {
            code,
            message,
            temporary: false,
        }
    }
}

/// How a command failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The command is answered so.
    Code(Code),
    /// The connection ends.
    Disconnect(Disconnect),
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self::Code(code)
    }
}

impl From<Disconnect> for Failure {
    fn from(why: Disconnect) -> Self {
        Self::Disconnect(why)
    }
}

impl From<Error> for Code {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthorized => Self::UNAUTHORIZED,
            Error::Forbidden => Self::PERMISSION_DENIED,
            Error::NotFound => Self::UNKNOWN_CHANNEL,
            Error::Invalid(_) | Error::Taken(_) => Self::BAD_REQUEST,
            Error::TooMany(_) => Self::TOO_MANY_REQUESTS,
            Error::Unavailable(_) => Self::INTERNAL,
            Error::Internal(why) => {
                tracing::error!(error = why, "a live command failed");
                Self::INTERNAL
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Code(error.into())
    }
}

impl From<FollowError> for Failure {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Refused(Refused::Already) => Code::ALREADY_SUBSCRIBED.into(),
            FollowError::Refused(Refused::TooMany) => Code::LIMIT_EXCEEDED.into(),
            FollowError::Error(error) => error.into(),
        }
    }
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Unrecoverable => Code::UNRECOVERABLE.into(),
            HistoryError::None => Code::NOT_AVAILABLE.into(),
            HistoryError::Error(error) => error.into(),
        }
    }
}
