//! `/login`: by name or e-mail address, and a password.

use backend::Error;
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::SignIn,
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
        Page::new(words.sign_in, move || view! { <Already name=person.name/> })
    } else {
        let first = request.backend.accounts.is_first().await?;
        let next = next_of(&request);
        Page::new(words.sign_in, move || view! { <SignInForm first next/> })
    };
    Ok(page.layout(Layout::Narrow))
}

#[component]
fn SignInForm(
    /// Whether there is no account at all.
    first: bool,
    /// Where it leads.
    next: Option<String>,
) -> impl IntoView {
    let words = words::<EntryWords>();
    let other = (
        words.no_account,
        with_next("/register", next.as_deref()),
        words.register,
    );
    view! {
        <Entry why=words.sign_in_why other>
            {first.then(|| view! { <Banner>{words.no_account_at_all}</Banner> })}
            <form class="stack" method="post" novalidate action=SignIn::PATH>
                <Field form=SignIn::PATH name="username" label=words.who autocomplete="username" required=true autofocus=true/>
                <Field form=SignIn::PATH name="password" label=words.password kind="password" autocomplete="current-password" required=true/>
                <input type="hidden" name="next" value=next/>
                <FormError form=SignIn::PATH/>
                <Submit label=words.sign_in/>
            </form>
        </Entry>
    }
}
