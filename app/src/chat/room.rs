//! The room: its messages and the composer under them, kept live.

use leptos::{ev, html, prelude::*};

use super::{
    composer::Composer,
    row::{Head, Line},
    start::{Start, Zone},
    timeline::{Key, Row, Timeline},
    watch,
    words::RoomWords,
};
use crate::{
    i18n::{locale, words},
    live::{Entry, FollowerId, Stage, now, post},
    time::{Offset, Show, text},
    ui::{Avatar, Banner, Empty, Tone, icon},
};
use wire::{accounts::Person, chat::Message, time::Time};

/// The room of this page, as its parts share it.
#[derive(Clone, Copy)]
pub struct Room {
    /// What was there when the page was made.
    pub(super) start: StoredValue<Start>,
    /// The messages.
    pub(super) timeline: RwSignal<Timeline>,
    /// What is not stored yet, in the order typed.
    pub(super) pending: RwSignal<Vec<Entry>>,
    /// Whether the newest is in sight, so that newer ones come into sight by themselves.
    pub(super) follows: RwSignal<bool>,
    /// How many have come that the reader has not seen.
    pub(super) unseen: RwSignal<u64>,
    /// Who types, and until when that is shown.
    pub(super) typing: RwSignal<Vec<(Person, u64)>>,
    /// How the older ones come.
    pub(super) older: RwSignal<Older>,
    /// Whether the connection is lost, as the reader was told.
    pub(super) offline: RwSignal<bool>,
    /// Whether the server ended the subscription.
    pub(super) refused: RwSignal<bool>,
    /// Whose clock the times are in.
    pub(super) zone: RwSignal<Zone>,
    /// What was heard and is not drawn yet.
    pub(super) heard: StoredValue<Vec<Message>>,
    /// The room's follower.
    pub(super) follower: StoredValue<FollowerId>,
    /// When the others were last told that the reader types.
    pub(super) typed_at: StoredValue<u64>,
    /// What scrolls.
    pub(super) log: NodeRef<html::Div>,
    /// Where one types.
    pub(super) field: NodeRef<html::Textarea>,
}

/// How the older messages come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Older {
    Still,
    Loading,
    Failed,
}

