//! The cards of the settings for what lets one in: browsers and tokens.

use leptos::{prelude::*, server_fn::ServerFn};
use wire::accounts::{Session, Token};

use super::{
    api::{CreateToken, RevokeSession, RevokeToken},
    copy::CopySecret,
    settings::Done,
    words::SettingsWords,
};
use crate::{
    flash,
    i18n::words,
    time::{Show, When},
    ui::{Banner, Card, Chip, Enhance, Field, FormError, Submit, Tone, icon},
};

/// One's signed-in browsers.
#[component]
pub(super) fn Sessions(
    /// The last used first.
    sessions: Vec<Session>,
) -> impl IntoView {
    let words = words::<SettingsWords>();
    let rows = sessions
        .into_iter()
        .map(|session| view! { <SessionRow session/> });
    view! {
        <div id="sessions">
            <Card title=words.sessions icon=icon::SCREEN>
                <div class="body stack">
                    <Done action=RevokeSession::PATH says=words.session_revoked/>
                    <p class="why">{words.sessions_why}</p>
                    <FormError form=RevokeSession::PATH/>
                </div>
                <ul class="rows">{rows.collect_view()}</ul>
            </Card>
        </div>
    }
}

#[component]
fn SessionRow(session: Session) -> impl IntoView {
    let words = words::<SettingsWords>();
    let name = browser(&session.agent);
    let label = words.revoke_session_of(&name);
    let end = (!session.current).then(|| {
        view! {
            <form method="post" action=RevokeSession::PATH>
                <input type="hidden" name="session" value=session.id/>
                <button class="btn" aria-label=label>{words.revoke_session}</button>
                <Enhance/>
            </form>
        }
    });
    view! {
        <li>
            <div class="what">
                <b title=session.agent>{name}</b>
                {session.current.then(|| view! { <Chip text=words.this_browser tone=Tone::Good/> })}
                <p class="small quiet">
                    <span>{words.from(&session.address)}</span>
                    <span>{words.last_seen}" "<When at=session.seen_at/></span>
                    <span>{words.since}" "<When at=session.created_at show=Show::Day/></span>
                </p>
            </div>
            {end}
        </li>
    }
}

/// One's API tokens, and the form that makes one.
#[component]
pub(super) fn Tokens(
    /// The newest first.
    tokens: Vec<Token>,
) -> impl IntoView {
    let words = words::<SettingsWords>();
    let none = tokens
        .is_empty()
        .then(|| view! { <p class="quiet none">{words.no_tokens}</p> });
    let rows = tokens.into_iter().map(|token| view! { <TokenRow token/> });
    let secret = flash::value(CreateToken::PATH, "secret").map(|secret| view! { <NewSecret secret/> });
    view! {
        <div id="tokens">
            <Card title=words.tokens icon=icon::KEY>
                <div class="body stack">
                    <Done action=RevokeToken::PATH says=words.token_revoked/>
                    <p class="why">{words.tokens_why}</p>
                    <FormError form=RevokeToken::PATH/>
                    {secret}
                    <form class="inline" method="post" novalidate action=CreateToken::PATH>
                        <Field form=CreateToken::PATH name="name" label=words.token_name hint=words.token_hint autocomplete="off" required=true/>
                        <Submit label=words.create_token/>
                        <FormError form=CreateToken::PATH/>
                        <Enhance/>
                    </form>
                    {none}
                </div>
                <ul class="rows">{rows.collect_view()}</ul>
            </Card>
        </div>
    }
}

/// The secret of a new token: on this page and never again.
#[component]
fn NewSecret(secret: String) -> impl IntoView {
    let words = words::<SettingsWords>();
    view! {
        <Banner tone=Tone::Amber>{words.new_token}</Banner>
        <div class="secret">
            <input type="text" readonly value=secret aria-label=words.new_token autocomplete="off" spellcheck="false"/>
            <CopySecret/>
        </div>
    }
}

#[component]
fn TokenRow(token: Token) -> impl IntoView {
    let words = words::<SettingsWords>();
    let label = words.revoke_token_of(&token.name);
    let used = match token.used_at {
        Some(at) => view! { <span>{words.last_used}" "<When at=at/></span> }.into_any(),
        None => view! { <span>{words.never_used}</span> }.into_any(),
    };
    view! {
        <li>
            <div class="what">
                <b>{token.name}</b>
                <p class="small quiet">
                    <span>{words.created}" "<When at=token.created_at show=Show::Day/></span>
                    {used}
                </p>
            </div>
            <form method="post" action=RevokeToken::PATH>
                <input type="hidden" name="token" value=token.id/>
                <button class="btn" aria-label=label>{words.revoke_token}</button>
                <Enhance/>
            </form>
        </li>
    }
}

/// A browser's own words, as a person knows it. The order matters: each pretends to be those after it.
fn browser(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 7] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let words = words::<SettingsWords>();
    let find =
        |list: [(&'static str, &'static str); 7]| list.into_iter().find(|(mark, _)| agent.contains(mark));
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some((_, browser)), Some((_, system))) => words.browser_on(browser, system),
        (Some((_, browser)), None) => browser.to_owned(),
        // A program says its name first: `curl/8.5.0`.
        _ if !agent.is_empty() => agent
            .split('/')
            .next()
            .unwrap_or_default()
            .chars()
            .take(40)
            .collect(),
        _ => words.unknown_browser.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_what_its_user_calls_it() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("", "Unknown browser"),
        ];
        for (agent, expected) in cases {
            assert_eq!(browser(agent), expected, "{agent}");
        }
    }
}
