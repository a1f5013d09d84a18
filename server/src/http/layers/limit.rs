//! A body that is too long is refused (413): at once when its length is told, else when it has come that far. One that
//! stops coming is given up (408), so that nobody holds a handler with half a body.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{StatusCode, header, request::Parts},
    middleware::Next,
    response::Response,
};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::http::error;

/// The most bytes of a request's body. The longest article with its Markdown is a tenth of it; uploads, when they come,
/// have a limit of their own.
pub const MAX_BODY_BYTES: u64 = 1024 * 1024;

/// How long a body may pause: a phone that changes its network takes some seconds.
const PAUSE: Duration = Duration::from_secs(30);

pub(super) async fn limit(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let told = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    if told.is_some_and(|told: u64| told > MAX_BODY_BYTES) {
        return Broken::TooLarge.answer(&parts);
    }
    let kept = parts.clone();
    let broken = Arc::new(AtomicU8::new(0));
    let body = Body::new(Limited::new(body, Arc::clone(&broken)));
    let response = next.run(Request::from_parts(parts, body)).await;
    // Whatever the handler made of a body that broke off.
    Broken::load(&broken).map_or(response, |broken| broken.answer(&kept))
}

/// Why a body broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Broken {
    #[error("the body is too large")]
    TooLarge = 1,
    #[error("the body stopped coming")]
    TooSlow = 2,
}

impl Broken {
    fn load(stored: &AtomicU8) -> Option<Self> {
        let stored = stored.load(Ordering::Relaxed);
        [Self::TooLarge, Self::TooSlow]
            .into_iter()
            .find(|broken| *broken as u8 == stored)
    }

    fn answer(self, parts: &Parts) -> Response {
        match self {
            Self::TooLarge => error::refuse(parts, StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::TooSlow => error::refuse(parts, StatusCode::REQUEST_TIMEOUT, "The body stopped coming"),
        }
    }
}

struct Limited {
    body: Body,
    left: u64,
    clock: Pin<Box<Sleep>>,
    broken: Arc<AtomicU8>,
}

impl Limited {
    fn new(body: Body, broken: Arc<AtomicU8>) -> Self {
        Self {
            body,
            left: MAX_BODY_BYTES,
            clock: Box::pin(sleep(PAUSE)),
            broken,
        }
    }

    fn break_off(&self, why: Broken) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.broken.store(why as u8, Ordering::Relaxed);
        Poll::Ready(Some(Err(axum::Error::new(why))))
    }
}

impl HttpBody for Limited {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Poll::Ready(polled) = Pin::new(&mut self.body).poll_frame(cx) else {
            ready!(self.clock.as_mut().poll(cx));
            return self.break_off(Broken::TooSlow);
        };
        self.clock.as_mut().reset(Instant::now() + PAUSE);
        let length = match &polled {
            Some(Ok(frame)) => frame.data_ref().map_or(0, |data| data.len() as u64),
            _ => 0,
        };
        let Some(left) = self.left.checked_sub(length) else {
            return self.break_off(Broken::TooLarge);
        };
        self.left = left;
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt as _, stream};

    use super::*;

    async fn read(body: Body) -> (Result<Bytes, axum::Error>, Option<Broken>) {
        let broken = Arc::new(AtomicU8::new(0));
        let limited = Body::new(Limited::new(body, Arc::clone(&broken)));
        (
            axum::body::to_bytes(limited, usize::MAX).await,
            Broken::load(&broken),
        )
    }

    fn pieces(count: u64) -> impl futures::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
        let all = (0..count).map(|_| Ok(Bytes::from_static(&[0; 1024])));
        stream::iter(all.collect::<Vec<_>>())
    }

    #[tokio::test]
    async fn a_body_may_have_as_many_bytes_as_the_limit_and_not_one_more() {
        let (whole, broken) = read(Body::from_stream(pieces(1024))).await;
        assert_eq!((whole.unwrap().len(), broken), (1 << 20, None));
        let more = pieces(1024).chain(stream::once(async { Ok(Bytes::from_static(b"x")) }));
        let (whole, broken) = read(Body::from_stream(more)).await;
        assert!(whole.is_err());
        assert_eq!(broken, Some(Broken::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stops_coming_is_given_up_and_one_that_only_pauses_is_not() {
        let (whole, broken) = read(Body::from_stream(pieces(2).chain(stream::pending()))).await;
        assert!(whole.is_err());
        assert_eq!(broken, Some(Broken::TooSlow));
        let paced = pieces(4).then(async |piece| {
            sleep(PAUSE - Duration::from_secs(1)).await;
            piece
        });
        let (whole, broken) = read(Body::from_stream(Box::pin(paced))).await;
        assert_eq!((whole.unwrap().len(), broken), (4096, None));
    }
}