impl Room {
    fn new(start: Start) -> Self {
        Self {
            timeline: RwSignal::new(start.snapshot.clone().into()),
            start: StoredValue::new(start),
            pending: RwSignal::default(),
            follows: RwSignal::new(true),
            unseen: RwSignal::new(0),
            typing: RwSignal::default(),
            older: RwSignal::new(Older::Still),
            offline: RwSignal::new(false),
            refused: RwSignal::new(false),
            zone: RwSignal::new(Zone::Served),
            heard: StoredValue::default(),
            follower: StoredValue::default(),
            typed_at: StoredValue::default(),
            log: NodeRef::new(),
            field: NodeRef::new(),
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

/// The messages of the page's room and the composer.
#[island]
pub fn RoomView() -> impl IntoView {
    let Some(start) = Start::find() else {
        return ().into_any();
    };
    let room = Room::new(start);
    Effect::new(move || watch::start(room));
    view! {
        <Log room/>
        <Status room/>
        <Composer room/>
    }
    .into_any()
}

/// What scrolls. It holds one block and is laid out from its end, so that the newest are in sight without a script and
/// older ones come in above without a jump.
#[component]
fn Log(room: Room) -> impl IntoView {
    let words = words::<RoomWords>();
    let empty = move || room.timeline.with(Timeline::is_empty) && room.pending.with(Vec::is_empty);
    let key = |(zone, row): &(Zone, Row)| -> (Zone, Key) { (*zone, row.key()) };
    view! {
        <div class="log" node_ref=room.log tabindex="0" role="region" aria-label=words.messages(&room.name())
            on:scroll=move |_| watch::scrolled(room)>
            <div class="lines">
                <OlderLink room/>
                {move || empty().then(|| view! { <Empty icon=icon::CHAT title=words.empty/> })}
                <div role="log" aria-live="polite" aria-relevant="additions">
                    <ol>
                        <For each=move || room.rows() key=key children=move |(zone, row)| room.line(zone, row)/>
                    </ol>
                </div>
                <ol class="pending" aria-label=words.unsent>
                    <For each=move || room.pending.get() key=entry_key children=move |entry| view! { <Pending room entry/> }/>
                </ol>
            </div>
        </div>
    }
}

fn entry_key(entry: &Entry) -> (String, Stage) {
    (entry.item.id.clone(), entry.stage.clone())
}

/// A link without WASM; with it, the older ones come when one scrolls near them, and the link says how that goes.
#[component]
fn OlderLink(room: Room) -> impl IntoView {
    let words = words::<RoomWords>();
    let said = move || match room.older.get() {
        Older::Still => words.older,
        Older::Loading => words.loading,
        Older::Failed => words.not_loaded,
    };
    let load = move |event: ev::MouseEvent| {
        event.prevent_default();
        event.stop_propagation();
        watch::load_older(room);
    };
    let before = move || room.timeline.with(Timeline::before);
    move || {
        before().map(|id| {
            let href = ["?before=", &id.to_string()].concat();
            view! { <a class="btn bare older" href=href on:click=load>{said}</a> }
        })
    }
}

/// What was typed and is not stored yet: as text, since only the server makes HTML of it.
#[component]
fn Pending(room: Room, entry: Entry) -> impl IntoView {
    let Entry { item, stage, .. } = entry;
    let me = room.me();
    let at = Time(i64::try_from(item.made_ms).unwrap_or_default() * 1_000);
    let (id, text) = (item.id.clone(), item.field("text").to_owned());
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
                <Fate room id stage/>
            </div>
        </li>
    }
}

/// How far it has come, and what can be done about it.
#[component]
fn Fate(room: Room, id: String, stage: Stage) -> impl IntoView {
    let words = words::<RoomWords>();
    let Stage::Failed(why) = stage else {
        let said = move || {
            if room.offline.get() {
                words.waiting
            } else {
                words.sending
            }
        };
        return view! { <p class="fate quiet small">{said}</p> }.into_any();
    };
    let again = id.clone();
    view! {
        <p class="fate small" role="alert">
            <span class="why">{words.failed(&why)}</span>
            <button type="button" class="btn bare" on:click=move |_| post::retry(&again)>{words.retry}</button>
            <button type="button" class="btn bare" on:click=move |_| watch::discard(room, &id)>{words.discard}</button>
        </p>
    }
    .into_any()
}

/// Between the messages and the composer: new ones out of sight, who types, what is wrong.
#[component]
fn Status(room: Room) -> impl IntoView {
    let words = words::<RoomWords>();
    let unseen = move || (!room.follows.get() && room.unseen.get() > 0).then(|| room.unseen.get());
    let typing = move || {
        let names = room.typing.with(|typing| {
            typing
                .iter()
                .filter(|(_, until)| *until > now())
                .map(|(who, _)| who.name.clone())
                .collect::<Vec<_>>()
        });
        match names.as_slice() {
            [] => String::new(),
            [one] => words.typing(one),
            [one, two] => words.typing_two(one, two),
            _ => words.typing_many.to_owned(),
        }
    };
    view! {
        <div class="between">
            {move || unseen().map(|n| view! {
                <button type="button" class="btn primary fresh" on:click=move |_| watch::to_newest(room)>
                    {words.unseen(n)}
                </button>
            })}
            <p class="typing quiet small">{typing}</p>
            {move || room.offline.get().then(|| view! { <Banner tone=Tone::Warn>{words.offline}</Banner> })}
            {move || room.refused.get().then(|| view! { <Banner tone=Tone::Bad>{words.refused}</Banner> })}
        </div>
    }
}
