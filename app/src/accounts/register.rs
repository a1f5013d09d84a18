//! `/register`: an account of one's own. The first one is the administrator's, and the page says so.

use backend::{Error, accounts::MIN_PASSWORD_CHARS};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::Register,
    parts::{Already, Entry, account_of, next_of, with_next},
    words::EntryWords,
};
use crate::{
    i18n::words,
    page::{Layout, Page},
    ssr::RequestContext,
    ui::{Banner, Field, FormError, Submit},
};

/// The page.
pub(crate) async fn page(request: RequestContext) -> Result<Page, Error> {
    let words = words::<EntryWords>();
    let page = if let Some(person) = account_of(&request) {
        Page::new(words.register, move || view! { <Already name=person.name/> })
    } else {
        let first = request.backend.accounts.is_first().await?;
        let next = next_of(&request);
        Page::new(words.register, move || view! { <RegisterForm first next/> })
    };
    Ok(page.layout(Layout::Narrow))
}

#[component]
fn RegisterForm(
    /// Whether this account becomes the administrator's.
    first: bool,
    /// Where it leads.
    next: Option<String>,
) -> impl IntoView {
    let words = words::<EntryWords>();
    let other = (
        words.have_account,
        with_next("/login", next.as_deref()),
        words.sign_in,
    );
    let hint = words.password_hint(MIN_PASSWORD_CHARS as u64);
    view! {
        <Entry why=words.register_why other>
            {first.then(|| view! { <Banner>{words.first}</Banner> })}
            <form class="stack" method="post" novalidate action=Register::PATH>
                <Field form=Register::PATH name="username" label=words.username autocomplete="username" required=true autofocus=true/>
                <Field form=Register::PATH name="email" label=words.email kind="email" autocomplete="email" required=true/>
                <Field form=Register::PATH name="password" label=words.password kind="password" autocomplete="new-password" hint=hint required=true/>
                <input type="hidden" name="next" value=next/>
                <FormError form=Register::PATH/>
                <Submit label=words.register/>
            </form>
        </Entry>
    }
}
