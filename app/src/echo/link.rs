//! The connection: open it, close it with a code, drop it.

use leptos::{ev, html, prelude::*};

use super::{
    bench::{Bench, Link},
    socket,
    stats::ms,
    words::BenchWords,
};
use crate::{
    i18n::words,
    ui::{Card, Icon, icon},
};

/// The card of the connection.
#[component]
pub(super) fn Connection(bench: Bench) -> impl IntoView {
    let words = words::<BenchWords>();
    let code = NodeRef::<html::Select>::new();
    let is_open = move || matches!(bench.link.get(), Link::Open(_));
    let said = move || match bench.link.get() {
        Link::Opening => words.connecting.to_owned(),
        Link::Open(_) => words.open.to_owned(),
        Link::Closed(None) => words.closed.to_owned(),
        Link::Closed(Some(code)) => words.closed_with(&code.to_string()),
    };
    let class = move || if is_open() { "chip good" } else { "chip" };
    let took = move || match bench.link.get() {
        Link::Open(micros) => words.opened_in(&ms(micros)),
        _ => String::new(),
    };
    let close = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let code = code
            .get_untracked()
            .and_then(|select| select.value().parse().ok());
        socket::close(bench, code.unwrap_or(1_000));
    };
    view! {
        <Card title=words.connection icon=icon::PLUG class="connection">
            <div class="body">
                <p class="line middle" role="status"><span class=class>{said}</span><span class="quiet small num">{took}</span></p>
                <form class="line" on:submit=close>
                    <label class="unseen" for="close-code">{words.close_code}</label>
                    <select id="close-code" node_ref=code>
                        <option value="1000">{words.normal}</option>
                        <option value="3000">{words.own}</option>
                        <option value="4000">{words.private}</option>
                        <option value="4999">"4999"</option>
                    </select>
                    <button class="btn" type="submit">{words.close}</button>
                </form>
                <p class="line">
                    <button class="btn" type="button" on:click=move |_| socket::connect(bench)>
                        <Icon of=icon::REFRESH/>{move || if is_open() { words.drop } else { words.connect }}
                    </button>
                </p>
            </div>
        </Card>
    }
}
