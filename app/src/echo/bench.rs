//! The island: its state, and its cards.

use leptos::prelude::*;

use super::{
    chart::Chart,
    frames::Frames,
    link::Connection,
    log::Log,
    run::{Run, Throughput},
    send::Sender,
    socket::{self, Fresh, Queue, Raw},
    stats::RoundTrips,
};
use crate::live::on_leave;

/// The bench, as its cards share it.
#[derive(Clone, Copy)]
pub struct Bench {
    pub(super) link: RwSignal<Link>,
    pub(super) trips: RwSignal<RoundTrips>,
    pub(super) frames: RwSignal<Frames>,
    /// The throughput test as it is shown; `running` is ahead of it.
    pub(super) run: RwSignal<Option<Run>>,
    pub(super) running: StoredValue<Option<Run>>,
    /// What the test sends, outside the WASM.
    pub(super) payload: StoredValue<Option<js_sys::ArrayBuffer>, LocalStorage>,
    /// What happened and is not drawn yet, so that drawing does not count as round trip.
    pub(super) fresh: StoredValue<Fresh>,
    /// Messages still to be sent, one when the one before is back.
    pub(super) queue: StoredValue<Queue, LocalStorage>,
    pub(super) raw: StoredValue<Option<Raw>, LocalStorage>,
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

/// All that can be done with the socket.
#[island]
pub fn EchoBench() -> impl IntoView {
    let bench = Bench {
        link: RwSignal::new(Link::Opening),
        trips: RwSignal::default(),
        frames: RwSignal::default(),
        run: RwSignal::new(None),
        running: StoredValue::new(None),
        payload: StoredValue::new_local(None),
        fresh: StoredValue::default(),
        queue: StoredValue::new_local(None),
        raw: StoredValue::new_local(None),
    };
    Effect::new(move || {
        socket::connect(bench);
        on_leave(move || bench.raw.set_value(None));
    });
    view! {
        <div class="bench">
            <Connection bench/>
            <Sender bench/>
            <Throughput bench/>
            <Chart bench/>
            <Log bench/>
        </div>
    }
}
