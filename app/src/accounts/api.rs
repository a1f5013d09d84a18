//! The server functions of the accounts. Without WASM each leads to a page; with it the page's forms are enhanced.

use backend::{
    Error, Problem,
    accounts::{NewAccount, NewSession},
};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, codec::PostUrl},
};
use leptos_axum::extract;
use wire::{accounts::Role, error::Errors};

use super::{
    cookie::{drop_session, keep_session, show_once},
    words::EntryWords,
};
use crate::{
    failed::Failed,
    functions::go,
    i18n::words,
    ssr::{backend, caller},
};

/// Signs in by name or e-mail address.
#[server(prefix = "/fn", endpoint = "accounts/sign_in", input = PostUrl)]
pub async fn sign_in(username: String, password: String, next: Option<String>) -> Result<(), Failed> {
    let session = backend()
        .accounts
        .sign_in(&caller(), &agent().await, &username, &password)
        .await;
    let session = session.map_err(|error| match error {
        Error::Unauthorized => failed(401, "password", words::<EntryWords>().wrong),
        other => other.into(),
    })?;
    enter(&session, next.as_deref().unwrap_or("/"));
    Ok(())
}

/// Makes an account and signs its owner in.
#[server(prefix = "/fn", endpoint = "accounts/register", input = PostUrl)]
pub async fn register(
    username: String,
    email: String,
    password: String,
    next: Option<String>,
) -> Result<(), Failed> {
    let account = NewAccount {
        username,
        email,
        password,
    };
    let session = backend()
        .accounts
        .register(&caller(), &agent().await, account)
        .await
        .map_err(of_entry)?;
    enter(&session, next.as_deref().unwrap_or("/"));
    Ok(())
}

/// Joins as a guest: an e-mail address and a name.
#[server(prefix = "/fn", endpoint = "accounts/join", input = PostUrl)]
pub async fn join(email: String, username: String, next: Option<String>) -> Result<(), Failed> {
    let session = backend()
        .accounts
        .join_as_guest(&caller(), &agent().await, &email, &username)
        .await;
    let session = session.map_err(of_entry)?;
    keep_session(&session.secret);
    if let Some(next) = next {
        go(&next);
    }
    Ok(())
}

