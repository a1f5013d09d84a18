//! A TCP stream that reports what it receives, and holds its connection's pass until it is gone.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    net::TcpStream,
    time::timeout,
};

use super::{gate::Pass, pulse::Pulse};

/// How long what a peer still sends is read after our last answer, so that a reset does not overtake the answer.
const LINGER: Duration = Duration::from_secs(1);

/// The most that is read so.
const LINGER_BYTES: u64 = 8 * 1024 * 1024;

/// What is under every connection and, once upgraded, under every socket.
#[derive(Debug)]
pub struct Stream {
    /// Taken only when dropped.
    tcp: Option<TcpStream>,
    pass: Option<Pass>,
    pulse: Arc<Pulse>,
    /// The peer has closed its side.
    ended: bool,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, pass: Pass, pulse: Arc<Pulse>) -> Self {
        Self {
            tcp: Some(tcp),
            pass: Some(pass),
            pulse,
            ended: false,
        }
    }

    fn tcp(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.tcp
            .as_mut()
            .map(Pin::new)
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let (Some(tcp), pass) = (self.tcp.take(), self.pass.take()) else {
            return;
        };
        if self.ended || !self.pulse.lingers() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // However it ends, the peer had its chance to read our answer.
                let _result = timeout(LINGER, linger(tcp)).await;
                drop(pass);
            });
        }
    }
}

async fn linger(mut tcp: TcpStream) -> io::Result<u64> {
    tcp.shutdown().await?;
    tokio::io::copy(&mut tcp.take(LINGER_BYTES), &mut tokio::io::sink()).await
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (before, room) = (buf.filled().len(), buf.remaining() > 0);
        let result = self.tcp()?.poll_read(cx, buf);
        if let Poll::Ready(Ok(())) = &result {
            if buf.filled().len() > before {
                self.pulse.received();
            } else if room {
                self.ended = true;
            }
        }
        result
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = self.tcp()?.poll_write(cx, buf);
        self.pulse.wrote(result.is_ready());
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = self.tcp()?.poll_write_vectored(cx, slices);
        self.pulse.wrote(result.is_ready());
        result
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp()?.poll_shutdown(cx)
    }
}
