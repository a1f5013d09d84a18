//! The log of frames, and its export.

use leptos::{either::Either, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};
use wire::time::Time;

use super::{
    bench::Bench,
    frames::{Frame, Kind, MOST, Way},
    stats::ms,
    words::BenchWords,
};
use crate::{
    i18n::{locale, number, words},
    time::{Offset, Show, text},
    ui::{Card, Icon, icon},
};

/// The card of the log.
#[component]
pub(super) fn Log(bench: Bench) -> impl IntoView {
    let words = words::<BenchWords>();
    let rows = move || bench.frames.with(|frames| frames.all());
    let none = move || bench.frames.with(|frames| frames.all().is_empty());
    let save_csv = move |_| {
        save(
            &bench.frames.with_untracked(|frames| frames.csv()),
            "echo.csv",
            "text/csv",
        )
    };
    let save_json = move |_| {
        save(
            &bench.frames.with_untracked(|frames| frames.json()),
            "echo.json",
            "application/json",
        )
    };
    view! {
        <Card title=words.log icon=icon::FILE class="frames">
            <div class="scroll" tabindex="0" role="region" aria-label=words.log>
                <table>
                    <thead><tr>
                        <th>{words.number}</th><th>{words.at}</th><th>{words.direction}</th><th>{words.kind}</th>
                        <th>{words.length}</th><th>{words.trip}</th><th>{words.content}</th>
                    </tr></thead>
                    <tbody>
                        <For each=rows key=|frame| frame.number children=move |frame| row(frame, words)/>
                    </tbody>
                </table>
                {move || none().then(|| view! { <p class="quiet none">{words.no_frames}</p> })}
            </div>
            <footer class="line middle">
                <span class="quiet small">{words.latest(&MOST.to_string())}</span>
                <button class="btn" type="button" on:click=save_csv><Icon of=icon::DOWNLOAD/>"CSV"</button>
                <button class="btn" type="button" on:click=save_json><Icon of=icon::DOWNLOAD/>"JSON"</button>
                <button class="btn bare" type="button" on:click=move |_| bench.frames.update(|frames| frames.clear())>
                    {words.clear}
                </button>
            </footer>
        </Card>
    }
}

fn row(frame: Frame, words: &'static BenchWords) -> impl IntoView {
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
    let kind = match frame.kind {
        Kind::Text => Either::Left(words.text),
        Kind::Binary => Either::Left(words.binary),
        Kind::None => Either::Right(()),
    };
    let bytes = (frame.kind != Kind::None).then(|| number(frame.bytes.into()));
    view! {
        <tr class=class>
            <td class="num">{number(frame.number.into())}</td>
            <td class="num">{clock}</td>
            <td class="way">{way}</td>
            <td>{kind}</td>
            <td class="num">{bytes}</td>
            <td class="num">{frame.micros.map(ms)}</td>
            <td class="mono">{frame.shows}</td>
        </tr>
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
