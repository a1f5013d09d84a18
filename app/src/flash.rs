//! What a form leaves behind when it fails without WASM: its errors and what was typed, shown at its fields after the
//! redirect back.
//!
//! A cookie of one minute that scripts cannot read. It never holds a password, and it is bounded: what was typed and
//! does not fit is left out (the browser's own back button still has it), the errors always fit.

#[cfg(feature = "ssr")]
pub use server::Flash;

/// The first message at a field of the form that posts to `action`.
pub fn error(action: &str, field: &str) -> Option<String> {
    #[cfg(feature = "ssr")]
    return server::current(action)?.errors.first(field).map(str::to_owned);
    #[cfg(not(feature = "ssr"))]
    {
        let _ = (action, field);
        None
    }
}

/// What was typed into a field of the form that posts to `action`.
pub fn value(action: &str, field: &str) -> Option<String> {
    #[cfg(feature = "ssr")]
    return server::current(action)?
        .values
        .iter()
        .find(|(name, _)| name == field)
        .map(|(_, value)| value.clone());
    #[cfg(not(feature = "ssr"))]
    {
        let _ = (action, field);
        None
    }
}

#[cfg(feature = "ssr")]
mod server {
    use std::sync::Arc;

    use axum::http::{HeaderMap, HeaderValue};
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde::{Deserialize, Serialize};
    use wire::error::Errors;

    const NAME: &str = "flotilla_flash";

    /// Browsers keep 4096 bytes a cookie, its name and attributes among them.
    const MAX_COOKIE_BYTES: usize = 3_800;

    /// The longest message kept: none of ours is longer, and the errors must always fit.
    const MAX_MESSAGE_CHARS: usize = 200;

    /// A failed form.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Flash {
        /// The server function's path: which form it was.
        pub action: String,
        /// The words, by field.
        pub errors: Errors,
        /// What was typed, by field, in the form's order.
        pub values: Vec<(String, String)>,
    }

    impl Flash {
        /// The flash that a request brings.
        pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
            let text = crate::ssr::cookie(headers, NAME)?;
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            postcard::from_bytes(&bytes).ok()
        }

        /// The `Set-Cookie` that keeps it for the next page; `tls` says whether the connection is encrypted.
        pub(crate) fn keep(mut self, tls: bool) -> HeaderValue {
            self.values.retain(|(name, _)| !name.contains("password"));
            for message in self.errors.errors.values_mut().flatten() {
                *message = message.chars().take(MAX_MESSAGE_CHARS).collect();
            }
            let mut text = self.encoded();
            while text.len() > MAX_COOKIE_BYTES {
                let longest = self
                    .values
                    .iter()
                    .enumerate()
                    .max_by_key(|(_, (_, value))| value.len());
                let Some((longest, _)) = longest else {
                    self.errors = Errors::default();
                    text = self.encoded();
                    break;
                };
                self.values.remove(longest);
                text = self.encoded();
            }
            set(&text, 60, tls)
        }

        /// The `Set-Cookie` that removes it, once shown.
        pub(crate) fn clear(tls: bool) -> HeaderValue {
            set("", 0, tls)
        }

        fn encoded(&self) -> String {
            URL_SAFE_NO_PAD.encode(postcard::to_allocvec(self).expect("strings and maps of known length"))
        }
    }

    fn set(value: &str, seconds: u32, tls: bool) -> HeaderValue {
        let secure = if tls { "; Secure" } else { "" };
        let cookie = format!("{NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&cookie).expect("base64 and attributes are visible ASCII")
    }

    /// The flash of this request, if it is of the form that posts to `action`.
    pub(super) fn current(action: &str) -> Option<Arc<Flash>> {
        crate::ssr::try_request()?
            .flash
            .filter(|flash| flash.action == action)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn back(cookie: &HeaderValue) -> Option<Flash> {
            let mut headers = HeaderMap::new();
            let pair = cookie
                .to_str()
                .expect("ASCII")
                .split(';')
                .next()
                .expect("a pair")
                .to_owned();
            headers.insert("cookie", HeaderValue::from_str(&pair).expect("a header"));
            Flash::read(&headers)
        }

        fn flash(values: &[(&str, &str)]) -> Flash {
            let values = values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            Flash {
                action: "/fn/login".into(),
                errors: Errors::one("email", "must not be empty"),
                values,
            }
        }

        #[test]
        fn what_was_typed_comes_back() {
            let flash = flash(&[("email", "ada@example.org"), ("name", "艾达")]);
            assert_eq!(back(&flash.clone().keep(false)), Some(flash));
        }

        #[test]
        fn behind_tls_it_never_travels_in_the_clear() {
            for (cookie, secure) in [
                (flash(&[]).keep(true), true),
                (Flash::clear(true), true),
                (flash(&[]).keep(false), false),
            ] {
                assert_eq!(cookie.to_str().expect("ASCII").ends_with("; Secure"), secure);
            }
        }

        #[test]
        fn a_password_is_never_kept() {
            let kept =
                back(&flash(&[("password", "secret"), ("new_password", "x"), ("name", "ada")]).keep(false));
            assert_eq!(
                kept.expect("a flash").values,
                [("name".to_owned(), "ada".to_owned())]
            );
        }

        #[test]
        fn what_does_not_fit_is_left_out_and_the_errors_stay() {
            let long = "x".repeat(10_000);
            let cookie = flash(&[("text", &long), ("room", "general")]).keep(true);
            assert!(cookie.len() <= 4_096);
            let kept = back(&cookie).expect("a flash");
            assert_eq!(kept.values, [("room".to_owned(), "general".to_owned())]);
            assert_eq!(kept.errors.first("email"), Some("must not be empty"));
        }

        #[test]
        fn a_cookie_that_is_not_ours_is_no_flash() {
            for text in ["", "!!!", "_____w", "BQ"] {
                let mut headers = HeaderMap::new();
                headers.insert(
                    "cookie",
                    HeaderValue::from_str(&format!("{NAME}={text}")).expect("a header"),
                );
                assert_eq!(Flash::read(&headers), None, "{text}");
            }
        }
    }
}
