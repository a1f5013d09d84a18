//! Theme and language: kept in cookies of the browser, so that the server answers in them from the first byte on.

use leptos::{prelude::*, server_fn::codec::PostUrl};

use crate::failed::Failed;
#[cfg(feature = "ssr")]
use crate::{functions::set_cookie, i18n::Locale, ssr::Theme};

/// Chooses a theme (`light`, `dark`, `system`) or a language (`en`, `zh`) for this browser. What is unknown changes nothing.
#[server(prefix = "/fn", endpoint = "prefer", input = PostUrl)]
pub async fn prefer(
    /// `light`, `dark` or `system`.
    theme: Option<String>,
    /// `en` or `zh`.
    language: Option<String>,
) -> Result<(), Failed> {
    if let Some(theme) = theme.as_deref().and_then(Theme::parse) {
        keep("flotilla_theme", theme.code());
    }
    if let Some(language) = language.as_deref().and_then(Locale::parse) {
        keep("flotilla_lang", language.code());
    }
    Ok(())
}

/// A year; scripts may read it, since the theme switch changes it without a request.
#[cfg(feature = "ssr")]
fn keep(name: &str, value: &'static str) {
    let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
    set_cookie(&axum::http::HeaderValue::from_str(&cookie).expect("names and codes are visible ASCII"));
}
