//! A page: fetched by a plain async function, then rendered whole. No router of Leptos' and no streaming: axum routes,
//! and a page knows its status and its title before the first byte is sent.
//!
//! ```ignore
//! pub async fn page(request: RequestContext) -> Result<Page, backend::Error> {
//!     let rooms = request.backend.chat.rooms(&request.caller).await?;
//!     let words = words::<ChatWords>();
//!     Ok(Page::new(words.title, move || view! { <Rooms rooms/> }).under("/chat"))
//! }
//! ```
//!
//! An error becomes a page of its own: 401 asks to sign in, 404 and the rest say what happened and what to do.

use std::{future::Future, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use backend::Error;
use hydration_context::SsrSharedContext;
use leptos::{prelude::*, reactive::computed::ScopedFuture, tachys::view::any_view::AnyView};

use crate::{flash::Flash, shell, ssr::RequestContext};

/// How a page lies in the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// At a readable width, scrolling with the window.
    #[default]
    Page,
    /// Fills what the frame leaves and scrolls by itself (a chat room).
    Fill,
    /// In the middle of an empty frame (signing in).
    Narrow,
}

type Render = Box<dyn FnOnce() -> AnyView + Send>;

/// What a page function answers.
pub struct Page {
    pub(crate) title: String,
    pub(crate) under: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<u64>,
    pub(crate) layout: Layout,
    pub(crate) bar: Option<Render>,
    body: Render,
}

impl Page {
    /// A page with its one `h1` (in the top bar) and the content of its `main`.
    pub fn new<V: IntoView + 'static>(
        title: impl Into<String>,
        body: impl FnOnce() -> V + Send + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            under: "",
            status: StatusCode::OK,
            retry_after: None,
            layout: Layout::default(),
            bar: None,
            body: Box::new(move || body().into_any()),
        }
    }

    /// The place of the rail that it belongs to, by its root: `/chat`.
    #[must_use]
    pub fn under(mut self, root: &'static str) -> Self {
        self.under = root;
        self
    }

    /// Another layout.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// Another status than 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// In how many seconds it is worth to come again.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: Option<u64>) -> Self {
        self.retry_after = seconds;
        self
    }

    /// What stands beside the title in the top bar: who is here, a tab. It is swapped with the page.
    #[must_use]
    pub fn bar<V: IntoView + 'static>(mut self, bar: impl FnOnce() -> V + Send + 'static) -> Self {
        self.bar = Some(Box::new(move || bar().into_any()));
        self
    }
}

/// Whom a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; the page function says what they see.
    Public,
    /// A stranger gets 401 and a page that asks to sign in, before the page function runs.
    Private,
}

/// A page with its path in axum's syntax: what the server adds to its router.
pub struct Route {
    /// `/chat/{room}`
    pub path: &'static str,
    /// Whom it is for.
    pub access: Access,
    /// Answers GET and HEAD.
    pub handler: MethodRouter,
}

impl Route {
    /// A page for anybody.
    pub fn public<F>(path: &'static str, page: fn(RequestContext) -> F) -> Self
    where
        F: Future<Output = Result<Page, Error>> + Send + 'static,
    {
        Self {
            path,
            access: Access::Public,
            handler: get(move |request: Request| answer(request, page)),
        }
    }

    /// A page for people who are signed in.
    pub fn private<F>(path: &'static str, page: fn(RequestContext) -> F) -> Self
    where
        F: Future<Output = Result<Page, Error>> + Send + 'static,
    {
        let guarded = move |context: RequestContext| async move {
            context.caller.person()?;
            page(context).await
        };
        Self {
            path,
            access: Access::Private,
            handler: get(move |request: Request| answer(request, guarded)),
        }
    }
}

/// The page for a path where there is none: the router's fallback.
pub async fn not_found(request: Request) -> Response {
    answer(request, |_| async { Err(Error::NotFound) }).await
}

/// The page for a failure outside of any page function: a panic, a body too large.
pub fn failed(context: RequestContext, status: StatusCode) -> Response {
    in_context(&context, || {
        render(&context, crate::error::page_of_status(status))
    })
}

async fn answer<F>(request: Request, page: impl FnOnce(RequestContext) -> F) -> Response
where
    F: Future<Output = Result<Page, Error>>,
{
    let (parts, _) = request.into_parts();
    let Some(context) = RequestContext::of(&parts) else {
        return (
            StatusCode::INTERNAL_SERVER_ERROR,
            "The request came without its context.",
        )
            .into_response();
    };
    let owner = owner(&context);
    let work = owner.with(|| {
        let context = context.clone();
        ScopedFuture::new(async move {
            let page = page(context.clone())
                .await
                .unwrap_or_else(|error| crate::error::page(&context, error));
            render(&context, page)
        })
    });
    let response = work.await;
    owner.unset_with_forced_cleanup();
    response
}

/// Runs `render` with the context in place, for what is no page function.
fn in_context(context: &RequestContext, render: impl FnOnce() -> Response) -> Response {
    let owner = owner(context);
    let response = owner.with(render);
    owner.unset_with_forced_cleanup();
    response
}

fn owner(context: &RequestContext) -> Owner {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    owner.with(|| provide_context(context.clone()));
    owner
}

fn render(context: &RequestContext, mut page: Page) -> Response {
    let body = std::mem::replace(&mut page.body, Box::new(|| ().into_any()));
    let main = body().to_html();
    let (status, retry_after) = (page.status, page.retry_after);
    let html = shell::document(context, page, main);
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.append(header::VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if context.flash.is_some() {
        headers.append(header::SET_COOKIE, Flash::clear(context.seen.tls));
    }
    response
}
