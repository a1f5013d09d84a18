//! The forms by which one stops being a stranger, as a browser without WASM sends them, and who sees what afterwards.

use app::accounts::SESSION_COOKIE;
use reqwest::{Method, StatusCode, header};

use super::site::{Site, cookie_set};

#[tokio::test]
async fn a_plain_form_signs_in_and_out_with_a_cookie_that_no_script_reads() {
    let site = Site::start().await;
    site.account("ada").await;
    let right = [
        ("username", "ada"),
        ("password", "correct horse"),
        ("next", "/settings"),
    ];
    let answer = site.send("/fn/accounts/sign_in", "", &right).await;
    assert_eq!(
        (answer.status(), &answer.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/settings".parse().unwrap())
    );
    let (secret, attributes) = cookie_set(&answer, SESSION_COOKIE).unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(attributes.contains(attribute), "{attributes}");
    }
    assert!(!attributes.contains("Secure"), "{attributes}");
    let cookie = format!("{SESSION_COOKIE}={secret}");
    let again = site.send("/fn/accounts/sign_in", &cookie, &right).await;
    let (rotated, _) = cookie_set(&again, SESSION_COOKIE).unwrap();
    assert_eq!(
        site.visit_as("/settings", &secret).await,
        StatusCode::UNAUTHORIZED,
        "the old session has ended"
    );
    assert_eq!(site.visit_as("/settings", &rotated).await, StatusCode::OK);
    let out = site
        .send(
            "/fn/accounts/sign_out",
            &format!("{SESSION_COOKIE}={rotated}"),
            &[],
        )
        .await;
    assert_eq!(cookie_set(&out, SESSION_COOKIE).unwrap().0, "");
    assert_eq!(
        site.visit_as("/settings", &rotated).await,
        StatusCode::UNAUTHORIZED
    );
    site.stop().await;
}

#[tokio::test]
async fn behind_tls_the_cookie_travels_by_tls_only() {
    let site = Site::start().await;
    let form = [("email", "x@example.org"), ("username", "x")];
    let request = site
        .browser
        .post(site.url("/fn/accounts/join"))
        .header("x-forwarded-proto", "https");
    let answer = request
        .header("x-forwarded-for", "203.0.113.7")
        .form(&form)
        .send()
        .await
        .unwrap();
    assert!(
        cookie_set(&answer, SESSION_COOKIE)
            .unwrap()
            .1
            .contains("; Secure")
    );
    site.stop().await;
}

#[tokio::test]
async fn a_form_that_fails_leads_back_with_what_was_typed_but_never_with_a_password() {
    let site = Site::start().await;
    site.account("ada").await;
    let wrong = [
        ("username", "ada"),
        ("password", "wrong horse"),
        ("next", "//evil.example/"),
    ];
    let answer = site.send("/fn/accounts/sign_in", "", &wrong).await;
    assert_eq!(
        (answer.status(), &answer.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/login".parse().unwrap())
    );
    assert_eq!(cookie_set(&answer, SESSION_COOKIE), None);
    let (flash, _) = cookie_set(&answer, "flotilla_flash").unwrap();
    let page = site
        .visit("/login", header::COOKIE, &format!("flotilla_flash={flash}"))
        .await
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("The name or the password is wrong") && page.contains("value=\"ada\""),
        "{page}"
    );
    assert!(!page.contains("wrong horse"), "{page}");
    let right = [
        ("username", "ada"),
        ("password", "correct horse"),
        ("next", "//evil.example/"),
    ];
    let answer = site.send("/fn/accounts/sign_in", "", &right).await;
    assert_eq!(answer.headers()[header::LOCATION], "/", "and never off this site");
    site.stop().await;
}

#[tokio::test]
async fn the_join_form_says_what_is_missing_in_the_tutorials_words() {
    let site = Site::start().await;
    let cases = [
        (
            [("email", ""), ("username", "")],
            &["You must enter an email", "You must choose a username"][..],
        ),
        (
            [("email", "x@example.org"), ("username", " ")],
            &["You must choose a username"],
        ),
        ([("email", " "), ("username", "x")], &["You must enter an email"]),
    ];
    for (form, expected) in cases {
        let answer = site
            .browser
            .post(site.url("/fn/accounts/join"))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let body = answer.text().await.unwrap();
        assert!(expected.iter().all(|words| body.contains(words)), "{body}");
        assert_eq!(body.matches("You must").count(), expected.len(), "{body}");
    }
    site.stop().await;
}

#[tokio::test]
async fn an_email_address_reaches_its_owner_and_administrators_only() {
    let site = Site::start().await;
    let ada = site.account("ada").await;
    let bob = site.account("bob").await;
    let page = async |path: &str, who: &backend::accounts::NewSession| {
        let answer = site
            .visit(path, header::COOKIE, &format!("{SESSION_COOKIE}={}", who.secret))
            .await;
        (answer.status(), answer.text().await.unwrap())
    };
    for path in ["/", "/chat/general", "/settings", "/admin", "/echo"] {
        let (_, seen) = page(path, &bob).await;
        assert!(!seen.contains("ada@example.org"), "{path}");
    }
    assert_eq!(page("/admin", &bob).await.0, StatusCode::FORBIDDEN);
    assert!(page("/settings", &bob).await.1.contains("bob@example.org"));
    assert!(page("/admin", &ada).await.1.contains("bob@example.org"));
    site.stop().await;
}

#[tokio::test]
async fn a_picture_is_kept_by_browsers_and_runs_nothing() {
    let site = Site::start().await;
    let ada = site.account("ada").await;
    let path = ada.caller.person().unwrap().avatar.clone();
    let answer = site.browser.get(site.url(&path)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let headers = answer.headers();
    assert_eq!(headers[header::CONTENT_TYPE], "image/svg+xml");
    assert_eq!(
        headers[header::CACHE_CONTROL],
        "public, max-age=604800, immutable"
    );
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(
        headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert_eq!(site.ask(Method::GET, "/avatar/xyz").await, StatusCode::NOT_FOUND);
    site.stop().await;
}
