//! What is sent: text, bytes as hex digits, or a file.

use leptos::{ev, html, prelude::*};
use wire::echo::MAX_ECHO_BYTES;

use super::{
    bench::Bench,
    hex,
    socket::{self, Message},
    words::BenchWords,
};
use crate::{
    i18n::words,
    ui::{Card, Icon, icon},
};

/// Most times one message is sent with one click: a histogram's worth.
const MOST_TIMES: u32 = 1_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Text,
    Hex,
    File,
}

/// The card of what is sent.
#[component]
pub(super) fn Sender(bench: Bench) -> impl IntoView {
    let words = words::<BenchWords>();
    let (what, wrong) = (RwSignal::new(What::Text), RwSignal::new(""));
    let (text, bytes) = (NodeRef::<html::Textarea>::new(), NodeRef::<html::Input>::new());
    let (file, times) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let message = move || match what.get_untracked() {
        What::Text => Ok(Message::Text(
            text.get_untracked()
                .map(|field| field.value())
                .unwrap_or_default(),
        )),
        What::Hex => {
            let digits = bytes
                .get_untracked()
                .map(|field| field.value())
                .unwrap_or_default();
            hex::parse(&digits).map(Message::Bytes).ok_or(words.not_hex)
        }
        What::File => {
            let file = file
                .get_untracked()
                .and_then(|field| field.files()?.get(0))
                .ok_or(words.no_file)?;
            if file.size() > MAX_ECHO_BYTES as f64 {
                Err(words.too_large)
            } else {
                Ok(Message::File(file.into()))
            }
        }
    };
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let times: u32 = times
            .get_untracked()
            .and_then(|field| field.value().parse().ok())
            .unwrap_or(1);
        let sent = message().and_then(|message| {
            let sent = socket::send(bench, message, times.clamp(1, MOST_TIMES));
            if sent { Ok(()) } else { Err(words.not_open) }
        });
        wrong.set(sent.err().unwrap_or_default());
    };
    let tab = move |this: What, label: &'static str| {
        let chosen = move || if what.get() == this { "true" } else { "false" };
        let choose = move |_| {
            what.set(this);
            wrong.set("");
        };
        view! { <button type="button" aria-pressed=chosen on:click=choose>{label}</button> }
    };
    let hidden = move |this: What| move || what.get() != this;
    view! {
        <Card title=words.send icon=icon::SEND class="sender">
            <div class="body">
                <form class="stack" on:submit=send>
                    <div class="segments">{tab(What::Text, words.text)}{tab(What::Hex, words.hex)}{tab(What::File, words.file)}</div>
                    <div class="field" hidden=hidden(What::Text)>
                        <label for="echo-text">{words.message}</label>
                        <textarea id="echo-text" rows="2" node_ref=text>"Hello, Navigator!"</textarea>
                    </div>
                    <div class="field" hidden=hidden(What::Hex)>
                        <label for="echo-hex">{words.bytes}</label>
                        <input id="echo-hex" class="mono" value="48 65 6c 6c 6f 00 ff" autocomplete="off" spellcheck="false" node_ref=bytes/>
                    </div>
                    <div class="field" hidden=hidden(What::File)>
                        <label for="echo-file">{words.pick}</label>
                        <input id="echo-file" type="file" node_ref=file/>
                    </div>
                    <div class="line">
                        <label class="times">{words.times}
                            <input type="number" min="1" max=MOST_TIMES.to_string() value="1" node_ref=times/>
                        </label>
                        <button class="btn primary" type="submit"><Icon of=icon::SEND/>{words.send}</button>
                    </div>
                    <p class="err" role="alert">{move || wrong.get()}</p>
                </form>
            </div>
        </Card>
    }
}
