//! Why a server function failed, as it travels inside the server from the function to [`crate::functions::handle`].
//!
//! In the browser the type exists for the function's signature alone: enhanced forms read `wire::error::Errors`.

use leptos::{
    serde_json,
    server_fn::{
        Bytes, ContentType, Decodes, Encodes, Format, FormatType,
        error::{FromServerFnError, ServerFnErrorErr},
    },
};
use serde::{Deserialize, Serialize};
use wire::error::Errors;

/// Why a server function failed: what its form shows. Made from a service's error with `?`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failed {
    /// The HTTP status.
    pub status: u16,
    /// Seconds to wait, for 429 and 503.
    pub retry_after: Option<u64>,
    /// The words, by field.
    pub errors: Errors,
}

impl Failed {
    /// A problem that only the form knows of, at one of its fields.
    pub fn at(field: &str, words: impl Into<String>) -> Self {
        Self {
            status: 422,
            retry_after: None,
            errors: Errors::one(field, words),
        }
    }
}

/// The encoding between: JSON.
#[derive(Debug)]
pub struct Between;

impl ContentType for Between {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Between {
    const FORMAT_TYPE: Format = Format::Text;
}

impl Encodes<Failed> for Between {
    type Error = serde_json::Error;

    fn encode(failed: &Failed) -> Result<Bytes, serde_json::Error> {
        serde_json::to_vec(failed).map(Into::into)
    }
}

impl Decodes<Failed> for Between {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<Failed, serde_json::Error> {
        serde_json::from_slice(&bytes)
    }
}

impl FromServerFnError for Failed {
    type Encoder = Between;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        #[cfg(feature = "ssr")]
        return crate::error::of_server_fn(error);
        #[cfg(not(feature = "ssr"))]
        Self::at("request", error.to_string())
    }
}
