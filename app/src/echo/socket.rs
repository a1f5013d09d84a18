//! The raw socket of the page: what one does not get from [`crate::live`] on purpose.

use std::{collections::VecDeque, time::Duration};

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{BinaryType, Blob, CloseEvent, MessageEvent, WebSocket};

use super::{
    bench::{Bench, Link},
    frames::{Frame, Kind, Way},
    hex, run,
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
#[derive(Clone)]
pub(super) enum Message {
    Text(String),
    Bytes(Vec<u8>),
    /// What lies outside the WASM, and is not copied through it.
    Buffer(js_sys::ArrayBuffer),
    File(Blob),
}

/// What happened and is not drawn yet.
#[derive(Default)]
pub(super) struct Fresh {
    frames: Vec<Frame>,
    trips: Vec<u32>,
    scheduled: bool,
}

/// A message that is sent again each time it has come back.
pub(super) type Queue = Option<(Message, u32)>;

/// Drawing this often is often enough for an eye.
const DRAW_EVERY: Duration = Duration::from_millis(50);

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
pub(super) fn connect(bench: Bench) {
    bench.raw.set_value(None);
    bench.queue.set_value(None);
    bench.link.set(Link::Opening);
    let raw = open(bench);
    if raw.is_none() {
        bench.link.set(Link::Closed(None));
    }
    bench.raw.set_value(raw);
}

fn open(bench: Bench) -> Option<Raw> {
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
        bench.link.set(Link::Open(micros(began)));
        note(
            bench,
            Way::Link,
            Kind::None,
            0,
            Some(micros(began)),
            "open".to_owned(),
        );
    });
    let came = Closure::new(move |event: MessageEvent| receive(bench, &event));
    let closed = Closure::new(move |event: CloseEvent| {
        let shows = [&event.code().to_string(), " ", &event.reason()].concat();
        note(bench, Way::Link, Kind::None, 0, None, shows.trim_end().to_owned());
        bench.queue.set_value(None);
        run::end(bench);
        bench.link.set(Link::Closed(Some(event.code())));
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
pub(super) fn close(bench: Bench, code: u16) {
    bench.raw.with_value(|raw| {
        if let Some(raw) = raw {
            let _ = raw.socket.close_with_code(code);
        }
    });
}

/// Sends a message so many times, each when the one before is back, so that none waits behind another. Returns whether
/// there was a connection to send it on.
pub(super) fn send(bench: Bench, message: Message, times: u32) -> bool {
    let sent = send_one(bench, &message);
    bench
        .queue
        .set_value((sent && times > 1).then(|| (message, times - 1)));
    sent
}

fn send_next(bench: Bench) {
    let next = bench.queue.try_update_value(|queue| {
        let (message, left) = queue.take()?;
        *queue = (left > 1).then(|| (message.clone(), left - 1));
        Some(message)
    });
    if let Some(message) = next.flatten() {
        send_one(bench, &message);
    }
}

fn send_one(bench: Bench, message: &Message) -> bool {
    if !push(bench, message) {
        return false;
    }
    match message {
        Message::Text(text) => note(bench, Way::Sent, Kind::Text, text.len(), None, cut(text)),
        Message::Bytes(bytes) => note(bench, Way::Sent, Kind::Binary, bytes.len(), None, first(bytes)),
        Message::Buffer(_) => {}
        Message::File(file) => note(
            bench,
            Way::Sent,
            Kind::Binary,
            file.size() as usize,
            None,
            String::new(),
        ),
    }
    true
}

/// Sends without a word in the log.
pub(super) fn push(bench: Bench, message: &Message) -> bool {
    bench.raw.try_update_value(|raw| {
        let raw = raw
            .as_mut()
            .filter(|raw| raw.socket.ready_state() == WebSocket::OPEN)?;
        let sent = match message {
            Message::Text(text) => raw.socket.send_with_str(text),
            Message::Bytes(bytes) => raw.socket.send_with_u8_array(bytes),
            Message::Buffer(buffer) => raw.socket.send_with_array_buffer(buffer),
            Message::File(file) => raw.socket.send_with_blob(file),
        };
        sent.ok()?;
        raw.sent.push_back(ticks());
        Some(())
    }) == Some(Some(()))
}

fn receive(bench: Bench, event: &MessageEvent) {
    let sent = bench
        .raw
        .try_update_value(|raw| raw.as_mut()?.sent.pop_front())
        .flatten();
    let trip = sent.map(micros);
    let data = event.data();
    if let Some(text) = data.as_string() {
        note(bench, Way::Came, Kind::Text, text.len(), trip, cut(&text));
    } else if let Ok(buffer) = data.dyn_into::<js_sys::ArrayBuffer>() {
        if run::came(bench, buffer.byte_length()) {
            return;
        }
        let shown = buffer.byte_length().min(SHOWN_BYTES as u32);
        let bytes = js_sys::Uint8Array::new_with_byte_offset_and_length(&buffer, 0, shown).to_vec();
        let more = if buffer.byte_length() > shown { " …" } else { "" };
        let shows = [&hex::show(&bytes), more].concat();
        note(
            bench,
            Way::Came,
            Kind::Binary,
            buffer.byte_length() as usize,
            trip,
            shows,
        );
    }
    if let Some(trip) = trip {
        bench.fresh.update_value(|fresh| fresh.trips.push(trip));
    }
    send_next(bench);
}

/// Adds a line to the log.
fn note(bench: Bench, way: Way, kind: Kind, bytes: usize, micros: Option<u32>, shows: String) {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    let frame = Frame {
        number: 0,
        at_ms: now(),
        way,
        kind,
        bytes,
        micros,
        shows,
    };
    let scheduled = bench.fresh.try_update_value(|fresh| {
        fresh.frames.push(frame);
        std::mem::replace(&mut fresh.scheduled, true)
    });
    if scheduled == Some(false) {
        set_timeout(move || draw(bench), DRAW_EVERY);
    }
}

fn draw(bench: Bench) {
    let Some(fresh) = bench.fresh.try_update_value(std::mem::take) else {
        return;
    };
    bench
        .frames
        .update(|frames| fresh.frames.into_iter().for_each(|frame| frames.add(frame)));
    if !fresh.trips.is_empty() {
        bench
            .trips
            .update(|trips| fresh.trips.into_iter().for_each(|trip| trips.add(trip)));
    }
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
