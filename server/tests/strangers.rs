//! What a stranger may: the one list of what is public, a walk of every route and every server function, and the
//! credentials that make nobody of whoever shows them.

use std::{net::SocketAddr, time::Duration};

use app::accounts::SESSION_COOKIE;
use backend::{
    Clock,
    accounts::{Address, Cost, NewAccount},
};
use reqwest::{Client, Method, Response, StatusCode, header, redirect::Policy};
use server::{
    Config, Server,
    config::Settings,
    http::{Access, router},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use wire::time::Time;

/// All that anybody may ask for. What it shows a stranger is each service's to say.
const PUBLIC: &[&str] = &[
    "/",
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

/// When a test's clock stands: 2026-01-01T00:00:00Z.
const START: Time = Time(1_767_225_600_000_000);

/// A server on a port of its own, and a browser that follows nothing by itself.
struct Site {
    address: SocketAddr,
    backend: std::sync::Arc<backend::Backend>,
    browser: Client,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
    _folder: TempDir,
}

impl Site {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().display().to_string();
        // The proxy of the cookie's test; nothing else says that it comes from there.
        let flags = [
            ("data", data),
            ("addr", "127.0.0.1:0".to_owned()),
            ("trust-proxy", "127.0.0.1/32".to_owned()),
        ];
        let config = Config::new(&Settings::gather(None, [], &flags).unwrap()).unwrap();
        let mut backend = server::serve::backend_config(&config);
        backend.clock = Clock::fixed(START);
        backend.accounts.password_cost = Cost {
            memory_kib: 8,
            passes: 1,
        };
        let server = Server::with(config, backend).await.unwrap();
        let backend = server.backend().clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.run(listener, async move { drop(stopped.await) }));
        let browser = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            address,
            backend,
            browser,
            stop,
            served,
            _folder: folder,
        }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap();
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn ask(&self, method: Method, path: &str) -> StatusCode {
        self.browser
            .request(method, self.url(path))
            .send()
            .await
            .unwrap()
            .status()
    }

    /// A page, with a cookie or another credential.
    async fn visit(&self, path: &str, name: header::HeaderName, value: &str) -> Response {
        self.browser
            .get(self.url(path))
            .header(name, value)
            .send()
            .await
            .unwrap()
    }

    async fn visit_as(&self, path: &str, secret: &str) -> StatusCode {
        self.visit(path, header::COOKIE, &format!("{SESSION_COOKIE}={secret}"))
            .await
            .status()
    }

    /// A plain form, as a browser without WASM sends it.
    async fn send(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Response {
        let request = self
            .browser
            .post(self.url(path))
            .header(header::ACCEPT, "text/html");
        let request = request
            .header(header::COOKIE, cookie)
            .header(header::REFERER, self.url("/login"));
        request.form(fields).send().await.unwrap()
    }

    async fn account(&self, name: &str) -> backend::accounts::NewSession {
        let stranger = self
            .backend
            .accounts
            .anonymous(Address::new([127, 0, 0, 1].into()));
        let account = NewAccount {
            username: name.to_owned(),
            email: format!("{name}@example.org"),
            password: "correct horse".to_owned(),
        };
        self.backend
            .accounts
            .register(&stranger, "a test", account)
            .await
            .unwrap()
    }
}

/// A path with something in each of its places.
fn filled(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The value of a cookie that an answer sets, and its attributes.
fn cookie_set(response: &Response, name: &str) -> Option<(String, String)> {
    let mut lines = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    let (value, attributes) = line.split_once(';').unwrap_or((line, ""));
    Some((value.to_owned(), attributes.to_owned()))
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
