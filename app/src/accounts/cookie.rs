//! The session's cookie, and where a form leads after it.

use axum::http::HeaderValue;
use backend::accounts::SESSION_MOST;

use super::SESSION_COOKIE;
use crate::{flash::Flash, functions::set_cookie, ssr};

/// Lets this browser in.
pub(super) fn keep_session(secret: &str) {
    set(secret, SESSION_MOST.as_secs());
}

/// Lets this browser out.
pub(super) fn drop_session() {
    set("", 0);
}

fn set(secret: &str, seconds: u64) {
    let secure = if ssr::request().seen.tls { "; Secure" } else { "" };
    let cookie =
        format!("{SESSION_COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    set_cookie(&HeaderValue::from_str(&cookie).expect("secrets are URL-safe base64"));
}

/// Tells the next page that the form posting to `action` did its work, and what that page shows once: values by name.
/// It travels like a failure's words: in a cookie of one minute that no script can read.
pub(super) fn show_once(action: &str, values: &[(&str, &str)]) {
    let values = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let flash = Flash {
        action: action.to_owned(),
        values,
        ..Flash::default()
    };
    set_cookie(&flash.keep(ssr::request().seen.tls));
}
