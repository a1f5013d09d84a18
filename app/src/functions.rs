//! Answers `POST /fn/…`: one server function for two kinds of callers.
//!
//! A plain `<form>` (it accepts `text/html`) is always redirected with 303: after success to where the function said
//! ([`go`]), else to the form's own `next`, else back; after a failure back to its page, with a [`Flash`]. An enhanced
//! form gets the value as JSON, or `{"errors":{…}}` with its status, and `Location` when the function said where to go.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use leptos_axum::{ResponseOptions, handle_server_fns_with_context};

use crate::{failed::Failed, flash::Flash, page, ssr::RequestContext};

/// The largest form: an article with its Markdown fits many times over.
const MAX_FORM_BYTES: usize = 1024 * 1024;

/// What a server function answers.
pub type Outcome<T> = Result<T, Failed>;

/// Sends the browser to a page of this site once the function has returned.
pub fn go(path: &str) {
    if let (Some(path), Some(response)) = (local(path), use_context::<ResponseOptions>()) {
        response.insert_header(header::LOCATION, path);
    }
}

/// Sets a cookie with the answer of this server function.
pub fn set_cookie(cookie: &HeaderValue) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.append_header(header::SET_COOKIE, cookie.clone());
    }
}

/// Answers one call of a server function. The router mounts it at each path of `server_fn::axum::server_fn_paths()`.
pub async fn handle(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(context) = RequestContext::of(&parts) else {
        return (
            StatusCode::INTERNAL_SERVER_ERROR,
            "The request came without its context.",
        )
            .into_response();
    };
    let plain = accepts_html(&parts.headers);
    let Ok(form) = to_bytes(body, MAX_FORM_BYTES).await else {
        return page::failed(context, StatusCode::PAYLOAD_TOO_LARGE);
    };
    let call = Call {
        action: parts.uri.path().to_owned(),
        back: referer(&parts.headers),
        form: form.clone(),
    };
    let mut inner = Request::from_parts(parts, Body::from(form));
    // Leptos would answer a browser itself, with the error in the page's address.
    inner
        .headers_mut()
        .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let given = context.clone();
    let response = handle_server_fns_with_context(move || provide_context(given.clone()), inner)
        .await
        .into_response();
    if response.headers().contains_key("serverfnerror") {
        let body = to_bytes(response.into_body(), MAX_FORM_BYTES)
            .await
            .unwrap_or_default();
        return call.failed(&body, plain, &context);
    }
    if plain { call.done(response) } else { response }
}

/// A call, as far as its answer depends on it.
struct Call {
    action: String,
    back: Option<HeaderValue>,
    form: Bytes,
}

impl Call {
    /// After success: 303, and the cookies that the function set.
    fn done(&self, response: Response) -> Response {
        let (head, _) = response.into_parts();
        if !head.status.is_success() {
            return head.status.into_response();
        }
        let said = head.headers.get(header::LOCATION).cloned();
        let next = said
            .or_else(|| self.value("next").as_deref().and_then(local))
            .or_else(|| self.back.clone());
        let mut answer = see_other(next);
        for cookie in head.headers.get_all(header::SET_COOKIE) {
            answer.headers_mut().append(header::SET_COOKIE, cookie.clone());
        }
        answer
    }

    fn failed(self, body: &[u8], plain: bool, context: &RequestContext) -> Response {
        let Ok(failed) = serde_json::from_slice::<Failed>(body) else {
            return page::failed(context.clone(), StatusCode::INTERNAL_SERVER_ERROR);
        };
        let status = StatusCode::from_u16(failed.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if plain {
            let values = form_urlencoded::parse(&self.form).into_owned().collect();
            let mut answer = see_other(self.back);
            let flash = Flash {
                action: self.action,
                errors: failed.errors,
                values,
            };
            answer
                .headers_mut()
                .append(header::SET_COOKIE, flash.keep(context.seen.tls));
            return answer;
        }
        let mut answer = (status, axum::Json(failed.errors)).into_response();
        if let Some(seconds) = failed.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        answer
    }

    fn value(&self, field: &str) -> Option<String> {
        form_urlencoded::parse(&self.form)
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.into_owned())
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

/// Path and query of the page a form was on. Only a path is taken over, so it can lead nowhere else.
fn referer(headers: &HeaderMap) -> Option<HeaderValue> {
    let uri: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    local(uri.path_and_query()?.as_str())
}

/// A path on this site as a header, or nothing: `//host` and `/\host` would leave it.
pub fn local(path: &str) -> Option<HeaderValue> {
    let inside = path.starts_with('/') && !path[1..].starts_with(['/', '\\']);
    let clean = path.bytes().all(|byte| byte.is_ascii_graphic());
    (inside && clean)
        .then(|| HeaderValue::from_str(path).ok())
        .flatten()
}

fn see_other(location: Option<HeaderValue>) -> Response {
    let location = location.unwrap_or(HeaderValue::from_static("/"));
    (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_on_this_site_is_gone_to() {
        for good in ["/", "/chat/general", "/login?next=%2Fchat", "/a/b#c"] {
            assert!(local(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "chat",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "/a\r\nb: c",
            "/ä",
            "/a b",
        ] {
            assert!(local(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_form_leads_back_to_its_page_and_never_to_another_site() {
        let cases = [
            (
                "http://127.0.0.1:8080/chat/general?x=1",
                Some("/chat/general?x=1"),
            ),
            ("http://evil.example//evil.example/", None),
            ("not an address \u{7f}", None),
        ];
        for (referrer, expected) in cases {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_str(referrer) {
                headers.insert(header::REFERER, value);
            }
            let found = referer(&headers);
            assert_eq!(
                found.as_ref().and_then(|value| value.to_str().ok()),
                expected,
                "{referrer}"
            );
        }
    }
}
