//! The raw socket of the page: what one does not get from [`crate::live`] on purpose.

use std::collections::VecDeque;

use leptos::prelude::window;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{BinaryType, Blob, CloseEvent, MessageEvent, WebSocket};

use super::{
    bench::{Bench, Link, with},
    frames::{Frame, Kind, Way},
    hex,
};
use crate::live::now;

/// Bytes and characters shown of a message in the log.
const SHOWN_BYTES: usize = 24;
const SHOWN_CHARS: usize = 80;

/// An open or opening socket, its listeners, and when each message went out that is not back yet.
pub(super) struct Raw {
    socket: WebSocket,
    sent: VecDeque<f64>,
    _opened: Closure<dyn FnMut()>,
    _came: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

/// What is sent.
pub(super) enum Message {
    Text(String),
    Bytes(Vec<u8>),
    File(Blob),
}

/// Milliseconds of a clock that never jumps.
pub(super) fn ticks() -> f64 {
    window()
        .performance()
        .map_or(0.0, |performance| performance.now())
}

fn micros(since: f64) -> u32 {
    ((ticks() - since) * 1_000.0) as u32
}

/// Opens the socket, in place of the one there was.
pub(super) fn connect(bench: &mut Bench) {
    end(bench);
    bench.raw = open();
    bench.link = if bench.raw.is_some() {
        Link::Opening
    } else {
        Link::Closed(None)
    };
}

/// What was under way is so no more.
fn end(bench: &mut Bench) {
    bench.queue = None;
    if let Some(run) = &mut bench.run {
        run.end(ticks());
    }
}

fn open() -> Option<Raw> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss://"
    } else {
        "ws://"
    };
    let socket = WebSocket::new(&[scheme, &location.host().ok()?, "/echo"].concat()).ok()?;
    socket.set_binary_type(BinaryType::Arraybuffer);
    let began = ticks();
    let opened = Closure::new(move || {
        with(|bench| {
            let took = micros(began);
            bench.link = Link::Open(took);
            note(bench, Way::Link, Kind::None, 0, Some(took), "open".to_owned());
        });
    });
    let came = Closure::new(|event: MessageEvent| with(|bench| receive(bench, &event)));
    let closed = Closure::new(|event: CloseEvent| {
        with(|bench| {
            let shows = [&event.code().to_string(), " ", &event.reason()].concat();
            note(bench, Way::Link, Kind::None, 0, None, shows.trim_end().to_owned());
            end(bench);
            bench.link = Link::Closed(Some(event.code()));
        });
    });
    socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(came.as_ref().unchecked_ref()));
    socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
    Some(Raw {
        socket,
        sent: VecDeque::new(),
        _opened: opened,
        _came: came,
        _closed: closed,
    })
}

/// Closes with a code; the server answers in kind.
pub(super) fn close(bench: &Bench, code: Option<u16>) {
    if let Some(raw) = &bench.raw {
        let _ = raw.socket.close_with_code(code.unwrap_or(1_000));
    }
}

impl Raw {
    /// Sends by `send`, if the socket is open, and remembers when.
    fn push(&mut self, send: impl FnOnce(&WebSocket) -> Result<(), wasm_bindgen::JsValue>) -> bool {
        let sent = self.socket.ready_state() == WebSocket::OPEN && send(&self.socket).is_ok();
        if sent {
            self.sent.push_back(ticks());
        }
        sent
    }
}

/// Sends a message so many times, each when the one before is back, so that none waits behind another. Returns whether
/// there was a connection to send it on.
pub(super) fn send(bench: &mut Bench, message: Message, times: u32) -> bool {
    let Some(raw) = &mut bench.raw else { return false };
    let sent = raw.push(|socket| match &message {
        Message::Text(text) => socket.send_with_str(text),
        Message::Bytes(bytes) => socket.send_with_u8_array(bytes),
        Message::File(file) => socket.send_with_blob(file),
    });
    if sent {
        match &message {
            Message::Text(text) => note(bench, Way::Sent, Kind::Text, text.len(), None, cut(text)),
            Message::Bytes(bytes) => note(bench, Way::Sent, Kind::Binary, bytes.len(), None, first(bytes)),
            Message::File(file) => note(
                bench,
                Way::Sent,
                Kind::Binary,
                file.size() as usize,
                None,
                String::new(),
            ),
        }
        bench.queue = (times > 1).then(|| (message, times - 1));
    }
    sent
}

/// Sends what the throughput test may have on its way.
pub(super) fn go_on(bench: &mut Bench) {
    let (Some(run), Some(raw), Some(payload)) = (&mut bench.run, &mut bench.raw, &bench.payload) else {
        return;
    };
    for _ in 0..run.due() {
        if !raw.push(|socket| socket.send_with_array_buffer(payload)) {
            return;
        }
        run.sent += 1;
    }
}

fn receive(bench: &mut Bench, event: &MessageEvent) {
    let sent = bench.raw.as_mut().and_then(|raw| raw.sent.pop_front());
    let trip = sent.map(micros);
    let data = event.data();
    if let Some(text) = data.as_string() {
        note(bench, Way::Came, Kind::Text, text.len(), trip, cut(&text));
    } else if let Ok(buffer) = data.dyn_into::<js_sys::ArrayBuffer>() {
        let length = buffer.byte_length();
        if bench.run.as_mut().is_some_and(|run| run.came(length, ticks())) {
            return go_on(bench);
        }
        let shown = length.min(SHOWN_BYTES as u32 + 1);
        let bytes = js_sys::Uint8Array::new_with_byte_offset_and_length(&buffer, 0, shown).to_vec();
        note(
            bench,
            Way::Came,
            Kind::Binary,
            length as usize,
            trip,
            first(&bytes),
        );
    }
    if let Some(trip) = trip {
        bench.trips.add(trip);
    }
    if let Some((message, times)) = bench.queue.take() {
        send(bench, message, times);
    }
}

/// Adds a line to the log.
fn note(bench: &mut Bench, way: Way, kind: Kind, bytes: usize, micros: Option<u32>, shows: String) {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    bench.frames.add(Frame {
        number: 0,
        at_ms: now(),
        way,
        kind,
        bytes,
        micros,
        shows,
    });
    bench.fresh += 1;
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => [&text[..end], "…"].concat(),
        None => text.to_owned(),
    }
}

fn first(bytes: &[u8]) -> String {
    let more = if bytes.len() > SHOWN_BYTES { " …" } else { "" };
    [&hex::show(&bytes[..bytes.len().min(SHOWN_BYTES)]), more].concat()
}
