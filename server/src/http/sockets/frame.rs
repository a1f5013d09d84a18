//! WebSocket frames (RFC 6455, section 5), without extensions.
//!
//! What the server sends is never masked, so one framed message serves every reader. What it reads is parsed as it comes:
//! [`Reader`] keeps the unmasked payload only, so a socket at rest holds no buffer.

use bytes::{BufMut, Bytes, BytesMut};

const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

/// The longest payload of a control frame.
const MAX_CONTROL_BYTES: usize = 125;

/// Memory set aside for a message on the word of its header alone; more only as its bytes come.
const TRUSTED_BYTES: usize = 64 << 10;

/// A whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

/// What a reader finds in the bytes it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    Message(Message),
    Ping(Vec<u8>),
    Pong,
    /// The peer closes, with this code if it gave one.
    Close(Option<u16>),
}

/// Why a socket is closed by this side: the close code and, for a person, the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseReason {
    /// The WebSocket close code.
    pub code: u16,
    /// Fewer than 124 bytes.
    pub reason: &'static str,
}

impl CloseReason {
    /// The conversation is over.
    pub const NORMAL: Self = Self {
        code: 1000,
        reason: "",
    };
    const PROTOCOL: Self = Self {
        code: 1002,
        reason: "protocol error",
    };
    const NOT_UTF8: Self = Self {
        code: 1007,
        reason: "text is not UTF-8",
    };
    const TOO_BIG: Self = Self {
        code: 1009,
        reason: "message too big",
    };
}

/// A text message in one frame.
pub fn text(payload: &str) -> Bytes {
    frame(TEXT, payload.as_bytes())
}

/// A binary message in one frame.
pub fn binary(payload: &[u8]) -> Bytes {
    frame(BINARY, payload)
}

/// A ping without payload.
pub(super) const PING_FRAME: &[u8] = &[0x80 | PING, 0];

fn frame(opcode: u8, payload: &[u8]) -> Bytes {
    // To size, so that a frame kept by many holds no spare memory.
    let mut out = Vec::with_capacity(payload.len() + header_len(payload.len()));
    put(&mut out, opcode, payload);
    out.into()
}

/// Appends a message in one frame.
pub(super) fn put_message(out: &mut BytesMut, message: &Message) {
    match message {
        Message::Text(text) => put_reserved(out, TEXT, text.as_bytes()),
        Message::Binary(bytes) => put_reserved(out, BINARY, bytes),
    }
}

fn put_reserved(out: &mut BytesMut, opcode: u8, payload: &[u8]) {
    out.reserve(payload.len() + header_len(payload.len()));
    put(out, opcode, payload);
}

/// Appends the answer to a ping.
pub(super) fn put_pong(out: &mut BytesMut, payload: &[u8]) {
    put(out, PONG, payload);
}

/// Appends a close frame; without a code, an empty one.
pub(super) fn put_close(out: &mut impl BufMut, code: Option<u16>, reason: &str) {
    let mut payload = Vec::with_capacity(2 + reason.len());
    if let Some(code) = code {
        payload.put_u16(code);
        payload.extend_from_slice(reason.as_bytes());
    }
    put(out, CLOSE, &payload);
}

fn header_len(payload: usize) -> usize {
    match payload {
        0..126 => 2,
        126..65_536 => 4,
        _ => 10,
    }
}

fn put(out: &mut impl BufMut, opcode: u8, payload: &[u8]) {
    out.put_u8(0x80 | opcode);
    match u16::try_from(payload.len()) {
        Ok(len @ 0..126) => out.put_u8(len.to_be_bytes()[1]),
        Ok(len) => {
            out.put_u8(126);
            out.put_u16(len);
        }
        Err(_) => {
            out.put_u8(127);
            out.put_u64(payload.len() as u64);
        }
    }
    out.put_slice(payload);
}

