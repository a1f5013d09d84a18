//! `/settings`: what one changes about oneself, a card each.

use backend::{Error, accounts::MIN_PASSWORD_CHARS};
use leptos::{prelude::*, server_fn::ServerFn};
use wire::accounts::{Me, Role, Session, Token};

use super::{
    api::{ChangePassword, ChangeProfile},
    credentials::{Sessions, Tokens},
    words::SettingsWords,
};
use crate::{
    flash,
    i18n::{Locale, words},
    page::Page,
    prefer::Prefer,
    ssr::{RequestContext, Theme},
    ui::{Avatar, Banner, Card, Enhance, Field, FormError, PersonName, Submit, Tone, icon},
};

/// The page.
pub(crate) async fn page(request: RequestContext) -> Result<Page, Error> {
    let words = words::<SettingsWords>();
    let (accounts, caller) = (&request.backend.accounts, &request.caller);
    let me = accounts.me(caller).await?;
    let kind = match me.person.role {
        _ if caller.is_open() => Kind::Open,
        Role::Guest => Kind::Guest(accounts.sessions(caller).await?),
        Role::Member | Role::Admin => {
            Kind::Account(accounts.sessions(caller).await?, accounts.tokens(caller).await?)
        }
    };
    let (theme, locale) = (request.theme, request.locale);
    Ok(Page::new(
        words.title,
        move || view! { <Settings me kind theme locale/> },
    ))
}

/// What there is to set depends on what one is.
enum Kind {
    /// Everybody's `anonymous`.
    Open,
    /// Came by a Join form.
    Guest(Vec<Session>),
    /// Has an account.
    Account(Vec<Session>, Vec<Token>),
}

#[component]
fn Settings(me: Me, kind: Kind, theme: Theme, locale: Locale) -> impl IntoView {
    let words = words::<SettingsWords>();
    let own = match kind {
        Kind::Open => view! { <NoAccount me why=words.open/> }.into_any(),
        Kind::Guest(sessions) => view! {
            <NoAccount me why=words.guest/>
            <Sessions sessions/>
        }
        .into_any(),
        Kind::Account(sessions, tokens) => view! {
            <Profile me/>
            <Password/>
            <Sessions sessions/>
            <Tokens tokens/>
        }
        .into_any(),
    };
    view! {
        <div class="settings">
            {own}
            <Look theme locale/>
        </div>
    }
}

/// What says that the form posting to `action` did its work.
#[component]
pub(super) fn Done(
    /// Which form.
    action: &'static str,
    /// What it did.
    says: &'static str,
) -> impl IntoView {
    flash::value(action, "done").map(|_| view! { <Banner tone=Tone::Good>{says}</Banner> })
}

#[component]
fn NoAccount(me: Me, why: &'static str) -> impl IntoView {
    let words = words::<SettingsWords>();
    view! {
        <div id="profile">
            <Card title=words.profile icon=icon::PERSON>
                <div class="body stack">
                    <p class="me"><Avatar src=me.person.avatar.clone()/><PersonName person=me.person/></p>
                    <p class="why">{why}</p>
                    <p><a class="btn primary" href="/register">{words.register}</a></p>
                </div>
            </Card>
        </div>
    }
}

#[component]
fn Profile(me: Me) -> impl IntoView {
    let words = words::<SettingsWords>();
    view! {
        <div id="profile">
            <Card title=words.profile icon=icon::PERSON>
                <form class="body stack" method="post" novalidate action=ChangeProfile::PATH>
                    <Done action=ChangeProfile::PATH says=words.saved/>
                    <p class="me"><Avatar src=me.person.avatar/><span class="why">{words.profile_why}</span></p>
                    <Field form=ChangeProfile::PATH name="username" label=words.username autocomplete="username" value=me.person.name required=true/>
                    <Field form=ChangeProfile::PATH name="email" label=words.email kind="email" autocomplete="email" value=me.email required=true/>
                    <FormError form=ChangeProfile::PATH/>
                    <Submit label=words.save/>
                </form>
            </Card>
        </div>
    }
}

#[component]
fn Password() -> impl IntoView {
    let words = words::<SettingsWords>();
    let hint = words.password_hint(MIN_PASSWORD_CHARS as u64);
    view! {
        <div id="password">
            <Card title=words.password icon=icon::LOCK>
                <form class="body stack" method="post" novalidate action=ChangePassword::PATH>
                    <Done action=ChangePassword::PATH says=words.password_changed/>
                    <p class="why">{words.password_why}</p>
                    <Field form=ChangePassword::PATH name="current_password" label=words.current_password kind="password" autocomplete="current-password" required=true/>
                    <Field form=ChangePassword::PATH name="new_password" label=words.new_password kind="password" autocomplete="new-password" hint=hint required=true/>
                    <FormError form=ChangePassword::PATH/>
                    <Submit label=words.change_password/>
                    <Enhance/>
                </form>
            </Card>
        </div>
    }
}

#[component]
fn Look(theme: Theme, locale: Locale) -> impl IntoView {
    let words = words::<SettingsWords>();
    let themes = [
        (Theme::Light, words.light),
        (Theme::Dark, words.dark),
        (Theme::System, words.system),
    ];
    let themes = themes.map(|(choice, word)| {
        let chosen = if choice == theme { "true" } else { "false" };
        view! { <button name="theme" value=choice.code() aria-pressed=chosen>{word}</button> }
    });
    let languages = Locale::ALL.map(|choice| {
        let chosen = if choice == locale { "true" } else { "false" };
        view! { <button name="language" value=choice.code() aria-pressed=chosen lang=choice.tag()>{choice.name()}</button> }
    });
    view! {
        <div id="look">
            <Card title=words.look icon=icon::SUN>
                <div class="body stack">
                    <p class="why">{words.look_why}</p>
                    <form class="choice" method="post" action=Prefer::PATH data-theme-switch>
                        <span id="set-theme">{words.theme}</span>
                        <div class="segments" role="group" aria-labelledby="set-theme">{themes.into_iter().collect_view()}</div>
                    </form>
                    <form class="choice" method="post" action=Prefer::PATH>
                        <span id="set-language">{words.language}</span>
                        <div class="segments" role="group" aria-labelledby="set-language">{languages.into_iter().collect_view()}</div>
                    </form>
                </div>
            </Card>
        </div>
    }
}
