//! What the bench shows, written into the server's cards.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use wire::time::Time;

use super::{
    bench::{Bench, Link},
    frames::{Frame, Kind, MOST, Way},
    stats::{BARS, BOUNDS, RoundTrips, ms},
    words::BenchWords,
};
use crate::{
    i18n::{locale, number, words},
    time::{Offset, Show, text},
};

/// The histogram in its own units: a bar each 40, 120 high, the scale under it.
const BAR: usize = 40;
const HIGH: usize = 120;

/// Everything that may have changed.
pub(super) fn all(bench: &mut Bench) {
    let words = words::<BenchWords>();
    link(bench, words);
    run(bench, words);
    rows(bench, words);
    trips(bench, words);
}

/// Shows the fields of one kind of message.
pub(super) fn choose(root: &Element, what: &str) {
    let _ = root.set_attribute("data-what", what);
    for kind in ["text", "hex", "file"] {
        let tab = root.query_selector(&["[data-act=", kind, "]"].concat());
        if let Ok(Some(tab)) = tab {
            let _ = tab.set_attribute("aria-pressed", if kind == what { "true" } else { "false" });
        }
        show(
            root.query_selector(&["[data-field=", kind, "]"].concat())
                .ok()
                .flatten(),
            kind == what,
        );
    }
}

/// Empties the log.
pub(super) fn clear_frames(bench: &mut Bench) {
    bench.frames.clear();
    bench.fresh = 0;
    bench.say("rows", "");
    show(bench.part("no-frames"), true);
}

fn show(part: Option<Element>, shown: bool) {
    if let Some(part) = part {
        part.unchecked_into::<HtmlElement>().set_hidden(!shown);
    }
}

fn link(bench: &Bench, words: &BenchWords) {
    let (good, said, took) = match bench.link {
        Link::Opening => (false, words.connecting.to_owned(), String::new()),
        Link::Open(micros) => (true, words.open.to_owned(), words.opened_in(&ms(micros))),
        Link::Closed(None) => (false, words.closed.to_owned(), String::new()),
        Link::Closed(Some(code)) => (false, words.closed_with(&code.to_string()), String::new()),
    };
    if let Some(chip) = bench
        .part("link")
        .filter(|chip| chip.text_content().as_ref() != Some(&said))
    {
        chip.set_class_name(if good { "chip good" } else { "chip" });
        chip.set_text_content(Some(&said));
        bench.say("connect", if good { words.drop } else { words.connect });
        bench.say("took", &took);
    }
}

fn run(bench: &Bench, words: &BenchWords) {
    let Some(run) = &bench.run else { return };
    let mib = |messages| [&number(run.mib(messages)), " MiB"].concat();
    let said = match run.rates() {
        None => words.there_and_back(&mib(run.back), &mib(run.all)),
        Some((bytes, messages)) => words.result(&number(bytes), &number(messages)),
    };
    if let Some(progress) = bench.part("progress") {
        let _ = progress.set_attribute("max", &run.all.to_string());
        let _ = progress.set_attribute("value", &run.back.to_string());
    }
    show(bench.part("progress"), true);
    bench.say("result", &said);
    bench.say("start", if run.is_on() { words.stop } else { words.start });
}

fn rows(bench: &mut Bench, words: &BenchWords) {
    let fresh = std::mem::take(&mut bench.fresh).min(MOST);
    let Some(body) = bench.part("rows").filter(|_| fresh > 0) else {
        return;
    };
    show(bench.part("no-frames"), false);
    let rows: String = bench
        .frames
        .newest()
        .take(fresh)
        .map(|frame| row(frame, words))
        .collect();
    let _ = body.insert_adjacent_html("afterbegin", &rows);
    while body.child_element_count() as usize > MOST {
        if let Some(last) = body.last_element_child() {
            last.remove();
        }
    }
}

fn row(frame: &Frame, words: &BenchWords) -> String {
    let at = Time(i64::try_from(frame.at_ms).unwrap_or_default() * 1_000);
    let seconds = (frame.at_ms / 1_000 % 60 + 100).to_string();
    let clock = [
        &text(at, Show::Clock, Offset::at(at), locale()),
        ":",
        &seconds[1..],
    ]
    .concat();
    let (class, way) = match frame.way {
        Way::Sent => ("sent", words.sent),
        Way::Came => ("came", words.came),
        Way::Link => ("link", words.link),
    };
    let (kind, bytes) = match frame.kind {
        Kind::Text => (words.text, number(frame.bytes.into())),
        Kind::Binary => (words.binary, number(frame.bytes.into())),
        Kind::None => ("", String::new()),
    };
    let (number, trip) = (
        number(frame.number.into()),
        frame.micros.map(ms).unwrap_or_default(),
    );
    // The content alone is somebody else's words.
    let content = frame.shows.replace('&', "&amp;").replace('<', "&lt;");
    let cells = [
        ("num", &*number),
        ("num", &clock),
        ("way", way),
        ("", kind),
        ("num", &bytes),
        ("num", &trip),
        ("mono", &content),
    ];
    let cells = cells.map(|(class, text)| ["<td class=\"", class, "\">", text, "</td>"].concat());
    ["<tr class=\"", class, "\">", &cells.concat(), "</tr>"].concat()
}

fn trips(bench: &Bench, words: &BenchWords) {
    let (Some(chart), count) = (bench.part("chart"), bench.trips.len()) else {
        return;
    };
    show(bench.part("no-trips"), count == 0);
    show(bench.part("measured"), count > 0);
    let Some(percentiles) = bench.trips.percentiles([50, 95, 99]) else {
        return;
    };
    let [p50, p95, p99] = percentiles.map(ms);
    let _ = chart.set_attribute("aria-label", &words.chart(&count.to_string(), &p50, &p95, &p99));
    chart.set_inner_html(&histogram(&bench.trips));
    for (name, value) in [("p50", p50), ("p95", p95), ("p99", p99)] {
        bench.say(name, &[&value, " ms"].concat());
    }
    bench.say("count", &words.measured(count as u64));
}

/// The bars and their scale, as SVG.
fn histogram(trips: &RoundTrips) -> String {
    let bars = trips.histogram();
    let most = bars.into_iter().max().unwrap_or(1).max(1);
    let mut svg = String::new();
    for (at, count) in bars.into_iter().enumerate() {
        // A bar that holds anything at all is seen.
        let height = (count * HIGH / most).max(usize::from(count > 0) * 2);
        let (x, y, height) = (
            (at * BAR + 3).to_string(),
            (HIGH - height).to_string(),
            height.to_string(),
        );
        svg.push_str(
            &[
                "<rect x=\"",
                &x,
                "\" y=\"",
                &y,
                "\" width=\"34\" height=\"",
                &height,
                "\" rx=\"3\"/>",
            ]
            .concat(),
        );
    }
    let (wide, high) = ((BAR * BARS).to_string(), HIGH.to_string());
    svg.push_str(&["<line x2=\"", &wide, "\" y1=\"", &high, "\" y2=\"", &high, "\"/>"].concat());
    for (at, bound) in BOUNDS.into_iter().enumerate() {
        let x = ((at + 1) * BAR).to_string();
        svg.push_str(&["<text x=\"", &x, "\" y=\"138\">", &short(bound), "</text>"].concat());
    }
    svg
}

/// A bound under its line, in milliseconds: `0.1`, `5`, `200`, `1 s`.
fn short(micros: u32) -> String {
    match micros {
        0..1_000 => ["0.", &(micros / 100).to_string()].concat(),
        1_000_000.. => [&(micros / 1_000_000).to_string(), " s"].concat(),
        _ => (micros / 1_000).to_string(),
    }
}
