//! One open socket: a single task reads it, and between two messages writes what is queued for it.
//!
//! Invariants:
//! - All that is queued is written with one flush, however many frames it is.
//! - While the peer does not take what was written, nothing more is taken from its queue, which then fills up and ends
//!   the connection; and nothing more is read from it either.
//! - A socket at rest holds no buffers: bytes pass through a scratch area that each thread has.

use std::{
    cell::RefCell,
    future::poll_fn,
    io, mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use backend::{
    echo::Visit,
    hub::{Connection, Disconnect},
};
use bytes::{Buf as _, BytesMut};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    time::{Instant, timeout, timeout_at},
};

use super::{
    counts::Open,
    frame::{self, CloseReason, Incoming, Message, Reader},
    heartbeat::{Due, Heartbeat},
};

/// Read at once at most; each thread has one such area. Large enough that bulk messages cost few calls.
const READ_BYTES: usize = 64 << 10;

/// Taken from the queue at once at most, and written with one call.
const WRITE_BYTES: usize = 64 << 10;

/// While more than this waits to be taken by the peer, nothing is read from it.
const UNTAKEN_BYTES: usize = 64 << 10;

/// How long a peer may take to accept the rest and the close frame, and then to answer it.
const CLOSE_TIME: Duration = Duration::from_secs(5);

/// All echo sockets together hold too much already.
const TRY_LATER: CloseReason = CloseReason {
    code: 1013,
    reason: "try again later",
};

thread_local! {
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
    static WRITE: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(2 * WRITE_BYTES));
}

/// Why there are no more messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The peer said goodbye, with this code.
    Closed(Option<u16>),
    /// The peer is gone without a word.
    Lost,
    /// This side closes.
    Close(CloseReason),
}

impl From<CloseReason> for End {
    fn from(why: CloseReason) -> Self {
        Self::Close(why)
    }
}

impl From<Disconnect> for CloseReason {
    fn from(why: Disconnect) -> Self {
        Self {
            code: why.code,
            reason: why.reason,
        }
    }
}

impl From<Disconnect> for End {
    fn from(why: Disconnect) -> Self {
        Self::Close(why.into())
    }
}

/// An open WebSocket with its connection to the hub.
#[derive(Debug)]
pub struct Socket {
    io: TokioIo<Upgraded>,
    connection: Connection,
    reader: Reader,
    /// Read but not yet parsed, from `rest_at` on.
    rest: Vec<u8>,
    rest_at: usize,
    /// To be written before anything queued.
    out: BytesMut,
    /// The line is full: once it takes more, the peer has taken some. Before, it is only this machine that has.
    full: bool,
    heartbeat: Heartbeat,
    ping: &'static [u8],
    /// What bounds the memory that its messages take, if their size alone does not.
    visit: Option<Visit>,
    _open: Open,
}

impl Socket {
    pub(super) fn new(io: TokioIo<Upgraded>, connection: Connection, most: usize, open: Open) -> Self {
        Self {
            io,
            connection,
            reader: Reader::new(most),
            rest: Vec::new(),
            rest_at: 0,
            out: BytesMut::new(),
            full: false,
            heartbeat: Heartbeat::new(),
            ping: frame::PING_FRAME,
            visit: None,
            _open: open,
        }
    }

    /// Its connection to the hub.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Its connection to the hub, to follow topics.
    pub fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Takes another connection, once it is known who this is. What the former followed ends.
    pub fn identify(&mut self, connection: Connection) {
        self.connection = connection;
    }

    /// Pings with a message of the protocol's own (a whole frame) instead of a ping frame; whoever reads it calls
    /// [`Socket::pong`].
    pub fn ping_with(&mut self, frame: &'static [u8]) {
        self.ping = frame;
    }

    /// Notes the protocol's own answer to a ping; false when no ping awaited one.
    pub fn pong(&mut self) -> bool {
        self.heartbeat.pong()
    }

    /// Bounds the memory of its messages: over it, the socket is closed with 1013.
    pub fn bound_by(&mut self, visit: Visit) {
        self.visit = Some(visit);
    }

    /// Puts a message before what is queued. It is written while the next is waited for.
    pub fn feed(&mut self, message: &Message) {
        frame::put_message(&mut self.out, message);
    }

    /// The next message. Meanwhile what is queued is written, and pings are sent and answered. May be dropped and called
    /// again without losing anything.
    pub async fn next(&mut self) -> Result<Message, End> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The next message, or `None` when it has not come by then.
    pub async fn next_until(&mut self, deadline: Instant) -> Result<Option<Message>, End> {
        match timeout_at(deadline, self.next()).await {
            Ok(next) => next.map(Some),
            Err(_) => Ok(None),
        }
    }

    /// When much is queued, waits until the peer has taken it: what follows may be as large again.
    pub async fn relieve(&mut self) -> Result<(), End> {
        if self.connection.queued_bytes() < UNTAKEN_BYTES {
            return Ok(());
        }
        poll_fn(|cx| {
            self.poll_write(cx)?;
            self.poll_heartbeat(cx)?;
            if self.out.is_empty() {
                Poll::Ready(Ok(()))
            } else {
                Poll::Pending
            }
        })
        .await
    }

