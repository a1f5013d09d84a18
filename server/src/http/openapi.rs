//! What the HTTP API is, for programs (`/api/openapi.json`) and for people (`/api/docs`).
//!
//! Each handler describes itself where it stands (`utoipa::path`), with the types that it really reads and writes; a test
//! compares what is described with what is routed. The page is made here of the same description: no script, no other
//! site, so it reads under the site's own content security policy.

use axum::{
    http::header,
    response::{Html, IntoResponse as _},
    routing::get,
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, Ref, ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::{Routes, rest::rooms};

mod page;

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Flotilla",
        description = "Chat rooms and more, over HTTP. Errors are `{\"errors\":{\"field\":[\"message\"]}}`.",
        license(name = "MIT OR Apache-2.0"),
    ),
    tags((name = "chat", description = "Rooms and their messages")),
    paths(rooms::rooms, rooms::messages, rooms::post_message),
    components(schemas(wire::error::Errors)),
    modifiers(&Common),
)]
struct Api;

/// What holds for every operation: the token, and how it is refused.
struct Common;

impl Modify for Common {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API token, made in the settings. A browser's cookie does as well.",
            ));
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(token.build()));
        api.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("token", [])]);
        let operations = api.paths.paths.values_mut().flat_map(|path| {
            [
                &mut path.get,
                &mut path.post,
                &mut path.put,
                &mut path.patch,
                &mut path.delete,
            ]
        });
        for operation in operations.filter_map(Option::as_mut) {
            let refused = ResponseBuilder::new()
                .description("Refused, with the reason by field")
                .content(
                    "application/json",
                    Content::new(Some(Ref::from_schema_name("Errors"))),
                );
            operation
                .responses
                .responses
                .insert("default".to_owned(), refused.build().into());
        }
    }
}

/// The description as it is served.
pub fn description() -> utoipa::openapi::OpenApi {
    Api::openapi()
}

/// `/api/openapi.json` and `/api/docs`. Both are the same for everybody, and made once.
pub fn routes(routes: Routes) -> Routes {
    let description = serde_json::to_value(description()).unwrap_or_default();
    let (json, html) = (description.to_string(), page::html(&description));
    let json = async move || ([(header::CONTENT_TYPE, "application/json")], json).into_response();
    let html = async move || Html(html).into_response();
    routes
        .public("/api/openapi.json", get(json))
        .public("/api/docs", get(html))
}
