//! The lines of a room, kept live: what is stored, and under it what is not yet. All else of the page is the server's
//! markup; [`watch`] writes into it by hand, since views cost WASM and lists are what they are good at.

use leptos::{either::Either, html, prelude::*};
use wire::{accounts::Person, time::Time};

use super::{
    row::{Head, Line},
    start::{Start, Zone},
    timeline::{Key, Row, Timeline},
    watch,
    words::RoomWords,
};
use crate::{
    i18n::{locale, words},
    live::{Entry, Stage},
    time::{Offset, Show, text},
    ui::{Avatar, effect},
};

/// The lines of this page's room.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// What was there when the page was made.
    pub(super) start: StoredValue<Start>,
    /// The messages.
    pub(super) timeline: RwSignal<Timeline>,
    /// What is not stored yet, in the order typed.
    pub(super) pending: RwSignal<Vec<Entry>>,
    /// Whether the connection is lost, as the reader was told.
    pub(super) offline: RwSignal<bool>,
    /// Whose clock the times are in.
    pub(super) zone: RwSignal<Zone>,
}

impl Room {
    fn new(start: Start) -> Self {
        Self {
            timeline: RwSignal::new(start.snapshot.clone().into()),
            start: StoredValue::new(start),
            pending: RwSignal::default(),
            offline: RwSignal::new(false),
            zone: RwSignal::new(Zone::Served),
        }
    }

    /// The room's name.
    pub(super) fn name(self) -> String {
        self.start.with_value(|start| start.snapshot.room.clone())
    }

    /// Who reads.
    pub(super) fn me(self) -> Person {
        self.start.with_value(|start| start.me.clone())
    }

    fn offset(self, zone: Zone, at: Time) -> Offset {
        zone.at(self.start.with_value(|start| start.offset), at)
    }

    fn rows(self) -> Vec<(Zone, Row)> {
        let (zone, me) = (self.zone.get(), self.start.with_value(|start| start.me.id));
        let day = |at| text(at, Show::Weekday, self.offset(zone, at), locale());
        let rows = self.timeline.with(|timeline| timeline.rows(me, day));
        rows.into_iter().map(|row| (zone, row)).collect()
    }

    fn line(self, zone: Zone, row: Row) -> impl IntoView {
        let offset = match &row {
            Row::Message { message, .. } => self.offset(zone, message.sent_at),
            Row::Day(_) | Row::New => Offset::default(),
        };
        view! { <Line row offset/> }
    }
}

/// The lines of the page's room.
#[island]
pub fn RoomLines() -> impl IntoView {
    Start::find().map(lines)
}

fn lines(start: Start) -> impl IntoView {
    let (room, place) = (Room::new(start), NodeRef::<html::Div>::new());
    effect(move || {
        if let Some(place) = place.get() {
            watch::start(room, &place);
        }
    });
    let unsent = words::<RoomWords>().unsent;
    let key = |(zone, row): &(Zone, Row)| -> (Zone, Key) { (*zone, row.key()) };
    view! {
        <div role="log" aria-live="polite" aria-relevant="additions" node_ref=place>
            <ol>
                <For each=move || room.rows() key=key children=move |(zone, row)| room.line(zone, row)/>
            </ol>
        </div>
        <ol class="pending" aria-label=unsent>
            <For each=move || room.pending.get() key=entry_key children=move |entry| view! { <Pending room entry/> }/>
        </ol>
    }
}

fn entry_key(entry: &Entry) -> (String, Stage) {
    (entry.item.id.clone(), entry.stage.clone())
}

/// What was typed and is not stored yet: as text, since only the server makes HTML of it.
#[component]
fn Pending(room: Room, entry: Entry) -> impl IntoView {
    let Entry { item, stage, .. } = entry;
    let me = room.me();
    let at = Time(i64::try_from(item.made_ms).unwrap_or_default() * 1_000);
    let text = item.field("text").to_owned();
    let class = if matches!(stage, Stage::Failed(_)) {
        "msg lead failed"
    } else {
        "msg lead sending"
    };
    view! {
        <li class=class data-pending=item.id>
            <Avatar src=me.avatar.clone()/>
            <div>
                <Head author=me at=at offset=Offset::at(at)/>
                <div class="text plain">{text}</div>
                {fate(room, stage)}
            </div>
        </li>
    }
}

/// How far it has come, and what can be done about it.
fn fate(room: Room, stage: Stage) -> impl IntoView {
    let words = words::<RoomWords>();
    let Stage::Failed(why) = stage else {
        let said = move || {
            if room.offline.get() {
                words.waiting
            } else {
                words.sending
            }
        };
        return Either::Left(view! { <p class="fate quiet small">{said}</p> });
    };
    Either::Right(view! {
        <p class="fate small" role="alert">
            <span class="why">{words.failed(&why)}</span>
            <button type="button" class="btn bare" data-act="retry">{words.retry}</button>
            <button type="button" class="btn bare" data-act="discard">{words.discard}</button>
        </p>
    })
}
