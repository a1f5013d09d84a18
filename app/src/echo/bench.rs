//! The island: the state of the bench, and what a click does.

use std::{cell::RefCell, time::Duration};

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Blob, BlobPropertyBag, Element, Event, File, HtmlAnchorElement, HtmlElement, HtmlInputElement, Url,
};
use wire::echo::MAX_ECHO_BYTES;

use super::{
    draw,
    frames::Frames,
    hex,
    run::Run,
    socket::{self, Message, Raw},
    stats::RoundTrips,
    words::BenchWords,
};
use crate::{i18n::words, live::on_leave};

/// Most times one message is sent with one click: a histogram's worth.
const MOST_TIMES: u32 = 1_000;
/// Drawing this often is often enough for an eye, and measuring does not wait for it.
const DRAW_EVERY: Duration = Duration::from_millis(50);

/// All that the bench knows.
pub(super) struct Bench {
    root: HtmlElement,
    pub(super) link: Link,
    pub(super) raw: Option<Raw>,
    /// A message that is sent again each time it has come back, and how often still.
    pub(super) queue: Option<(Message, u32)>,
    pub(super) trips: RoundTrips,
    pub(super) frames: Frames,
    pub(super) run: Option<Run>,
    /// What the throughput test sends; it lies outside the WASM and is not copied through it.
    pub(super) payload: Option<js_sys::ArrayBuffer>,
    /// How many frames are not drawn yet.
    pub(super) fresh: usize,
    scheduled: bool,
}

/// How the connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Opening,
    /// Open, and how many microseconds that took.
    Open(u32),
    /// Closed, and the code if it was open before.
    Closed(Option<u16>),
}

thread_local! {
    static BENCH: RefCell<Option<Bench>> = const { RefCell::new(None) };
}

/// Wakes the bench around it.
#[island]
pub fn EchoBench() -> impl IntoView {
    let place = NodeRef::<html::Span>::new();
    crate::ui::effect(move || {
        let root = place
            .get()
            .and_then(|place| place.closest(".bench").ok().flatten());
        if let Some(root) = root {
            start(root.unchecked_into());
        }
    });
    view! { <span node_ref=place hidden></span> }
}

/// Runs `act` with the bench, if the page is still there; draws in a moment.
pub(super) fn with(act: impl FnOnce(&mut Bench)) {
    BENCH.with_borrow_mut(|bench| {
        let Some(bench) = bench else { return };
        act(bench);
        if !std::mem::replace(&mut bench.scheduled, true) {
            set_timeout(redraw, DRAW_EVERY);
        }
    });
}

fn redraw() {
    BENCH.with_borrow_mut(|bench| {
        if let Some(bench) = bench {
            bench.scheduled = false;
            draw::all(bench);
        }
    });
}

impl Bench {
    /// The element that the server marked `data-echo=name`.
    pub(super) fn part(&self, name: &str) -> Option<Element> {
        self.root
            .query_selector(&["[data-echo=", name, "]"].concat())
            .ok()?
    }

    /// What stands in the field of that name.
    fn value(&self, name: &str) -> String {
        let value = self
            .part(name)
            .and_then(|field| js_sys::Reflect::get(&field, &"value".into()).ok());
        value.and_then(|value| value.as_string()).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.value(name).parse().ok()
    }

    /// What is to be sent, or what is wrong with it.
    fn message(&self) -> Result<Message, &'static str> {
        let words = words::<BenchWords>();
        match self.root.get_attribute("data-what").as_deref() {
            Some("hex") => hex::parse(&self.value("hex"))
                .map(Message::Bytes)
                .ok_or(words.not_hex),
            Some("file") => {
                let file = self.file().ok_or(words.no_file)?;
                let fits = file.size() <= MAX_ECHO_BYTES as f64;
                fits.then(|| Message::File(file.into())).ok_or(words.too_large)
            }
            _ => Ok(Message::Text(self.value("text"))),
        }
    }

    fn file(&self) -> Option<File> {
        self.part("file")?
            .unchecked_into::<HtmlInputElement>()
            .files()?
            .get(0)
    }

    fn send(&mut self) {
        let times = self.number("times").unwrap_or(1).clamp(1, MOST_TIMES);
        let sent = self.message().and_then(|message| {
            let sent = socket::send(self, message, times);
            sent.then_some(()).ok_or(words::<BenchWords>().not_open)
        });
        self.say("wrong", sent.err().unwrap_or_default());
    }

    /// Puts words into a part.
    pub(super) fn say(&self, name: &str, text: &str) {
        if let Some(part) = self.part(name) {
            part.set_text_content(Some(text));
        }
    }
}

fn start(root: HtmlElement) {
    let acted = Closure::<dyn Fn(Event)>::new(act);
    for event in ["click", "submit"] {
        let _ = root.add_event_listener_with_callback(event, acted.as_ref().unchecked_ref());
    }
    let (raw, queue, run, payload) = Default::default();
    let (trips, frames, link) = (RoundTrips::default(), Frames::default(), Link::Opening);
    let bench = Bench {
        root,
        link,
        raw,
        queue,
        trips,
        frames,
        run,
        payload,
        fresh: 0,
        scheduled: false,
    };
    BENCH.set(Some(bench));
    with(socket::connect);
    on_leave(move || {
        drop(acted);
        BENCH.set(None);
    });
}

/// A click on what the server marked `data-act`, or a form so marked that is sent.
fn act(event: Event) {
    let target = event.target().map(|target| target.unchecked_into::<Element>());
    let Some(marked) = target.and_then(|target| target.closest("[data-act]").ok().flatten()) else {
        return;
    };
    let is_form = marked.tag_name() == "FORM";
    if is_form != (event.type_() == "submit") {
        return;
    }
    event.prevent_default();
    let name = marked.get_attribute("data-act").unwrap_or_default();
    with(|bench| match name.as_str() {
        "connect" => socket::connect(bench),
        "close" => socket::close(
            bench,
            bench.number("code").and_then(|code| u16::try_from(code).ok()),
        ),
        "send" => bench.send(),
        "run" => bench.start_or_stop(),
        "clear-trips" => bench.trips = RoundTrips::default(),
        "clear-frames" => draw::clear_frames(bench),
        "csv" => save(&bench.frames.csv(), "echo.csv", "text/csv"),
        "json" => save(&bench.frames.json(), "echo.json", "application/json"),
        what => draw::choose(&bench.root, what),
    });
}

impl Bench {
    fn start_or_stop(&mut self) {
        if self.run.is_some_and(|run| run.is_on()) {
            socket::connect(self); // what is on its way is not worth waiting for
        } else if let (Some(size), Some(mib), Link::Open(_)) =
            (self.number("size"), self.number("amount"), self.link)
        {
            self.payload = Some(
                js_sys::Uint8Array::new_with_length(size)
                    .fill(0x5a, 0, size)
                    .buffer(),
            );
            self.run = Some(Run::new(size, mib, socket::ticks()));
            socket::go_on(self);
        }
    }
}

/// Offers a text as a file.
fn save(text: &str, name: &str, kind: &str) {
    let saved = || -> Result<(), JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &options)?;
        let address = Url::create_object_url_with_blob(&blob)?;
        let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        link.set_href(&address);
        link.set_download(name);
        link.click();
        Url::revoke_object_url(&address)
    };
    let _ = saved();
}