/// Signs this browser out.
#[server(prefix = "/fn", endpoint = "accounts/sign_out", input = PostUrl)]
pub async fn sign_out() -> Result<(), Failed> {
    match backend().accounts.sign_out(&caller()).await {
        // Nobody is as signed out as can be.
        Ok(()) | Err(Error::Unauthorized) => {
            drop_session();
            go("/");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Changes one's name and address.
#[server(prefix = "/fn", endpoint = "accounts/profile", input = PostUrl)]
pub async fn change_profile(username: String, email: String) -> Result<(), Failed> {
    backend()
        .accounts
        .change_profile(&caller(), &username, &email)
        .await
        .map_err(of_entry)?;
    done(ChangeProfile::PATH, "profile");
    Ok(())
}

/// Changes one's password.
#[server(prefix = "/fn", endpoint = "accounts/password", input = PostUrl)]
pub async fn change_password(current_password: String, new_password: String) -> Result<(), Failed> {
    backend()
        .accounts
        .change_password(&caller(), &current_password, &new_password)
        .await?;
    done(ChangePassword::PATH, "password");
    Ok(())
}

/// Ends one of one's own sessions.
#[server(prefix = "/fn", endpoint = "accounts/revoke_session", input = PostUrl)]
pub async fn revoke_session(session: i64) -> Result<(), Failed> {
    backend().accounts.revoke_session(&caller(), session).await?;
    done(RevokeSession::PATH, "sessions");
    Ok(())
}

/// Makes an API token. Its secret is on the next page, once.
#[server(prefix = "/fn", endpoint = "accounts/create_token", input = PostUrl)]
pub async fn create_token(name: String) -> Result<(), Failed> {
    let token = backend().accounts.create_token(&caller(), &name).await?;
    show_once(CreateToken::PATH, &[("secret", &token.secret)]);
    go("/settings#tokens");
    Ok(())
}

/// Makes one of one's own API tokens worthless.
#[server(prefix = "/fn", endpoint = "accounts/revoke_token", input = PostUrl)]
pub async fn revoke_token(token: i64) -> Result<(), Failed> {
    backend().accounts.revoke_token(&caller(), token).await?;
    done(RevokeToken::PATH, "tokens");
    Ok(())
}

/// Makes someone a member or an administrator.
#[server(prefix = "/fn", endpoint = "accounts/set_role", input = PostUrl)]
pub async fn set_role(user: i64, role: Role) -> Result<(), Failed> {
    backend()
        .accounts
        .set_role(&caller(), user, role)
        .await
        .map_err(of_admin)?;
    show_once(SetRole::PATH, &[("user", &user.to_string()), ("done", "1")]);
    Ok(())
}

/// Signs someone out everywhere and lets them in no more.
#[server(prefix = "/fn", endpoint = "accounts/deactivate", input = PostUrl)]
pub async fn deactivate(user: i64) -> Result<(), Failed> {
    backend()
        .accounts
        .deactivate(&caller(), user)
        .await
        .map_err(of_admin)?;
    show_once(Deactivate::PATH, &[("user", &user.to_string()), ("done", "1")]);
    Ok(())
}

/// Lets someone in again.
#[server(prefix = "/fn", endpoint = "accounts/reactivate", input = PostUrl)]
pub async fn reactivate(user: i64) -> Result<(), Failed> {
    backend()
        .accounts
        .reactivate(&caller(), user)
        .await
        .map_err(of_admin)?;
    show_once(Reactivate::PATH, &[("user", &user.to_string()), ("done", "1")]);
    Ok(())
}

fn enter(session: &NewSession, next: &str) {
    keep_session(&session.secret);
    go("/");
    // Where it leads off this site, the first one stays.
    go(next);
}

/// Back to a section of the settings, which says that it is done.
fn done(action: &str, section: &str) {
    show_once(action, &[("done", "1")]);
    go(&format!("/settings#{section}"));
}

/// The browser's own words.
async fn agent() -> String {
    let headers = extract::<axum::http::HeaderMap>().await.unwrap_or_default();
    let agent = headers.get(axum::http::header::USER_AGENT);
    agent
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

fn failed(status: u16, field: &str, words: &str) -> Failed {
    Failed {
        status,
        retry_after: None,
        errors: Errors::one(field, words),
    }
}

/// Whole sentences for what goes wrong most often at a form that asks for a name and an address.
fn of_entry(error: Error) -> Failed {
    let words = words::<EntryWords>();
    match error {
        Error::Taken("username") => failed(409, "username", words.name_taken),
        Error::Taken("email") => failed(409, "email", words.email_taken),
        Error::Invalid(problems) => {
            let said = |problem: &(&str, Problem)| match problem {
                ("email", Problem::Empty) => words.no_email,
                ("username", Problem::Empty) => words.no_username,
                _ => "",
            };
            let own: Vec<_> = problems
                .iter()
                .map(|problem| (problem.0, said(problem)))
                .collect();
            let mut failed = Failed::from(Error::Invalid(problems));
            for (field, words) in own.into_iter().filter(|(_, words)| !words.is_empty()) {
                failed
                    .errors
                    .errors
                    .insert(field.to_owned(), vec![words.to_owned()]);
            }
            failed
        }
        other => other.into(),
    }
}

/// The forms of the list have no fields to show a problem at.
fn of_admin(error: Error) -> Failed {
    let mut failed = Failed::from(error);
    if let Some(words) = failed.errors.errors.remove("role") {
        failed.errors.errors.insert("request".to_owned(), words);
    }
    failed
}
