//! How a refusal looks, and to whom: JSON for programs, one line for the plain endpoints, a page for people.
//!
//! Which belongs where: a REST handler returns [`ApiError`], a plain one [`PlainError`], both made from a service's
//! error with `?`; what refuses before a handler runs (a layer, a missing route) calls [`refuse`]. Status and words are
//! those of the pages (`app::error`), in English.

use app::{i18n::Locale, ssr::RequestContext};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use backend::Error;
use serde::de::DeserializeOwned;
use wire::error::Errors;

/// Paths for programs: everything under them speaks JSON. Only a browser that sends a plain form to [`FORMS`] gets a page.
const JSON_ROOTS: &[&str] = &["/api", "/fn", "/hooks", "/jsonrpc", "/connection"];

/// Where forms are sent to, by programs of ours and without them.
const FORMS: &str = "/fn";

/// The plain endpoints, and what else is one line of text.
const PLAIN_PATHS: &[&str] = &["/greeting", "/ws", "/echo", "/healthz", "/readyz", "/metrics"];

/// What a refusal is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `{"errors":{…}}`
    Json,
    /// One line of text.
    Text,
    /// A page.
    Page,
}

impl Form {
    /// The form for whoever sent this request. A browser asks for `text/html`; `*/*` alone gets what the path is for.
    pub fn of(parts: &Parts) -> Self {
        let path = parts.uri.path();
        let under = |root: &str| {
            path.strip_prefix(root)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let accepts = |kind| {
            let values = parts
                .headers
                .get_all(header::ACCEPT)
                .iter()
                .filter_map(|value| value.to_str().ok());
            values
                .flat_map(|value| value.split(','))
                .any(|value| value.trim().starts_with(kind))
        };
        let from_a_form = under(FORMS) && accepts("text/html");
        if JSON_ROOTS.iter().any(|root| under(root)) && !from_a_form {
            Self::Json
        } else if accepts("text/html") {
            Self::Page
        } else if PLAIN_PATHS.contains(&path) || accepts("text/plain") {
            Self::Text
        } else if accepts("application/json") {
            Self::Json
        } else {
            Self::Page
        }
    }
}

/// A refusal that no handler made. `words` is one sentence for a person, without a stop.
pub fn refuse(parts: &Parts, status: StatusCode, words: &str) -> Response {
    in_form(Form::of(parts), status, words)
}

/// A service's error, where no handler answers. A page is a whole one, in the reader's language, if the request knows
/// its caller.
pub fn refuse_with(parts: &Parts, error: Error) -> Response {
    match Form::of(parts) {
        Form::Text => PlainError(error).into_response(),
        Form::Json => ApiError(error).into_response(),
        Form::Page => {
            let headers = headers(&error);
            let (status, errors) = app::error::answer(error, Locale::En);
            let words = || {
                errors
                    .errors
                    .into_values()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join("; ")
            };
            let mut response = match RequestContext::of(parts) {
                Some(context) => app::page::failed(context, status),
                None => in_form(Form::Page, status, &words()),
            };
            response.headers_mut().extend(headers);
            response
        }
    }
}

/// A refusal in a form.
pub fn in_form(form: Form, status: StatusCode, words: &str) -> Response {
    match form {
        Form::Json => (status, axum::Json(Errors::one("request", words))).into_response(),
        Form::Text => (status, format!("{words}\n")).into_response(),
        Form::Page => (status, axum::response::Html(bare_page(status, words))).into_response(),
    }
}

/// A page that needs nothing: no caller, no language, no assets but the style sheet's fonts. For what goes wrong before a
/// page can be made; all else goes through `app::page`.
fn bare_page(status: StatusCode, words: &str) -> String {
    let (code, reason) = (status.as_u16(), status.canonical_reason().unwrap_or("Error"));
    let chinese = match status {
        StatusCode::FORBIDDEN => "请求被拒绝。",
        StatusCode::NOT_FOUND => "这里什么也没有。",
        StatusCode::METHOD_NOT_ALLOWED => "此地址不支持这种请求。",
        StatusCode::PAYLOAD_TOO_LARGE => "内容太大。",
        _ => "出错了，请稍后再试。",
    };
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8>\
         <meta name=viewport content='width=device-width,initial-scale=1'><meta name=color-scheme content='light dark'>\
         <title>{code} {reason} · Flotilla</title>\
         <main><h1>{code} {reason}</h1><p>{words}.</p><p lang=zh-CN>{chinese}</p>\
         <p><a href='/'>Flotilla</a></p></main></html>"
    )
}

/// What a REST handler fails with.
#[derive(Debug)]
pub struct ApiError(Error);

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let headers = headers(&self.0);
        let (status, errors) = app::error::answer(self.0, Locale::En);
        (status, headers, axum::Json(errors)).into_response()
    }
}

/// What a plain handler fails with: one line of text.
#[derive(Debug)]
pub struct PlainError(Error);

impl From<Error> for PlainError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for PlainError {
    fn into_response(self) -> Response {
        let headers = headers(&self.0);
        let (status, errors) = app::error::answer(self.0, Locale::En);
        let fields = errors.errors.into_iter().flat_map(|(field, messages)| {
            messages.into_iter().map(move |message| match field.as_str() {
                "request" => message,
                field => format!("{field} {message}"),
            })
        });
        let line = fields.collect::<Vec<_>>().join("; ");
        (status, headers, format!("{line}\n")).into_response()
    }
}

/// When to come again, and how to say who one is.
fn headers(error: &Error) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(seconds) = app::error::retry_after(error) {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if matches!(error, Error::Unauthorized) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    headers
}

/// A JSON body, whose refusals (400, 415, 422) are in our form.
#[derive(Clone, Copy, Debug)]
pub struct ApiJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let refuse = |status, words: &str| in_form(Form::Json, status, words);
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let kind = kind
            .and_then(|kind| kind.split(';').next())
            .unwrap_or_default()
            .trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send application/json",
            ));
        }
        let body = match Bytes::from_request(request, state).await {
            Ok(body) => body,
            Err(rejection) => return Err(refuse(rejection.status(), "The body could not be read")),
        };
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            let readable = error.classify() == serde_json::error::Category::Data;
            let status = if readable {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::BAD_REQUEST
            };
            refuse(status, &error.to_string())
        })
    }
}

/// A query, whose refusal (400) is in our form.
#[derive(Clone, Copy, Debug)]
pub struct ApiQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(in_form(
                Form::Json,
                rejection.status(),
                "The query could not be read",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_form_of_its_path_and_of_who_asks() {
        for (path, accept, form) in [
            ("/api/rooms", "text/html", Form::Json),
            ("/api", "*/*", Form::Json),
            ("/apiary", "*/*", Form::Page),
            ("/fn/chat/send", "*/*", Form::Json),
            ("/fn/chat/send", "application/json", Form::Json),
            ("/fn/chat/send", "text/html,application/xhtml+xml", Form::Page),
            ("/greeting", "*/*", Form::Text),
            ("/greeting", "text/html,application/xhtml+xml", Form::Page),
            ("/nowhere", "*/*", Form::Page),
            ("/nowhere", "text/plain", Form::Text),
            ("/nowhere", "application/json", Form::Json),
            ("/nowhere", "application/xhtml+xml, text/html;q=0.9", Form::Page),
        ] {
            let request = Request::builder()
                .uri(path)
                .header("accept", accept)
                .body(())
                .unwrap();
            assert_eq!(Form::of(&request.into_parts().0), form, "{path} {accept}");
        }
    }
}
