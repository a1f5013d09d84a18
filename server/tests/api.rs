//! The HTTP API is what it says it is: described, routed and named in the public surface alike.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use server::http::{openapi, router};

mod site;

use site::Site;

/// Everything under `/api` that describes the rest.
const OF_ITSELF: &[&str] = &["/api/docs", "/api/openapi.json"];

fn described() -> Value {
    serde_json::to_value(openapi::description()).unwrap()
}

/// `GET /api/rooms`, and so on.
fn operations(api: &Value) -> BTreeSet<String> {
    let paths = api["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .keys()
            .map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

#[tokio::test]
async fn what_is_routed_is_described_and_the_other_way_round() {
    let site = Site::open().await;
    let browser = Client::builder().no_proxy().build().unwrap();
    let mut routed = BTreeSet::new();
    let routes = router::routes();
    let paths = routes.recorded().iter().map(|route| route.path);
    for path in paths.filter(|path| path.starts_with("/api/") && !OF_ITSELF.contains(path)) {
        // A method that no route takes is told which ones it does.
        let nobody = Method::from_bytes(b"BREW").unwrap();
        let url = format!("{}{}", site.url, path.replace("{id}", "1"));
        let refused = browser.request(nobody, url).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed = refused.headers()["allow"].to_str().unwrap().to_owned();
        routed.extend(
            allowed
                .split(',')
                .filter(|method| *method != "HEAD")
                .map(|method| format!("{method} {path}")),
        );
    }
    assert_eq!(routed, operations(&described()));
    site.stop().await;
}

#[test]
fn the_description_refers_to_nothing_that_it_does_not_hold() {
    let api = described();
    assert!(api["openapi"].as_str().unwrap().starts_with("3."));
    let mut left = vec![&api];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(path)) = members.get("$ref") {
                    let pointer = path.strip_prefix('#').unwrap();
                    assert!(api.pointer(pointer).is_some(), "{path}");
                }
                left.extend(members.values());
            }
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    for path in operations(&api) {
        let (method, path) = path.split_once(' ').unwrap();
        let operation = &api["paths"][path][method.to_lowercase()];
        assert!(
            operation["summary"].is_string() && operation["responses"]["default"].is_object(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn anybody_may_read_the_description_and_its_page_needs_no_other_site() {
    let site = Site::closed().await;
    let get = async |path: &str| reqwest::get(format!("{}{path}", site.url)).await.unwrap();
    let json: Value = get("/api/openapi.json").await.json().await.unwrap();
    assert_eq!(json, described());
    let page = get("/api/docs").await.text().await.unwrap();
    for operation in operations(&json) {
        assert!(page.contains(&operation), "{operation}");
    }
    for foreign in ["http://", "https://", "<script", "style="] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    site.stop().await;
}

#[tokio::test]
async fn an_answer_has_the_fields_that_are_described() {
    let site = Site::open().await;
    let messages = format!("{}/api/rooms/general/messages", site.url);
    let sent = Client::new()
        .post(&messages)
        .json(&serde_json::json!({"text": "hello"}))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), StatusCode::CREATED);
    let sent: Value = sent.json().await.unwrap();
    let api = described();
    let fields = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        fields(&sent),
        fields(&api["components"]["schemas"]["Message"]["properties"])
    );
    assert_eq!(
        fields(&sent["author"]),
        fields(&api["components"]["schemas"]["Person"]["properties"])
    );
    site.stop().await;
}
