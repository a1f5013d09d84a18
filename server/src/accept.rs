//! The server's own accept loop, because `axum::serve` has no time-out for half-sent headers and no caps.
//!
//! Invariants:
//! - An error of `accept` (no file descriptors left, say) is logged and waited out; the loop ends only when told to.
//! - A connection that has not sent a whole request head within [`Limits::head`] of its first byte is dropped, one
//!   that has nothing to say for [`Limits::idle`] is ended: a peer cannot hold a slot for nothing. Of HTTP/2 only the
//!   first head is timed, since what comes later need be none; the idle time bounds the others.
//! - Every connection, upgraded to a socket or not, holds a [`Pass`] of the [`Gate`] until its stream is gone;
//!   so caps count sockets too, and the end of the last one can be waited for.
//!
//! Deliberately absent: TLS. A proxy in front of us ends it (`--trust-proxy`).

mod gate;
mod pulse;
mod stream;

use std::{
    future::Future, net::SocketAddr, panic::AssertUnwindSafe, pin::pin, sync::Arc, task::Poll, time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use futures::FutureExt as _;
use http::StatusCode;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};
use tower::Service as _;
use tracing::{debug, warn};

pub use gate::Gate;
use gate::Pass;
use pulse::{Beating, Pulse};
pub use stream::Stream;

/// The most bytes a request head may have (431 above). Ours stay under 2 KiB; cookies of other programs on the same
/// host name, and a long `Referer`, ask for room.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;

/// The most streams of one HTTP/2 connection at once: a browser's own limit.
const MAX_STREAMS: u32 = 100;

/// How long to wait after `accept` failed for want of file descriptors or memory: others must end first.
const BACK_OFF: Duration = Duration::from_millis(100);

/// What a connection may take. Constants with their reasons in [`Limits::default`].
#[derive(Clone, Debug)]
pub struct Limits {
    /// The time for a whole request head, from its first byte; and for the first byte of a new connection.
    pub head: Duration,
    /// The time a connection may be kept alive without a request.
    pub idle: Duration,
    /// The most connections at once, sockets included.
    pub connections: usize,
    /// The most connections at once from one address (IPv6: one /64); not for loopback or trusted proxies.
    pub per_address: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A head is one packet or two; ten seconds allow for any line that works at all.
            head: Duration::from_secs(10),
            // Longer than what proxies keep (nginx 60 s, Caddy 120 s), so that they end first and no request meets
            // a connection that is just being closed.
            idle: Duration::from_secs(150),
            // Each costs a file descriptor and some kilobytes.
            connections: 20_000,
            // An office behind one address: a hundred people with a few tabs each.
            per_address: 512,
        }
    }
}

/// The socket's two ends, an extension of every request. Which address the *client* has is [`crate::http::peer`]'s.
#[derive(Clone, Copy, Debug)]
pub struct Remote(pub SocketAddr);

/// Accepts until `shutdown`, then lets connections finish what is under way, sockets included, for at most `drain`.
/// Returns how many were left.
pub async fn accept(
    listener: TcpListener,
    gate: &Gate,
    router: Router,
    shutdown: impl Future<Output = ()>,
    drain: Duration,
) -> usize {
    let (end, ended) = watch::channel(false);
    let server = Arc::new(Connections {
        http: builder(),
        gate: gate.clone(),
        router,
        ended,
    });
    let mut shutdown = pin!(shutdown.fuse());
    loop {
        let accepted = futures::select_biased! {
            () = shutdown => break,
            accepted = listener.accept().fuse() => accepted,
        };
        match accepted {
            Ok((stream, from)) => Arc::clone(&server).admit(stream, from),
            Err(error) if is_of_one_connection(&error) => debug!(error = %error, "a connection ended early"),
            Err(error) => {
                warn!(error = %error, "cannot accept; waiting for others to end");
                sleep(BACK_OFF).await;
            }
        }
    }
    drop(listener);
    end.send_replace(true);
    match timeout(drain, gate.empty()).await {
        Ok(()) => 0,
        Err(_elapsed) => gate.connections(),
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    // The head's time is kept by `Pulse`: hyper's own clock would count the idle time before a head as well.
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(MAX_HEAD_BYTES);
    http.http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS)
        // A peer that went without a word is found out; HTTP/1 connections end by the idle time.
        .keep_alive_interval(Duration::from_secs(25))
        .keep_alive_timeout(Duration::from_secs(10));
    http
}

