//! A body over the limit is refused: at once when its length is told, else when it has come that far.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use crate::http::error;

/// The most bytes of a request's body. The longest article with its Markdown is a tenth of it; uploads, when they come,
/// have a limit of their own.
pub const MAX_BODY_BYTES: u64 = 1024 * 1024;

pub(super) async fn limit(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let told = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let too_large = |parts| error::refuse(parts, StatusCode::PAYLOAD_TOO_LARGE, "The body is too large");
    if told.is_some_and(|told: u64| told > MAX_BODY_BYTES) {
        return too_large(&parts);
    }
    let kept = parts.clone();
    let over = Arc::new(AtomicBool::new(false));
    let body = Body::new(Limited {
        body,
        left: MAX_BODY_BYTES,
        over: Arc::clone(&over),
    });
    let response = next.run(Request::from_parts(parts, body)).await;
    // Whatever the handler made of a body that broke off.
    if over.load(Ordering::Relaxed) {
        too_large(&kept)
    } else {
        response
    }
}

struct Limited {
    body: Body,
    left: u64,
    over: Arc<AtomicBool>,
}

#[derive(Debug, thiserror::Error)]
#[error("the body is too large")]
struct TooLarge;

impl HttpBody for Limited {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        let Poll::Ready(Some(Ok(frame))) = &polled else {
            return polled;
        };
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        let Some(left) = self.left.checked_sub(length) else {
            self.over.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(axum::Error::new(TooLarge))));
        };
        self.left = left;
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
