//! The one public shape of an error: `{"errors":{"field":["message"]}}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Messages by field. What concerns no field stands under `"request"`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Errors {
    /// Field name to messages for a person, in the order they were found.
    pub errors: BTreeMap<String, Vec<String>>,
}

impl Errors {
    /// One message under one field.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self {
            errors: BTreeMap::from([(field.to_owned(), vec![message.into()])]),
        }
    }

    /// The first message under `field`, if there is one.
    pub fn first(&self, field: &str) -> Option<&str> {
        self.errors.get(field)?.first().map(String::as_str)
    }
}