/// Takes a client's bytes apart.
#[derive(Debug)]
pub(super) struct Reader {
    /// The longest message taken.
    most: usize,
    /// The bytes of a header so far.
    header: [u8; 14],
    header_len: u8,
    /// The frame whose payload is coming.
    frame: Option<Frame>,
    /// The message so far, over its frames; its first frame says whether it is text.
    message: Option<Partial>,
    control: Vec<u8>,
}

#[derive(Debug)]
struct Frame {
    fin: bool,
    opcode: u8,
    left: usize,
    mask: [u8; 4],
}

#[derive(Debug)]
struct Partial {
    text: bool,
    bytes: Vec<u8>,
    /// How far the text has been found to be UTF-8.
    checked: usize,
}

impl Reader {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            header: [0; 14],
            header_len: 0,
            frame: None,
            message: None,
            control: Vec::new(),
        }
    }

    /// The bytes of the message that is still coming.
    pub(super) fn held(&self) -> usize {
        self.message.as_ref().map_or(0, |message| message.bytes.len())
    }

    /// Reads on in `input`, which is moved past what was read: up to the end of one message or control frame, or to the
    /// end of the input.
    pub(super) fn read(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, CloseReason> {
        loop {
            if self.frame.is_none() && !self.read_header(input)? {
                return Ok(None);
            }
            if !self.read_payload(input)? {
                return Ok(None);
            }
            if let Some(incoming) = self.end_frame()? {
                return Ok(Some(incoming));
            }
        }
    }

    /// True once the whole header is there.
    fn read_header(&mut self, input: &mut &[u8]) -> Result<bool, CloseReason> {
        loop {
            let have = usize::from(self.header_len);
            let need = header_need(&self.header[..have]);
            if have == need {
                break;
            }
            let take = input.len().min(need - have);
            if take == 0 {
                return Ok(false);
            }
            let (now, later) = input.split_at(take);
            self.header[have..have + take].copy_from_slice(now);
            self.header_len += u8::try_from(take).unwrap_or(u8::MAX);
            *input = later;
        }
        let frame = parse_header(&self.header[..usize::from(self.header_len)])?;
        self.header_len = 0;
        self.admit(&frame)?;
        self.frame = Some(frame);
        Ok(true)
    }

    /// Whether the frame may come now, and is not too long.
    fn admit(&mut self, frame: &Frame) -> Result<(), CloseReason> {
        if frame.is_control() {
            let sound = frame.fin && frame.left <= MAX_CONTROL_BYTES;
            return if sound { Ok(()) } else { Err(CloseReason::PROTOCOL) };
        }
        if (frame.opcode == CONTINUATION) != self.message.is_some() {
            return Err(CloseReason::PROTOCOL);
        }
        let most = self.most;
        let message = self.message.get_or_insert_with(|| Partial {
            text: frame.opcode == TEXT,
            bytes: Vec::new(),
            checked: 0,
        });
        if frame.left > most - message.bytes.len() {
            return Err(CloseReason::TOO_BIG);
        }
        message.bytes.reserve_exact(frame.left.min(TRUSTED_BYTES));
        Ok(())
    }

    /// True once the frame's whole payload is there.
    fn read_payload(&mut self, input: &mut &[u8]) -> Result<bool, CloseReason> {
        let Some(frame) = &mut self.frame else {
            return Ok(false);
        };
        let (now, later) = input.split_at(input.len().min(frame.left));
        *input = later;
        frame.left -= now.len();
        let is_control = frame.is_control();
        let bytes = match &mut self.message {
            Some(message) if !is_control => &mut message.bytes,
            _ => &mut self.control,
        };
        let start = bytes.len();
        bytes.extend_from_slice(now);
        unmask(&mut bytes[start..], frame.mask);
        frame.mask.rotate_left(now.len() % 4);
        let whole = frame.left == 0;
        // A whole message is looked at as a whole; what is still to come has its beginning looked at now.
        if !(is_control || whole && frame.fin) {
            self.check_text()?;
        }
        Ok(whole)
    }

    /// Fails as soon as what has come of a text cannot become UTF-8 any more.
    fn check_text(&mut self) -> Result<(), CloseReason> {
        let Some(message) = self.message.as_mut().filter(|message| message.text) else {
            return Ok(());
        };
        match std::str::from_utf8(&message.bytes[message.checked..]) {
            Ok(_) => message.checked = message.bytes.len(),
            Err(error) if error.error_len().is_none() => message.checked += error.valid_up_to(),
            Err(_) => return Err(CloseReason::NOT_UTF8),
        }
        Ok(())
    }

    fn end_frame(&mut self) -> Result<Option<Incoming>, CloseReason> {
        let Some(frame) = self.frame.take() else {
            return Ok(None);
        };
        match frame.opcode {
            PING => Ok(Some(Incoming::Ping(std::mem::take(&mut self.control)))),
            PONG => {
                self.control = Vec::new();
                Ok(Some(Incoming::Pong))
            }
            CLOSE => parse_close(&std::mem::take(&mut self.control)).map(Some),
            _ if !frame.fin => Ok(None),
            _ => self.end_message(),
        }
    }

    fn end_message(&mut self) -> Result<Option<Incoming>, CloseReason> {
        let Some(message) = self.message.take() else {
            return Ok(None);
        };
        if !message.text {
            return Ok(Some(Incoming::Message(Message::Binary(message.bytes))));
        }
        match String::from_utf8(message.bytes) {
            Ok(text) => Ok(Some(Incoming::Message(Message::Text(text)))),
            Err(_) => Err(CloseReason::NOT_UTF8),
        }
    }
}

