//! What a connection is doing, as its stream and its requests see it: waiting, receiving a head, or busy.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::Version,
};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use parking_lot::Mutex;
use tokio::time::Instant;

/// How long a peer may take nothing of an answer that waits for it.
const STALL: Duration = Duration::from_secs(60);

/// Shared by a connection's stream, its requests and the task that ends it.
#[derive(Debug)]
pub(super) struct Pulse {
    head: Duration,
    idle: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests whose answer is not yet wholly given to hyper.
    busy: usize,
    /// By when something must have happened, while nothing is busy.
    deadline: Instant,
    /// Bytes came since the last request: a head is on its way.
    receiving: bool,
    /// Bytes need be no head: HTTP/2 answers pings and moves windows as well, and keeps its own time for a peer that
    /// went without a word.
    http2: bool,
    /// Since when the peer has taken nothing of what is written to it.
    blocked: Option<Instant>,
    upgraded: bool,
    closed_by_us: bool,
}

impl Pulse {
    /// A new connection must say something at once: nobody connects for nothing but to hold a slot.
    pub(super) fn new(head: Duration, idle: Duration) -> Self {
        let deadline = Instant::now() + head;
        let state = State {
            busy: 0,
            deadline,
            receiving: true,
            http2: false,
            blocked: None,
            upgraded: false,
            closed_by_us: false,
        };
        Self {
            head,
            idle,
            state: Mutex::new(state),
        }
    }

    /// The stream read some bytes.
    pub(super) fn received(&self) {
        let mut state = self.state.lock();
        if state.busy == 0 && !state.receiving && !state.http2 && !state.upgraded {
            state.receiving = true;
            state.deadline = Instant::now() + self.head;
        }
    }

    /// A whole head came. The connection is busy until what this returns is dropped.
    pub(super) fn begin(this: &Arc<Self>, version: Version) -> Beat {
        let mut state = this.state.lock();
        state.busy += 1;
        state.http2 |= version == Version::HTTP_2;
        state.receiving = false;
        drop(state);
        Beat(Arc::clone(this))
    }

    /// Whether nothing is under way but, at most, a head: the connection may be dropped without loss.
    pub(super) fn awaits_head(&self) -> bool {
        let state = self.state.lock();
        state.busy == 0 && state.receiving
    }

    /// Whether the connection rests between two requests, and its peer takes what is written to it: it can be told that
    /// this is the end, which a request on its way would else not know. Gives it a moment to go.
    pub(super) fn rests(&self) -> bool {
        let mut state = self.state.lock();
        let rests = state.busy == 0 && !state.receiving && state.blocked.is_none();
        if rests {
            state.deadline = Instant::now() + self.head;
        }
        rests
    }

    /// When the connection is to be ended, if nothing happens before; a busy one is asked again later.
    pub(super) fn deadline(&self) -> Instant {
        let state = self.state.lock();
        match state.blocked {
            Some(since) => since + STALL,
            None if state.busy > 0 => Instant::now() + self.head,
            None => state.deadline,
        }
    }

    /// Whether the peer takes what is written to it.
    pub(super) fn wrote(&self, taken: bool) {
        let mut state = self.state.lock();
        if taken {
            state.blocked = None;
        } else if state.blocked.is_none() && !state.upgraded {
            state.blocked = Some(Instant::now());
        }
    }

    /// The connection is a socket now; its owner keeps its time.
    pub(super) fn upgrade(&self) {
        self.state.lock().upgraded = true;
    }

    /// The task that served the connection ends.
    pub(super) fn close(&self) {
        self.state.lock().closed_by_us = true;
    }

    /// Whether what the peer still sends must be read for a moment. Closing a socket with unread bytes resets it, and
    /// a reset may overtake our last answer (431, 413).
    pub(super) fn lingers(&self) -> bool {
        let state = self.state.lock();
        state.closed_by_us && !state.upgraded
    }
}

/// One request under way.
#[derive(Debug)]
pub(super) struct Beat(Arc<Pulse>);

impl Drop for Beat {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.busy -= 1;
        if state.busy == 0 {
            state.deadline = Instant::now() + self.0.idle;
        }
    }
}

/// An answer's body, which keeps its connection busy until it is sent or given up.
#[derive(Debug)]
pub(super) struct Beating {
    body: Body,
    _beat: Beat,
}

impl Beating {
    pub(super) fn new(body: Body, beat: Beat) -> Self {
        Self { body, _beat: beat }
    }
}

impl HttpBody for Beating {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
