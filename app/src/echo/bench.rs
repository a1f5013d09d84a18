//! The island: its state, and its cards.

use leptos::prelude::*;

use super::{
    chart::Chart,
    frames::Frames,
    link::Connection,
    log::Log,
    run::{Run, Throughput},
    send::Sender,
    socket::{self, Raw},
    stats::RoundTrips,
};
use crate::live::on_leave;

/// The bench, as its cards share it.
#[derive(Clone, Copy)]
pub struct Bench {
    pub(super) link: RwSignal<Link>,
    pub(super) trips: RwSignal<RoundTrips>,
    pub(super) frames: RwSignal<Frames>,
    pub(super) run: RwSignal<Option<Run>>,
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
            <Chart bench/>
            <Throughput bench/>
            <Log bench/>
        </div>
    }
}