impl Frame {
    fn is_control(&self) -> bool {
        self.opcode & 0x8 != 0
    }
}

/// How long the header is that begins so; as much as can be told. One without a mask is wrong, and read no further.
fn header_need(header: &[u8]) -> usize {
    match header.get(1) {
        None | Some(0..0x80) => 2,
        Some(0xFE) => 8,
        Some(0xFF) => 14,
        Some(_) => 6,
    }
}

/// A whole header, from its first byte to the mask.
fn parse_header(header: &[u8]) -> Result<Frame, CloseReason> {
    let (first, second) = (header[0], header[1]);
    let opcode = first & 0x0F;
    let reserved = first & 0x70 != 0;
    let masked = second & 0x80 != 0;
    if reserved || !masked || !matches!(opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG) {
        return Err(CloseReason::PROTOCOL);
    }
    let (len, mask) = header[2..].split_at(header.len() - 6);
    let left = match len.len() {
        0 => u64::from(second & 0x7F),
        _ => len.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    };
    let left = usize::try_from(left).map_err(|_| CloseReason::TOO_BIG)?;
    Ok(Frame {
        fin: first & 0x80 != 0,
        opcode,
        left,
        mask: [mask[0], mask[1], mask[2], mask[3]],
    })
}

/// A close frame's payload: nothing, or a code and a reason in UTF-8.
fn parse_close(payload: &[u8]) -> Result<Incoming, CloseReason> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() {
            Ok(Incoming::Close(None))
        } else {
            Err(CloseReason::PROTOCOL)
        };
    };
    let code = u16::from_be_bytes(*code);
    // What section 7.4 lets a peer send: the codes registered so far, and 3000 to 4999.
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(CloseReason::PROTOCOL);
    }
    if std::str::from_utf8(reason).is_err() {
        return Err(CloseReason::NOT_UTF8);
    }
    Ok(Incoming::Close(Some(code)))
}

fn unmask(bytes: &mut [u8], mask: [u8; 4]) {
    let wide = u64::from_ne_bytes([
        mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3],
    ]);
    let mut chunks = bytes.chunks_exact_mut(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        chunk.copy_from_slice(&(u64::from_ne_bytes(word) ^ wide).to_ne_bytes());
    }
    for (byte, mask) in chunks.into_remainder().iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