/// Errors that concern the one connection that was being accepted; the next may be fine at once.
fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionRefused | ConnectionAborted | ConnectionReset | Interrupted
    )
}

/// What all connections share.
struct Connections {
    http: Builder<TokioExecutor>,
    gate: Gate,
    router: Router,
    ended: watch::Receiver<bool>,
}

impl Connections {
    fn admit(self: Arc<Self>, stream: TcpStream, from: SocketAddr) {
        let Some(pass) = self.gate.enter(from.ip()) else {
            turn_away(&stream);
            return;
        };
        // What we write is whole messages; waiting to fill a packet only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(error = %error, "no TCP_NODELAY");
        }
        tokio::spawn(self.serve(stream, from, pass));
    }

    async fn serve(self: Arc<Self>, stream: TcpStream, from: SocketAddr, pass: Pass) {
        let limits = self.gate.limits();
        let pulse = Arc::new(Pulse::new(limits.head, limits.idle));
        let io = TokioIo::new(Stream::new(stream, pass, Arc::clone(&pulse)));
        let router = self.router.clone();
        let answer = {
            let pulse = Arc::clone(&pulse);
            hyper::service::service_fn(move |request| answer(router.clone(), request, from, &pulse))
        };
        let mut connection = pin!(self.http.serve_connection_with_upgrades(io, answer));
        let mut ended = self.ended.clone();
        let mut told = pin!(async move { ended.wait_for(|ended| *ended).await.is_ok() }.fuse());
        let mut clock = pin!(sleep_until(pulse.deadline()));
        let mut ending = false;
        let result = std::future::poll_fn(|cx| {
            if let Poll::Ready(result) = connection.as_mut().poll(cx) {
                return Poll::Ready(result);
            }
            if !ending && told.poll_unpin(cx).is_ready() {
                ending = true;
                if pulse.awaits_head() {
                    return Poll::Ready(Ok(()));
                }
                connection.as_mut().graceful_shutdown();
                if let Poll::Ready(result) = connection.as_mut().poll(cx) {
                    return Poll::Ready(result);
                }
            }
            // Moved only when it must ring earlier: what moves later is seen when it rings.
            let deadline = pulse.deadline();
            if deadline < clock.deadline() {
                clock.as_mut().reset(deadline);
            }
            while clock.as_mut().poll(cx).is_ready() {
                let deadline = pulse.deadline();
                if deadline <= Instant::now() {
                    if ending || !pulse.rests() {
                        return Poll::Ready(Ok(()));
                    }
                    ending = true;
                    connection.as_mut().graceful_shutdown();
                    if let Poll::Ready(result) = connection.as_mut().poll(cx) {
                        return Poll::Ready(result);
                    }
                }
                clock.as_mut().reset(pulse.deadline());
            }
            Poll::Pending
        })
        .await;
        pulse.close();
        if let Err(error) = result {
            debug!(error = %error, client.address = %from, "connection failed");
        }
    }
}

/// Hands one request to the router. The connection counts as busy until the answer's last byte is given to hyper.
fn answer(
    mut router: Router,
    request: Request<Incoming>,
    from: SocketAddr,
    pulse: &Arc<Pulse>,
) -> impl Future<Output = Result<Response<Beating>, std::convert::Infallible>> + use<> {
    let pulse = Arc::clone(pulse);
    let beat = Pulse::begin(&pulse, request.version());
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Remote(from));
    async move {
        // The last resort: the router's own layer turns a handler's panic into a page.
        let response = match AssertUnwindSafe(router.call(request)).catch_unwind().await {
            Ok(response) => response?,
            Err(_panic) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side\n",
            )
                .into_response(),
        };
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            pulse.upgrade();
        }
        Ok(response.map(|body| Beating::new(body, beat)))
    }
}

/// Over a cap: says so if the socket takes it at once, and closes. Nothing waits for such a peer.
fn turn_away(stream: &TcpStream) {
    const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\
        content-type: text/plain; charset=utf-8\r\ncontent-length: 21\r\n\r\nToo many connections\n";
    if let Err(error) = stream.try_write(FULL) {
        debug!(error = %error, "turned away without a word");
    }
}
