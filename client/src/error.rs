//! How a call fails. `Display` is one line for a person; a program matches on the variant.

use std::time::Duration;

use tokio_tungstenite::tungstenite;
use wire::error::Errors;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not an address of a server.
    #[error("not a server's address: {0:?} (such as http://127.0.0.1:8080)")]
    BadServer(String),
    /// The token holds what no token holds.
    #[error("not a token: it holds characters that cannot be sent")]
    BadToken,
    /// No answer: nobody there, or the connection broke. Whether the server did what was asked is not known.
    #[error("no answer from the server: {0}")]
    NoAnswer(String),
    /// The server said no.
    #[error("{}", refusal(*.status, .errors))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Why, by field.
        errors: Errors,
        /// When to ask again, if that can help.
        retry_after: Option<Duration>,
    },
    /// The server closed the socket.
    #[error("the server closed the connection: {code} {reason}")]
    Closed {
        /// The close code; 1006 when the connection just ended.
        code: u16,
        /// The server's words.
        reason: String,
    },
    /// The server refused a command on the live socket, or ended a subscription.
    #[error("the server refused: {message} ({code})")]
    Live {
        /// The Centrifuge protocol's code.
        code: u16,
        /// The server's words.
        message: String,
    },
    /// An answer that this client does not understand.
    #[error("an answer that this program does not understand: {0}")]
    Unexpected(String),
}

impl Error {
    /// Whether the same call may well succeed a little later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::NoAnswer(_) | Self::Closed { .. } => true,
            Self::Refused { status, .. } => matches!(status, 429 | 502 | 503 | 504),
            // "internal server error" and "too many requests", the protocol's temporary ones.
            Self::Live { code, .. } => matches!(code, 100 | 111),
            Self::BadServer(_) | Self::BadToken | Self::Unexpected(_) => false,
        }
    }

    /// How long the server asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn refusal(status: u16, errors: &Errors) -> String {
    let said: Vec<String> = errors
        .errors
        .iter()
        .flat_map(|(field, messages)| messages.iter().map(move |message| (field, message)))
        .map(|(field, message)| {
            if field == "request" {
                message.clone()
            } else {
                format!("{field} {message}")
            }
        })
        .collect();
    if said.is_empty() {
        format!("the server answered {status}")
    } else {
        said.join("; ")
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        if error.is_decode() {
            Self::Unexpected(root(&error))
        } else {
            Self::NoAnswer(root(&error))
        }
    }
}

impl From<tungstenite::Error> for Error {
    fn from(error: tungstenite::Error) -> Self {
        match error {
            tungstenite::Error::Http(answer) => Self::Refused {
                status: answer.status().as_u16(),
                errors: answer.body().as_deref().map(read_errors).unwrap_or_default(),
                retry_after: None,
            },
            tungstenite::Error::Io(error) => Self::NoAnswer(error.to_string()),
            tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => {
                Self::closed(1006, "")
            }
            tungstenite::Error::Protocol(error) => Self::closed(1006, &error.to_string()),
            other => Self::Unexpected(other.to_string()),
        }
    }
}

impl Error {
    pub(crate) fn closed(code: u16, reason: &str) -> Self {
        Self::Closed {
            code,
            reason: reason.to_owned(),
        }
    }
}

/// The public body of an error, or the one line of text that plain endpoints answer.
pub(crate) fn read_errors(body: &[u8]) -> Errors {
    serde_json::from_slice(body).unwrap_or_else(|_| {
        let line = String::from_utf8_lossy(body)
            .lines()
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned();
        if line.is_empty() {
            Errors::default()
        } else {
            Errors::one("request", line)
        }
    })
}

/// The innermost cause: "Connection refused" says more than "error sending request".
fn root(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> String {
        Error::Refused {
            status: 422,
            errors: read_errors(body.as_bytes()),
            retry_after: None,
        }
        .to_string()
    }

    #[test]
    fn a_refusal_is_one_line() {
        assert_eq!(
            refused(r#"{"errors":{"text":["must not be empty"]}}"#),
            "text must not be empty"
        );
        assert_eq!(
            refused(r#"{"errors":{"request":["sign in first"]}}"#),
            "sign in first"
        );
        assert_eq!(refused("Article not found\n"), "Article not found");
        assert_eq!(refused(""), "the server answered 422");
    }
}
