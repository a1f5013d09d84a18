//! The throughput test: an amount of bytes there and back, a few messages on their way at any time.

use leptos::{ev, html, prelude::*};

use super::{
    bench::{Bench, Link},
    socket::{self, Message, ticks},
    words::BenchWords,
};
use crate::{
    i18n::{number, words},
    ui::{Card, Icon, icon},
};

const KIB: u32 = 1_024;
const MIB: u32 = 1_024 * KIB;

/// Bytes on their way at most: enough to fill the line, little enough that the progress shown is the line's.
const ON_THE_WAY: u32 = 4 * MIB;
/// Messages on their way at most, for small ones.
const MOST_ON_THE_WAY: u32 = 256;

/// Progress shown this often is often enough for an eye.
const DRAW_EVERY_MS: f64 = 50.0;

/// A test that runs or ran.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    size: u32,
    all: u32,
    sent: u32,
    back: u32,
    began: f64,
    /// When its progress was last shown.
    drawn: f64,
    /// Milliseconds it took, once it has ended.
    took: Option<f64>,
}

impl Run {
    /// Messages to send now.
    fn due(&self) -> u32 {
        let window = (ON_THE_WAY / self.size).clamp(1, MOST_ON_THE_WAY);
        (window + self.back).min(self.all).saturating_sub(self.sent)
    }
}

/// The card of the test.
#[component]
pub(super) fn Throughput(bench: Bench) -> impl IntoView {
    let words = words::<BenchWords>();
    let (size, amount) = (NodeRef::<html::Select>::new(), NodeRef::<html::Select>::new());
    let chosen =
        |select: NodeRef<html::Select>| select.get_untracked().and_then(|s| s.value().parse::<u32>().ok());
    let running = move || bench.run.get().is_some_and(|run| run.took.is_none());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if running() {
            end(bench);
            socket::connect(bench); // what is on its way is not worth waiting for
        } else {
            begin(
                bench,
                chosen(size).unwrap_or(64 * KIB),
                chosen(amount).unwrap_or(16),
            );
        }
    };
    let is_open = move || matches!(bench.link.get(), Link::Open(_));
    let sizes = [
        ("1 KiB", KIB),
        ("64 KiB", 64 * KIB),
        ("1 MiB", MIB),
        ("16 MiB", 16 * MIB),
    ];
    let options = sizes.map(|(label, size)| {
        let usual = size == 64 * KIB;
        view! { <option value=size.to_string() selected=usual>{label}</option> }
    });
    let amounts = [16, 64, 256].map(|mib: u32| {
        let label = [&mib.to_string(), " MiB"].concat();
        view! { <option value=mib.to_string()>{label}</option> }
    });
    view! {
        <Card title=words.throughput icon=icon::PLAY class="throughput">
            <div class="body">
                <form class="line" on:submit=submit>
                    <label>{words.size}<select node_ref=size>{options}</select></label>
                    <label>{words.amount}<select node_ref=amount>{amounts}</select></label>
                    <button class="btn" type="submit" aria-disabled=move || (!is_open()).then_some("true")>
                        <Icon of=icon::PLAY/>{move || if running() { words.stop } else { words.start }}
                    </button>
                </form>
                {move || bench.run.get().map(|run| view! { <Progress run words/> })}
            </div>
        </Card>
    }
}

#[component]
fn Progress(run: Run, words: &'static BenchWords) -> impl IntoView {
    let mib = |messages: u32| {
        [
            &number(u64::from(messages) * u64::from(run.size) / u64::from(MIB)),
            " MiB",
        ]
        .concat()
    };
    let said = match run.took {
        None => words.there_and_back(&mib(run.back), &mib(run.all)),
        Some(took) => {
            let a_second = |n: f64| number((n * 1_000.0 / took.max(1.0)) as u64);
            let (bytes, messages) = (f64::from(run.back) * f64::from(run.size), f64::from(run.back));
            words.result(&a_second(bytes / 1_000_000.0), &a_second(messages))
        }
    };
    view! {
        <progress max=run.all.to_string() value=run.back.to_string() aria-label=words.throughput></progress>
        <p class="num small" role="status">{said}</p>
    }
}

fn begin(bench: Bench, size: u32, mib: u32) {
    if !matches!(bench.link.get_untracked(), Link::Open(_)) {
        return;
    }
    let all = (mib * MIB / size).max(1);
    let payload = js_sys::Uint8Array::new_with_length(size)
        .fill(0x5a, 0, size)
        .buffer();
    let (sent, back, began) = (0, 0, ticks());
    bench.running.set_value(Some(Run {
        size,
        all,
        sent,
        back,
        began,
        drawn: began,
        took: None,
    }));
    bench.payload.set_value(Some(payload));
    go_on(bench);
    show(bench);
}

/// A message came back. Returns whether it was one of the test's.
pub(super) fn came(bench: Bench, bytes: u32) -> bool {
    let change = |run: &mut Run| {
        if run.took.is_some() || run.size != bytes || run.back == run.sent {
            return None;
        }
        run.back += 1;
        if run.back == run.all {
            run.took = Some(ticks() - run.began);
        }
        let due = run.took.is_some() || ticks() - run.drawn > DRAW_EVERY_MS;
        if due {
            run.drawn = ticks();
        }
        Some(due)
    };
    let Some(due) = bench
        .running
        .try_update_value(|run| change(run.as_mut()?))
        .flatten()
    else {
        return false;
    };
    go_on(bench);
    if due {
        show(bench);
    }
    true
}

/// The test ends before its time: the connection is gone, or the person has seen enough.
pub(super) fn end(bench: Bench) {
    bench.running.update_value(|run| {
        if let Some(run) = run.as_mut().filter(|run| run.took.is_none()) {
            run.took = Some(ticks() - run.began);
        }
    });
    show(bench);
}

fn show(bench: Bench) {
    let run = bench.running.get_value();
    if run != bench.run.get_untracked() {
        bench.run.set(run);
    }
}

/// Sends what may be on its way.
fn go_on(bench: Bench) {
    let Some(run) = bench.running.get_value().filter(|run| run.took.is_none()) else {
        return;
    };
    let Some(payload) = bench.payload.get_value() else {
        return;
    };
    let message = Message::Buffer(payload);
    let sent = (0..run.due())
        .take_while(|_| socket::push(bench, &message))
        .count() as u32;
    bench.running.update_value(|run| {
        if let Some(run) = run {
            run.sent += sent;
        }
    });
}