    /// Ends the socket in the way that `end` asks for. What it followed ends at once.
    pub async fn finish(self, end: End) {
        let Self {
            mut io,
            mut out,
            connection,
            ..
        } = self;
        drop(connection);
        let (code, reason) = match end {
            End::Lost => return,
            End::Closed(code) => (code, ""),
            End::Close(CloseReason { code, reason }) => (Some(code), reason),
        };
        frame::put_close(&mut out, code, reason);
        let goodbye = async {
            io.write_all(&out).await?;
            io.shutdown().await?;
            if !matches!(end, End::Closed(_)) {
                poll_fn(|cx| poll_end(&mut io, cx)).await?;
            }
            Ok::<_, io::Error>(())
        };
        // A peer that takes nothing is not waited for any longer.
        let _in_time = timeout(CLOSE_TIME, goodbye).await;
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, End>> {
        // What was read in one go is handled before anything is written, so that its answers share a flush.
        if let Some(message) = self.parse_rest()? {
            return Poll::Ready(Ok(message));
        }
        loop {
            self.poll_write(cx)?;
            self.poll_heartbeat(cx)?;
            self.weigh()?;
            if self.out.len() > UNTAKEN_BYTES {
                return Poll::Pending;
            }
            if let Some(message) = ready!(self.poll_read(cx))? {
                return Poll::Ready(Ok(message));
            }
        }
    }

    fn weigh(&mut self) -> Result<(), End> {
        let held = self.reader.held() + self.rest.len() + self.out.len();
        let room = self.visit.as_mut().is_none_or(|visit| visit.hold(held));
        if room { Ok(()) } else { Err(TRY_LATER.into()) }
    }

    /// Pings when it is time to, and fails when the last ping was not answered.
    fn poll_heartbeat(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        while let Poll::Ready(due) = self.heartbeat.poll(cx) {
            if due == Due::GiveUp {
                return Err(Disconnect::NO_PONG.into());
            }
            self.out.extend_from_slice(self.ping);
            self.poll_write(cx)?;
        }
        Ok(())
    }

    /// Writes until nothing is left or the peer takes no more; in both cases the task is woken when there is more to do.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        loop {
            if !self.out.is_empty() {
                match write(&mut self.io, cx, &self.out) {
                    Poll::Ready(Ok(len)) => {
                        if mem::take(&mut self.full) {
                            self.heartbeat.moved();
                        }
                        if len == self.out.len() {
                            self.out = BytesMut::new();
                        } else {
                            self.out.advance(len);
                        }
                    }
                    Poll::Ready(Err(_)) => return Err(End::Lost),
                    // A peer that takes nothing is told to go once its queue is full, not only when a ping is due.
                    Poll::Pending => {
                        self.full = true;
                        return match self.connection.poll_gone(cx) {
                            Poll::Ready(why) => Err(End::from(why)),
                            Poll::Pending => Ok(()),
                        };
                    }
                }
                continue;
            }
            let drained = WRITE.with_borrow_mut(|scratch| {
                scratch.clear();
                match self.connection.poll_drain(cx, scratch, WRITE_BYTES) {
                    Poll::Pending => return Ok(false),
                    Poll::Ready(Err(why)) => return Err(End::from(why)),
                    Poll::Ready(Ok(())) => {}
                }
                match write(&mut self.io, cx, scratch) {
                    Poll::Ready(Ok(len)) => self.out.extend_from_slice(&scratch[len..]),
                    Poll::Ready(Err(_)) => return Err(End::Lost),
                    Poll::Pending => self.out.extend_from_slice(scratch),
                }
                Ok(true)
            })?;
            if !drained {
                return Ok(());
            }
        }
    }

    /// Reads once; a message if one ends there. What follows it is kept in `rest`.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Message>, End>> {
        READ.with_borrow_mut(|scratch| {
            let len = ready!(read(&mut self.io, cx, scratch)).map_err(|_| End::Lost)?;
            if len == 0 {
                return Poll::Ready(Err(End::Lost));
            }
            self.heartbeat.moved();
            let mut input = &scratch[..len];
            let message = self.parse(&mut input)?;
            self.rest.extend_from_slice(input);
            Poll::Ready(Ok(message))
        })
    }

    /// The next whole message of what was read before.
    fn parse_rest(&mut self) -> Result<Option<Message>, End> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let rest = mem::take(&mut self.rest);
        let mut input = &rest[self.rest_at..];
        let message = self.parse(&mut input)?;
        if !input.is_empty() {
            self.rest_at = rest.len() - input.len();
            self.rest = rest;
        } else {
            self.rest_at = 0;
        }
        Ok(message)
    }

    /// Reads on in `input` until a message is whole; control frames are seen to.
    fn parse(&mut self, input: &mut &[u8]) -> Result<Option<Message>, End> {
        while let Some(incoming) = self.reader.read(input)? {
            match incoming {
                Incoming::Message(message) => return Ok(Some(message)),
                Incoming::Ping(payload) => frame::put_pong(&mut self.out, &payload),
                Incoming::Pong => drop(self.heartbeat.pong()),
                Incoming::Close(code) => return Err(End::Closed(code)),
            }
        }
        Ok(None)
    }
}

/// Reads and drops what still comes, so that a reset does not overtake the close frame.
fn poll_end(io: &mut TokioIo<Upgraded>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
    READ.with_borrow_mut(|scratch| {
        loop {
            if ready!(read(io, cx, scratch))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    })
}

fn read(io: &mut TokioIo<Upgraded>, cx: &mut Context<'_>, scratch: &mut [u8]) -> Poll<io::Result<usize>> {
    let mut buf = ReadBuf::new(scratch);
    ready!(Pin::new(io).poll_read(cx, &mut buf))?;
    Poll::Ready(Ok(buf.filled().len()))
}

fn write(io: &mut TokioIo<Upgraded>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
    match ready!(Pin::new(io).poll_write(cx, bytes))? {
        0 => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
        len => Poll::Ready(Ok(len)),
    }
}
