use std::net::SocketAddr;

use axum::{body::to_bytes, http::Request as HttpRequest, routing::get};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::*;
use crate::{
    accept::Gate,
    config::{Config, Settings},
    http::{Routes, assets::Assets},
    serve::backend_config,
};

/// A router with these routes and a backend, and the folder that both live in.
async fn server(routes: Routes) -> (Router, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let flags = [("data", folder.path().display().to_string())];
    let config = Config::new(&Settings::gather(None, [], &flags).unwrap()).unwrap();
    let backend = Arc::new(Backend::start(backend_config(&config)).await.unwrap());
    let gate = Gate::new(config.limits.clone(), Vec::new());
    (
        routes.finish(AppState::new(config, backend, Assets::default(), gate)),
        folder,
    )
}

async fn ask(router: &Router, path: &str, accept: &str, language: &str) -> (StatusCode, HeaderMap, String) {
    let request = HttpRequest::get(path)
        .header("accept", accept)
        .header("accept-language", language);
    let request = request
        .extension(Remote(SocketAddr::from(([127, 0, 0, 1], 9))))
        .body(axum::body::Body::empty());
    let response = router.clone().oneshot(request.unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (
        parts.status,
        parts.headers,
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

async fn boom() -> &'static str {
    panic!("the secret is hunter2")
}

#[tokio::test]
async fn a_panic_becomes_a_page_in_the_callers_language_and_the_next_request_is_served() {
    let routes = Routes::default()
        .public("/boom", get(boom))
        .public("/api/boom", get(boom));
    let (router, _folder) = server(routes.public("/fine", get(async || "fine"))).await;
    for (path, accept, language, said) in [
        ("/boom", "text/html", "en", "Something went wrong"),
        ("/boom", "text/html", "zh-CN", "出错了"),
        ("/boom", "text/plain", "en", "Something went wrong on our side\n"),
        (
            "/api/boom",
            "text/html",
            "en",
            r#"{"errors":{"request":["Something went wrong on our side"]}}"#,
        ),
    ] {
        let (status, headers, body) = ask(&router, path, accept, language).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(body.contains(said), "{path} {accept} {language}: {body}");
        assert!(!body.contains("hunter2"), "what it panicked with is for the log");
        assert!(headers.contains_key("x-request-id") && headers.contains_key("content-security-policy"));
        assert_eq!(ask(&router, "/fine", "*/*", "en").await.2, "fine");
    }
}

#[tokio::test]
async fn a_private_route_refuses_strangers_before_its_handler_runs() {
    let (router, _folder) = server(Routes::default().private("/private", get(boom))).await;
    let (status, headers, body) = ask(&router, "/private", "*/*", "en").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(headers["www-authenticate"], "Bearer");
    assert!(body.starts_with(r#"{"errors":"#), "{body}");
}
