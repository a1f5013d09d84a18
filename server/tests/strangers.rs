//! What a stranger may: the one list of what is public, a walk of every route and every server function, and the
//! credentials that make nobody of whoever shows them. The forms by which one stops being a stranger are in `forms`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "strangers/forms.rs"]
mod forms;
#[path = "strangers/site.rs"]
mod site;

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use server::http::{Access, router};

use site::Site;

/// All that anybody may ask for. What it shows a stranger is each service's to say.
const PUBLIC: &[&str] = &[
    "/",
    "/api/docs",
    "/api/openapi.json",
    "/avatar/{hash}",
    // The Join form, for strangers.
    "/chat/{room}",
    // A socket says who it is in its first message.
    "/connection/websocket",
    "/echo",
    "/greeting",
    "/healthz",
    "/login",
    // To a program on this machine or with an administrator's token.
    "/metrics",
    "/readyz",
    "/register",
    // A socket says who it is in its first message.
    "/ws",
];

/// The server functions by which one stops being a stranger, or chooses how the pages look.
const PUBLIC_FUNCTIONS: &[&str] = &[
    "/fn/accounts/join",
    "/fn/accounts/register",
    "/fn/accounts/sign_in",
    "/fn/accounts/sign_out",
    "/fn/prefer",
];

/// Something for every field of every server function, so that none is refused for its form before it asks who it is.
const FIELDS: &[(&str, &str)] = &[
    ("before", "1"),
    ("client_id", "0123456789abcdef"),
    ("current_password", "correct horse"),
    ("email", "x@example.org"),
    ("name", "x"),
    ("new_password", "correct horse"),
    ("role", "member"),
    ("room", "general"),
    ("session", "1"),
    ("text", "x"),
    ("token", "1"),
    ("user", "1"),
    ("username", "x"),
];

/// A path with something in each of its places.
fn filled(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn what_is_public_is_on_the_list_and_nothing_else_is() {
    let routes = router::routes();
    let mut public: Vec<_> = routes
        .recorded()
        .iter()
        .filter(|route| route.access == Access::Public)
        .map(|route| route.path)
        .collect();
    public.sort_unstable();
    assert_eq!(public, PUBLIC);
}

#[tokio::test]
async fn a_stranger_gets_401_from_every_other_route() {
    let site = Site::start().await;
    for route in router::routes().recorded() {
        if route.access != Access::Private {
            continue;
        }
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            let status = site.ask(method.clone(), &filled(route.path)).await;
            // A page takes GET only, and says so to anybody: that it is there is no secret.
            let known = status == StatusCode::METHOD_NOT_ALLOWED && method != Method::GET;
            assert!(
                status == StatusCode::UNAUTHORIZED || known,
                "{method} {}: {status}",
                route.path
            );
        }
    }
    site.stop().await;
}

#[tokio::test]
async fn a_stranger_gets_401_from_every_other_server_function() {
    let site = Site::start().await;
    let functions = router::routes();
    let functions: Vec<_> = functions
        .recorded()
        .iter()
        .filter(|route| route.access == Access::Function)
        .map(|route| route.path)
        .collect();
    assert!(functions.len() > PUBLIC_FUNCTIONS.len(), "{functions:?}");
    assert!(
        PUBLIC_FUNCTIONS.iter().all(|public| functions.contains(public)),
        "{functions:?}"
    );
    for path in functions {
        let answer = site
            .browser
            .post(site.url(path))
            .form(FIELDS)
            .send()
            .await
            .unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(!status.is_server_error(), "{path}: {status} {body}");
        if !PUBLIC_FUNCTIONS.contains(&path) {
            assert_eq!(
                status,
                StatusCode::UNAUTHORIZED,
                "{path}: {body} (does FIELDS have its fields?)"
            );
        }
    }
    site.stop().await;
}

#[tokio::test]
async fn a_session_that_is_forged_expired_or_revoked_is_nobodys() {
    let site = Site::start().await;
    let ada = site.account("ada").await;
    assert_eq!(site.visit_as("/settings", &ada.secret).await, StatusCode::OK);
    let long = "x".repeat(10_000);
    for forged in [
        "",
        "x",
        "../../etc/passwd",
        "' OR 1=1 --",
        &long,
        &ada.secret[1..],
        &ada.secret.to_uppercase(),
    ] {
        assert_eq!(
            site.visit_as("/settings", forged).await,
            StatusCode::UNAUTHORIZED,
            "{forged:.40}"
        );
        assert_eq!(
            site.visit_as("/login", forged).await,
            StatusCode::OK,
            "and may sign in: {forged:.40}"
        );
    }
    site.backend.accounts.sign_out(&ada.caller).await.unwrap();
    assert_eq!(
        site.visit_as("/settings", &ada.secret).await,
        StatusCode::UNAUTHORIZED
    );
    let bob = site.account("bob").await;
    site.backend.clock.advance(Duration::from_hours(30 * 24));
    assert_eq!(
        site.visit_as("/settings", &bob.secret).await,
        StatusCode::UNAUTHORIZED
    );
    site.stop().await;
}

#[tokio::test]
async fn a_wrong_token_is_refused_wherever_it_knocks_and_a_proxys_own_credentials_are_not_ours() {
    let site = Site::start().await;
    let ada = site.account("ada").await;
    let token = site
        .backend
        .accounts
        .create_token(&ada.caller, "laptop")
        .await
        .unwrap();
    let cases = [
        (format!("Bearer {}", token.secret), StatusCode::OK),
        (format!("Token {}", token.secret), StatusCode::OK),
        (format!("Bearer {}", ada.secret), StatusCode::UNAUTHORIZED),
        ("Bearer x".to_owned(), StatusCode::UNAUTHORIZED),
        ("Bearer".to_owned(), StatusCode::UNAUTHORIZED),
    ];
    for (value, expected) in cases {
        for path in ["/settings", "/login", "/greeting"] {
            let answer = site.visit(path, header::AUTHORIZATION, &value).await;
            assert_eq!(answer.status(), expected, "{path} {value}");
        }
    }
    let basic = site
        .visit("/login", header::AUTHORIZATION, "Basic dXNlcjpwYXNz")
        .await;
    assert_eq!(basic.status(), StatusCode::OK);
    site.backend
        .accounts
        .revoke_token(&ada.caller, token.token.id)
        .await
        .unwrap();
    let revoked = site
        .visit(
            "/settings",
            header::AUTHORIZATION,
            &format!("Bearer {}", token.secret),
        )
        .await;
    assert_eq!(revoked.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(revoked.headers()[header::WWW_AUTHENTICATE], "Bearer");
    site.stop().await;
}
