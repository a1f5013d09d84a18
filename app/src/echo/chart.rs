//! The histogram of round trips, with p50, p95 and p99.

use leptos::{either::Either, prelude::*};

use super::{
    bench::Bench,
    stats::{BARS, BOUNDS, RoundTrips, ms},
    words::BenchWords,
};
use crate::{
    i18n::words,
    ui::{Card, icon},
};

/// The drawing, in its own units: a bar each 40, 120 high, the scale under it.
const BAR: usize = 40;
const HIGH: usize = 120;
const WIDE: usize = BAR * BARS;

/// The card of the round trips.
#[component]
pub(super) fn Chart(bench: Bench) -> impl IntoView {
    let words = words::<BenchWords>();
    let body = move || {
        bench.trips.with(|trips| match trips.percentiles([50, 95, 99]) {
            None => Either::Left(view! { <p class="quiet none">{words.no_trips}</p> }),
            Some(percentiles) => Either::Right(drawn(trips, percentiles, words)),
        })
    };
    let empty = move || bench.trips.with(|trips| trips.len() == 0);
    let clear = move |_| bench.trips.set(RoundTrips::default());
    view! {
        <Card title=words.trips icon=icon::CLOCK class="trips">
            <div class="body">
                {body}
                <button class="btn clear" type="button" hidden=empty on:click=clear>{words.clear}</button>
            </div>
        </Card>
    }
}

fn drawn(trips: &RoundTrips, percentiles: [u32; 3], words: &BenchWords) -> impl IntoView + use<> {
    let bars = trips.histogram();
    let most = bars.iter().copied().max().unwrap_or(1).max(1);
    let [p50, p95, p99] = percentiles.map(ms);
    let label = words.chart(&trips.len().to_string(), &p50, &p95, &p99);
    let bars = bars.into_iter().enumerate().map(|(at, count)| {
        // A bar that holds anything at all is seen.
        let height = (count * HIGH / most).max(usize::from(count > 0) * 2);
        let (x, y) = ((at * BAR + 3).to_string(), (HIGH - height).to_string());
        view! { <rect x=x y=y width=(BAR - 6).to_string() height=height.to_string() rx="3"></rect> }
    });
    let scale = BOUNDS.iter().enumerate().map(|(at, bound)| {
        let x = ((at + 1) * BAR).to_string();
        view! { <text x=x y="138">{short(*bound)}</text> }
    });
    let box_ = ["0 0 ", &WIDE.to_string(), " 146"].concat();
    view! {
        <svg class="histogram" viewBox=box_ role="img" aria-label=label>
            <g class="bars">{bars.collect_view()}</g>
            <line x1="0" x2=WIDE.to_string() y1=HIGH.to_string() y2=HIGH.to_string()></line>
            <g class="scale">{scale.collect_view()}</g>
        </svg>
        <dl class="figures num">
            <div><dt>"p50"</dt><dd>{p50}" ms"</dd></div>
            <div><dt>"p95"</dt><dd>{p95}" ms"</dd></div>
            <div><dt>"p99"</dt><dd>{p99}" ms"</dd></div>
            <div><dt class="unseen">{words.trips}</dt><dd class="quiet">{words.measured(trips.len() as u64)}</dd></div>
        </dl>
    }
}

/// A bound under its line, in milliseconds: `0.1`, `5`, `200`, `1 s`.
fn short(micros: u32) -> String {
    match micros {
        0..1_000 => ["0.", &(micros / 100).to_string()].concat(),
        1_000_000.. => [&(micros / 1_000_000).to_string(), " s"].concat(),
        _ => (micros / 1_000).to_string(),
    }
}
