//! Forms in the browser: sent as a browser would send them, but by `fetch`, so that nothing typed is ever lost.
//!
//! The server answers in the language of the page. Its errors go to the elements that `ui::Field` and `ui::FormError`
//! made for them; the first field in error gets the focus. No JSON reader in the WASM: the browser's own is used.

use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{
        AbortSignal, FormData, Headers, HtmlElement, HtmlFormElement, RequestInit, Response, UrlSearchParams,
    },
};
use wasm_bindgen_futures::JsFuture;

use crate::{i18n::words, strings};

strings! {
    /// What a form says when no server answers.
    struct FormWords {
        offline: "No connection. Nothing is lost: try again in a moment" / "没有连接。内容没有丢失：请稍后再试",
        failed: "Something went wrong on our side" / "服务器出错了",
    }
}

/// A server that has not answered a form by now is not going to: a person has long looked for another way.
const SILENCE_MS: u32 = 20_000;

/// What the server answered to a form that was right.
#[derive(Debug)]
pub struct Done {
    /// The page to go to, when the server function named one.
    pub location: Option<String>,
    /// The value that the server function returned, as JSON text.
    pub body: String,
}

/// Why the server refused: a field's name and what is wrong with it, or `request` and what is wrong at all. A list:
/// the map of `wire::error::Errors` costs the WASM eight kilobytes. Then the status, 0 where no server answered.
#[derive(Debug)]
pub struct Refused(pub Vec<(String, String)>, pub u16);

impl Refused {
    fn one(words: &str) -> Self {
        Self(vec![("request".to_owned(), words.to_owned())], 0)
    }
}

/// Sends a form to its `action`. The form stays as it is; see [`show`] for the errors.
pub async fn submit(form: &HtmlFormElement) -> Result<Done, Refused> {
    let fields = FormData::new_with_form(form).map_err(|_| failed())?;
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&fields).map_err(|_| failed())?;
    send(&form.action(), &fields).await
}

/// Sends single fields to a server function, for what is no form (an outbox).
pub async fn post(action: &str, fields: &[(&str, &str)]) -> Result<Done, Refused> {
    let body = UrlSearchParams::new().map_err(|_| failed())?;
    for (name, value) in fields {
        body.append(name, value);
    }
    send(action, &body).await
}

async fn send(action: &str, fields: &UrlSearchParams) -> Result<Done, Refused> {
    let response = fetch(action, fields).await.map_err(|_| offline())?;
    let text = response.text().map_err(|_| failed())?;
    let body = JsFuture::from(text)
        .await
        .map_err(|_| offline())?
        .as_string()
        .unwrap_or_default();
    if response.ok() {
        let location = response.headers().get("location").ok().flatten();
        return Ok(Done { location, body });
    }
    let mut refused = read_errors(&body).unwrap_or_else(failed);
    refused.1 = response.status();
    Err(refused)
}

/// Why the server refused, in one sentence.
pub(crate) async fn refusal(response: &Response) -> String {
    let text = async { JsFuture::from(response.text().ok()?).await.ok()?.as_string() };
    let refused = text
        .await
        .and_then(|body| read_errors(&body))
        .unwrap_or_else(failed);
    refused.0.into_iter().next().unwrap_or_default().1
}

/// Posts a form, and gives up on a server that says nothing.
pub(crate) async fn fetch(action: &str, fields: &UrlSearchParams) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(fields);
    request.set_signal(Some(&AbortSignal::timeout_with_u32(SILENCE_MS)));
    JsFuture::from(window().fetch_with_str_and_init(action, &request))
        .await?
        .dyn_into()
}

/// `{"errors":{"field":["message"]}}`, read by the browser.
fn read_errors(body: &str) -> Option<Refused> {
    let parsed = js_sys::JSON::parse(body).ok()?;
    let fields = js_sys::Reflect::get(&parsed, &"errors".into())
        .ok()?
        .dyn_into::<js_sys::Object>()
        .ok()?;
    let mut errors = Vec::new();
    for name in js_sys::Object::keys(&fields).iter() {
        let messages = js_sys::Reflect::get(&fields, &name)
            .ok()?
            .dyn_into::<js_sys::Array>()
            .ok()?;
        errors.push((name.as_string()?, messages.join(" ").into()));
    }
    (!errors.is_empty()).then_some(Refused(errors, 0))
}

fn offline() -> Refused {
    Refused::one(words::<FormWords>().offline)
}

fn failed() -> Refused {
    Refused::one(words::<FormWords>().failed)
}

/// Puts the messages at the form's fields, clears those that are right now, and moves to the first in error. What
/// belongs to no field of the form goes to its [`crate::ui::FormError`], else into a toast.
pub fn show(form: &HtmlFormElement, refused: &Refused) {
    clear(form);
    let mut rest = "";
    for (field, words) in &refused.0 {
        if !put(form, field, words) {
            rest = words;
        }
    }
    if !rest.is_empty() && !put(form, "request", rest) {
        crate::ui::toast::warn(rest);
    }
    if let Ok(Some(first)) = form.query_selector("[aria-invalid=true]") {
        let _ = first.unchecked_into::<HtmlElement>().focus();
    }
}

/// Takes all messages off the form.
pub fn clear(form: &HtmlFormElement) {
    each(form, "[data-error]", |element| element.set_text_content(None));
    each(form, "[aria-invalid]", |element| {
        let _ = element.remove_attribute("aria-invalid");
    });
}

fn each(form: &HtmlFormElement, selector: &str, act: impl Fn(web_sys::Element)) {
    if let Ok(found) = form.query_selector_all(selector) {
        for i in 0..found.length() {
            if let Some(element) = found.get(i) {
                act(element.unchecked_into());
            }
        }
    }
}

fn put(form: &HtmlFormElement, field: &str, words: &str) -> bool {
    let place = ["[data-error='", field, "']"].concat();
    let Ok(Some(place)) = form.query_selector(&place) else {
        return false;
    };
    place.set_text_content(Some(words));
    if let Ok(Some(input)) = form.query_selector(&["[name='", field, "']"].concat()) {
        let _ = input.set_attribute("aria-invalid", "true");
    }
    true
}

/// Goes to a page of this site the way a link does: without losing the shell or the socket.
pub fn go(path: &str) {
    let detail = web_sys::CustomEventInit::new();
    detail.set_detail(&path.into());
    detail.set_cancelable(true);
    let event = web_sys::CustomEvent::new_with_event_init_dict("flotilla:go", &detail);
    // boot.js takes the event; without it the browser goes there itself.
    let taken = event.is_ok_and(|event| !window().dispatch_event(&event).unwrap_or(true));
    if !taken {
        let _ = window().location().assign(path);
    }
}
