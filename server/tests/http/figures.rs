//! The figures at `/metrics`: whose they are, and what they count.

use reqwest::{Method, StatusCode};

use super::site::Site;

#[tokio::test]
async fn figures_are_for_this_machine_and_for_administrators() {
    let site = Site::configured(|config| config.trust_proxy = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let (admin, member) = (site.member("ada").await, site.member("bob").await);
    assert_eq!(
        site.get("/metrics").await.status(),
        StatusCode::OK,
        "from this machine"
    );
    for (token, status) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some(&member.secret), StatusCode::FORBIDDEN),
        (Some(&admin.secret), StatusCode::OK),
    ] {
        let mut request = site
            .ask(Method::GET, "/metrics")
            .header("x-forwarded-for", "127.0.0.1");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        assert_eq!(request.send().await.unwrap().status(), status, "through a proxy");
    }
    site.stop().await;
}

#[tokio::test]
async fn figures_count_what_happened_by_route() {
    let site = Site::open().await;
    let client = site.client();
    for _ in 0..3 {
        client.greeting().await.unwrap();
    }
    site.get("/made-up-by-a-stranger").await;
    let socket = client.socket("/echo", None, 1024).await.unwrap();
    let text = site.get("/metrics").await.text().await.unwrap();
    for line in [
        r#"flotilla_http_requests_total{method="GET",route="/greeting",status="200"} 3"#,
        r#"flotilla_http_requests_total{method="GET",route="none",status="404"} 1"#,
        r#"flotilla_http_request_duration_seconds_count{method="GET",route="/greeting"} 3"#,
        r#"flotilla_sockets{kind="echo"}"#,
        r#"flotilla_build_info{version=""#,
        "flotilla_hub_queued_bytes ",
        "flotilla_db_writes_waiting 0",
        r#"flotilla_db_commit_jobs_bucket{le="1.0"}"#,
        "flotilla_db_commit_seconds_sum",
        "flotilla_connections ",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("made-up"), "no label that anybody may invent");
    drop(socket);
    site.stop().await;
}
