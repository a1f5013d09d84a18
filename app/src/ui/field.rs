//! Fields of forms: label above, error under, and what was typed kept after a failure without WASM.

use leptos::prelude::*;

use crate::flash;

/// One labelled input.
#[component]
pub fn Field(
    /// The form's `action`: whose errors and values these are.
    form: &'static str,
    /// The field's name, and the key of its errors.
    name: &'static str,
    /// What stands above it.
    #[prop(into)]
    label: String,
    /// `text`, `email`, `password`…
    #[prop(default = "text")]
    kind: &'static str,
    /// For password managers: `username`, `current-password`…
    #[prop(optional)]
    autocomplete: &'static str,
    /// A value to start with.
    #[prop(optional, into)]
    value: String,
    /// A sentence between label and input.
    #[prop(optional, into)]
    hint: String,
    /// Whether it may not be left empty. The server says so, not the browser's own bubble.
    #[prop(optional)]
    required: bool,
    /// Whether the page starts here.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let id = id(form, name);
    let (hint_id, error_id) = ([&id, "-hint"].concat(), [&id, "-error"].concat());
    let error = flash::error(form, name);
    let value = flash::value(form, name).unwrap_or(value);
    let described = if hint.is_empty() {
        error_id.clone()
    } else {
        [&hint_id, " ", &error_id].concat()
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <input
                id=id
                name=name
                type=kind
                value=value
                autocomplete=(!autocomplete.is_empty()).then_some(autocomplete)
                aria-required=required.then_some("true")
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
                autofocus=autofocus
            />
            <p class="err" id=error_id data-error=name>{error}</p>
        </div>
    }
}

/// Where a form says what belongs to none of its fields.
#[component]
pub fn FormError(
    /// The form's `action`.
    form: &'static str,
) -> impl IntoView {
    view! { <p class="err form" role="alert" data-error="request">{flash::error(form, "request")}</p> }
}

/// The button that sends a form. It is never disabled: an early click says what is missing.
#[component]
pub fn Submit(
    /// What it does.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! { <button class="btn primary" type="submit">{label}</button> }
}

/// One id a form and field: a page may hold two forms with a field of the same name.
fn id(form: &str, name: &str) -> String {
    [&form.trim_start_matches("/fn/").replace('/', "-"), "-", name].concat()
}
