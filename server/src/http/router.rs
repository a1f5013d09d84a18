//! Every path, and whom it is for.
//!
//! Each route is recorded as it is added, so that a test can walk them all as a stranger, and another can compare them
//! with what is documented. A private route refuses strangers by construction: forgetting the guard is not possible.

use std::sync::Arc;

use app::{functions, page, ssr::Site};
use axum::{
    Extension, Router,
    extract::{FromRequestParts, Request, State},
    http::{Method, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use backend::{Backend, Error, accounts::Caller};
use leptos::server_fn;

use super::{
    AppState, assets, avatar, error, health, layers, metrics, openapi, plain, rest,
    sockets::{self, Upgrade},
};

/// Whom a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; what strangers see is the service's to say.
    Public,
    /// A stranger gets 401 before the handler runs.
    Private,
    /// A server function, whose service says who may.
    Function,
}

/// One recorded route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// In axum's syntax: `/api/rooms/{id}`.
    pub path: &'static str,
    /// Whom it is for.
    pub access: Access,
}

/// A router that remembers what was added to it.
#[derive(Default)]
pub struct Routes {
    router: Router<AppState>,
    recorded: Vec<Recorded>,
}

impl Routes {
    /// A route for anybody.
    #[must_use]
    pub fn public(self, path: &'static str, handler: MethodRouter<AppState>) -> Self {
        self.add(path, Access::Public, handler)
    }

    /// A route for people who are signed in, in whatever role.
    #[must_use]
    pub fn private(self, path: &'static str, handler: MethodRouter<AppState>) -> Self {
        // Not `route_layer`: that would leave the answer 405, and with it what exists, to strangers.
        self.add(path, Access::Private, handler.layer(middleware::from_fn(known)))
    }

    fn add(mut self, path: &'static str, access: Access, handler: MethodRouter<AppState>) -> Self {
        self.recorded.push(Recorded { path, access });
        Self {
            router: self.router.route(path, handler),
            recorded: self.recorded,
        }
    }

    /// What was added, in order.
    pub fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }

    /// The finished router, with its layers.
    pub fn finish(self, state: AppState) -> Router {
        let router = self
            .router
            .fallback(nowhere)
            .method_not_allowed_fallback(wrong_method);
        layers::wrap(router, &state).with_state(state)
    }
}

/// Every route of the program.
pub fn routes() -> Routes {
    let routes = [
        plain::routes,
        health::routes,
        metrics::routes,
        avatar::routes,
        rest::routes,
        openapi::routes,
        sockets_of,
    ]
    .into_iter()
    .fold(Routes::default(), |routes, add| add(routes));
    let routes = app::pages().into_iter().fold(routes, add_page);
    server_functions(routes)
}

/// A page. Some share their path with a socket.
fn add_page(routes: Routes, page: page::Route) -> Routes {
    let handler: MethodRouter<AppState> = match page.path {
        "/echo" => page
            .handler
            .with_state(())
            .layer(middleware::from_fn(echo_or_page)),
        _ => page.handler.with_state(()),
    };
    match page.access {
        page::Access::Public => routes.public(page.path, handler),
        // Its own guard answers with a page that asks to sign in, rather than with a line.
        page::Access::Private => routes.add(page.path, Access::Private, handler),
    }
}

fn server_functions(routes: Routes) -> Routes {
    server_fn::axum::server_fn_paths().fold(routes, |routes, (path, method)| {
        debug_assert_eq!(
            method,
            Method::POST,
            "{path}: what a server function changes is changed by POST"
        );
        routes.add(path, Access::Function, post(functions::handle))
    })
}

/// Sockets that have a path of their own.
fn sockets_of(routes: Routes) -> Routes {
    let chat =
        async |State(backend): State<Arc<Backend>>,
               Extension(caller): Extension<Caller>,
               upgrade: Upgrade| { sockets::chat::open(backend, caller, upgrade).await };
    let live =
        async |State(backend): State<Arc<Backend>>,
               Extension(caller): Extension<Caller>,
               upgrade: Upgrade| { sockets::live::open(backend, caller, upgrade).await };
    routes
        .public("/ws", get(chat))
        .public("/connection/websocket", get(live))
}

/// At `/echo`, a browser's visit gets the page, and an upgrade the socket.
async fn echo_or_page(Extension(site): Extension<Arc<Site>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let upgrade = match <Option<Upgrade> as FromRequestParts<()>>::from_request_parts(&mut parts, &()).await {
        Ok(Some(upgrade)) => upgrade,
        Ok(None) => return next.run(Request::from_parts(parts, body)).await,
        Err(refused) => return refused.into_response(),
    };
    let Some(caller) = parts.extensions.get::<Caller>() else {
        return error::ApiError::from(Error::Unauthorized).into_response();
    };
    sockets::echo::open(&site.backend, caller, upgrade)
        .await
        .map_err(error::PlainError::from)
        .into_response()
}

async fn known(request: Request, next: Next) -> Response {
    match request.extensions().get::<Caller>().map(Caller::person) {
        Some(Ok(_person)) => next.run(request).await,
        _ => error::ApiError::from(Error::Unauthorized).into_response(),
    }
}

/// A path that no route has: a file of the site, or nothing.
async fn nowhere(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Some(file) = assets::serve(&state.assets, &parts) {
        return file;
    }
    match error::Form::of(&parts) {
        error::Form::Page => page::not_found(Request::from_parts(parts, body)).await,
        form => error::in_form(form, StatusCode::NOT_FOUND, "Not found"),
    }
}

/// The path is there, the method is not. Axum adds `Allow`.
async fn wrong_method(request: Request) -> Response {
    let (parts, _body) = request.into_parts();
    error::refuse(
        &parts,
        StatusCode::METHOD_NOT_ALLOWED,
        "This address does not take such a request",
    )
}
