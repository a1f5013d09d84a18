//! One end of a WebSocket, as cheap as can be: it knows where frames end and nothing of what is in them.

use anyhow::{bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::Target;

/// The scratch pad that the live socket is measured with.
const CHANNEL: &str = "echo:bench";

/// How a message is sent, and how it comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The object itself.
    Plain,
    /// The Centrifuge protocol.
    Live,
}

/// An open socket.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    pub(crate) protocol: Protocol,
}

impl Peer {
    /// Opens a socket; on the live one, follows the scratch pad.
    pub(crate) async fn open(target: &Target) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(&target.host).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            target.path, target.host
        );
        stream.write_all(request.as_bytes()).await?;
        let answer = read_head(&mut stream).await?;
        ensure!(answer.starts_with("HTTP/1.1 101"), "{}: {answer}", target.name);
        let protocol = if target.path.ends_with("/connection/websocket") {
            Protocol::Live
        } else {
            Protocol::Plain
        };
        let mut peer = Self { stream, protocol };
        if protocol == Protocol::Live {
            peer.ask(r#"{"id":1,"connect":{}}"#).await?;
            peer.ask(&format!(r#"{{"id":2,"subscribe":{{"channel":"{CHANNEL}"}}}}"#))
                .await?;
        }
        Ok(peer)
    }

    /// Sends a command and reads one frame.
    async fn ask(&mut self, command: &str) -> anyhow::Result<()> {
        self.stream.write_all(&frame(command)).await?;
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).await?;
        let len = match head[1] {
            126 => usize::from(self.stream.read_u16().await?),
            127 => bail!("a very long answer"),
            len => len.into(),
        };
        let mut answer = vec![0; len];
        self.stream.read_exact(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        ensure!(!answer.contains("\"error\""), "{answer}");
        Ok(())
    }
}

async fn read_head(stream: &mut TcpStream) -> anyhow::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// A message of `bytes` bytes, in the frame that a client sends.
pub(crate) fn message(protocol: Protocol, bytes: usize) -> Vec<u8> {
    let empty = r#"{"email":"a@example.org","username":"ada","message":""}"#;
    let text = "x".repeat(bytes.saturating_sub(empty.len()));
    let object = format!(r#"{{"email":"a@example.org","username":"ada","message":"{text}"}}"#);
    match protocol {
        Protocol::Plain => frame(&object),
        Protocol::Live => frame(&format!(
            r#"{{"id":3,"publish":{{"channel":"{CHANNEL}","data":{object}}}}}"#
        )),
    }
}

/// Masked with zeros, which is a mask like any other.
fn frame(text: &str) -> Vec<u8> {
    let mut out = vec![0x81];
    match u16::try_from(text.len()) {
        Ok(len @ 0..126) => out.push(0x80 | len.to_be_bytes()[1]),
        Ok(len) => {
            out.push(0x80 | 126);
            out.extend(len.to_be_bytes());
        }
        Err(_) => {
            out.push(0x80 | 127);
            out.extend((text.len() as u64).to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend(text.as_bytes());
    out
}

/// What answers a ping: a pong frame, or the protocol's empty command.
pub(crate) fn pong(protocol: Protocol) -> Vec<u8> {
    match protocol {
        Protocol::Plain => vec![0x8A, 0x80, 0, 0, 0, 0],
        Protocol::Live => frame("{}"),
    }
}

/// What a frame is, as far as a benchmark cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A message that was sent to all.
    Delivery,
    Ping,
    /// An answer to this socket alone.
    Other,
}

/// Finds frames in a stream of bytes. Keeps the few bytes that a read ends with in the middle of a header.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    head: Vec<u8>,
    /// Bytes of the payload still to come.
    left: usize,
}

/// Enough to tell a push from a reply: a header of at most 10 bytes, and `{"p`.
const PEEK: usize = 13;

impl Frames {
    /// Calls `see` for each frame that begins in `bytes`.
    pub(crate) fn read(&mut self, mut bytes: &[u8], protocol: Protocol, mut see: impl FnMut(Seen)) {
        loop {
            let skip = self.left.min(bytes.len());
            self.left -= skip;
            bytes = &bytes[skip..];
            if bytes.is_empty() {
                return;
            }
            if self.head.is_empty()
                && let Some((seen, len)) = look(bytes, protocol)
            {
                see(seen);
                self.left = len;
                continue;
            }
            // The header is cut: look again with one byte more.
            self.head.push(bytes[0]);
            bytes = &bytes[1..];
            if let Some((seen, len)) = look(&self.head, protocol) {
                see(seen);
                self.left = len - self.head.len();
                self.head.clear();
            }
        }
    }
}

/// What the frame at the start of `bytes` is, and how long it is with its header; `None` when that cannot be told yet.
fn look(bytes: &[u8], protocol: Protocol) -> Option<(Seen, usize)> {
    let second = *bytes.get(1)?;
    let (payload, len) = match second {
        126 => (
            4,
            usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?])),
        ),
        127 => (
            10,
            usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?,
        ),
        len => (2, usize::from(len)),
    };
    let seen = match (bytes[0] & 0x0F, protocol) {
        (0x9, _) => Seen::Ping,
        (0x1, Protocol::Plain) => Seen::Delivery,
        (0x1, Protocol::Live) if len == 2 => Seen::Ping,
        (0x1, Protocol::Live) => match bytes.get(payload..PEEK.min(payload + 3))? {
            b"{\"p" => Seen::Delivery,
            _ => Seen::Other,
        },
        _ => Seen::Other,
    };
    Some((seen, payload + len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server_frame(text: &str) -> Vec<u8> {
        let mut frame = frame(text);
        let payload = frame.split_off(frame.len() - text.len());
        frame.truncate(frame.len() - 4);
        frame[1] &= 0x7F;
        [frame, payload].concat()
    }

    #[test]
    fn frames_are_found_however_the_stream_is_cut() {
        let push = format!(r#"{{"push":{{"x":"{}"}}}}"#, "x".repeat(200));
        let long = format!(r#"{{"push":"{}"}}"#, "x".repeat(70_000));
        let stream = ["{}", r#"{"id":3}"#, &push, &long, r#"{"push":{}}"#]
            .map(server_frame)
            .concat();
        for step in [1, 2, 3, 5, 100, 100_000] {
            let (mut frames, mut seen) = (Frames::default(), Vec::new());
            for piece in stream.chunks(step) {
                frames.read(piece, Protocol::Live, |frame| seen.push(frame));
            }
            let expected = [
                Seen::Ping,
                Seen::Other,
                Seen::Delivery,
                Seen::Delivery,
                Seen::Delivery,
            ];
            assert_eq!(seen, expected, "in pieces of {step}");
        }
    }
}
