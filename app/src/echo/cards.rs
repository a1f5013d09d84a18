//! The cards of the bench: all of its markup. The island finds its parts by `data-echo` and what is clicked by `data-act`.

use leptos::prelude::*;

use super::{
    bench::EchoBench,
    frames::MOST,
    run::{KIB, MIB},
    stats::BARS,
    words::BenchWords,
};
use crate::{
    i18n::words,
    strings,
    ui::{Card, Icon, icon},
};

strings! {
    /// What the cards say.
    struct CardWords {
        connection: "Connection" / "连接",
        close: "Close" / "关闭",
        close_code: "Close code" / "关闭代码",
        normal: "1000 normal" / "1000 正常",
        own: "3000 for libraries" / "3000 供程序库",
        private: "4000 private" / "4000 私用",
        send: "Send" / "发送",
        text: "Text" / "文本",
        hex: "Hex" / "十六进制",
        file: "File" / "文件",
        message: "Message" / "消息",
        bytes: "Bytes, as hex digits" / "字节（十六进制）",
        pick: "A file, 16 MiB at most" / "文件，最大 16 MiB",
        times: "Times" / "次数",
        trips: "Round trips" / "往返时间",
        no_trips: "Send something, and see how long it takes to come back." / "发送一条消息，看看往返需要多久。",
        throughput: "Throughput" / "吞吐量",
        size: "Message size" / "消息大小",
        amount: "Amount" / "总量",
        log: "Frames" / "帧",
        no_frames: "Nothing yet." / "暂无内容。",
        number: "No." / "序号",
        at: "Time" / "时间",
        direction: "Direction" / "方向",
        kind: "Kind" / "类型",
        length: "Bytes" / "字节",
        trip: "ms" / "毫秒",
        content: "Content" / "内容",
        clear: "Clear" / "清空",
        latest(n): "The latest {n} are kept" / "保留最近 {n} 条",
    }
}

/// The whole bench.
#[component]
pub(super) fn Bench() -> impl IntoView {
    view! {
        <div class="bench" data-what="text">
            <EchoBench/>
            <Connection/>
            <Sender/>
            <Throughput/>
            <Chart/>
            <Log/>
        </div>
    }
}

#[component]
fn Connection() -> impl IntoView {
    let (words, bench) = (words::<CardWords>(), words::<BenchWords>());
    view! {
        <Card title=words.connection icon=icon::PLUG class="connection">
            <div class="body">
                <p class="line middle" role="status">
                    <span class="chip" data-echo="link">{bench.connecting}</span>
                    <span class="quiet small num" data-echo="took"></span>
                </p>
                <form class="line" data-act="close">
                    <label class="unseen" for="close-code">{words.close_code}</label>
                    <select id="close-code" data-echo="code">
                        <option value="1000">{words.normal}</option>
                        <option value="3000">{words.own}</option>
                        <option value="4000">{words.private}</option>
                        <option value="4999">"4999"</option>
                    </select>
                    <button class="btn" type="submit">{words.close}</button>
                </form>
                <p class="line">
                    <button class="btn" type="button" data-act="connect">
                        <Icon of=icon::REFRESH/><span data-echo="connect">{bench.connect}</span>
                    </button>
                </p>
            </div>
        </Card>
    }
}

#[component]
fn Sender() -> impl IntoView {
    let words = words::<CardWords>();
    let tabs = [
        ("text", words.text, "true"),
        ("hex", words.hex, "false"),
        ("file", words.file, "false"),
    ];
    let tabs = tabs.map(|(what, label, pressed)| {
        view! { <button type="button" data-act=what aria-pressed=pressed>{label}</button> }
    });
    view! {
        <Card title=words.send icon=icon::SEND class="sender">
            <div class="body">
                <form class="stack" data-act="send">
                    <div class="segments">{tabs}</div>
                    <div class="field" data-field="text">
                        <label for="echo-text">{words.message}</label>
                        <textarea id="echo-text" rows="2" data-echo="text" data-keys="n">"Hello, Navigator!"</textarea>
                    </div>
                    <div class="field" data-field="hex" hidden>
                        <label for="echo-hex">{words.bytes}</label>
                        <input id="echo-hex" class="mono" value="48 65 6c 6c 6f 00 ff" autocomplete="off" spellcheck="false" data-echo="hex"/>
                    </div>
                    <div class="field" data-field="file" hidden>
                        <label for="echo-file">{words.pick}</label>
                        <input id="echo-file" type="file" data-echo="file"/>
                    </div>
                    <div class="line">
                        <label class="times">
                            {words.times}<input type="number" min="1" max="1000" value="1" data-echo="times"/>
                        </label>
                        <button class="btn primary" type="submit"><Icon of=icon::SEND/>{words.send}</button>
                    </div>
                    <p class="err" role="alert" data-echo="wrong"></p>
                </form>
            </div>
        </Card>
    }
}

#[component]
fn Throughput() -> impl IntoView {
    let (words, bench) = (words::<CardWords>(), words::<BenchWords>());
    let sizes = [
        ("64 KiB", 64 * KIB),
        ("1 KiB", KIB),
        ("1 MiB", MIB),
        ("16 MiB", 16 * MIB),
    ];
    let sizes = sizes.map(|(label, size)| view! { <option value=size.to_string()>{label}</option> });
    let amounts = ["16", "64", "256"].map(|mib| view! { <option value=mib>{mib}" MiB"</option> });
    view! {
        <Card title=words.throughput icon=icon::PLAY class="throughput">
            <div class="body">
                <form class="line" data-act="run">
                    <label>{words.size}<select data-echo="size">{sizes}</select></label>
                    <label>{words.amount}<select data-echo="amount">{amounts}</select></label>
                    <button class="btn" type="submit"><Icon of=icon::PLAY/><span data-echo="start">{bench.start}</span></button>
                </form>
                <progress max="1" value="0" aria-label=words.throughput data-echo="progress" hidden></progress>
                <p class="num small" role="status" data-echo="result"></p>
            </div>
        </Card>
    }
}

#[component]
fn Chart() -> impl IntoView {
    let words = words::<CardWords>();
    let view_box = ["0 0 ", &(BARS * 40).to_string(), " 146"].concat();
    let figures =
        ["p50", "p95", "p99"].map(|name| view! { <div><dt>{name}</dt><dd data-echo=name></dd></div> });
    view! {
        <Card title=words.trips icon=icon::CLOCK class="trips">
            <div class="body">
                <p class="quiet none" data-echo="no-trips">{words.no_trips}</p>
                <div class="measured" data-echo="measured" hidden>
                    <svg class="histogram" viewBox=view_box role="img" aria-label=words.trips data-echo="chart"></svg>
                    <dl class="figures num">
                        {figures}
                        <div><dt class="unseen">{words.trips}</dt><dd class="quiet" data-echo="count"></dd></div>
                    </dl>
                    <button class="btn" type="button" data-act="clear-trips">{words.clear}</button>
                </div>
            </div>
        </Card>
    }
}

#[component]
fn Log() -> impl IntoView {
    let words = words::<CardWords>();
    let heads = [
        words.number,
        words.at,
        words.direction,
        words.kind,
        words.length,
        words.trip,
        words.content,
    ];
    let heads = heads.map(|word| view! { <th>{word}</th> });
    let files = [("csv", "CSV"), ("json", "JSON")].map(|(kind, label)| {
        view! { <button class="btn" type="button" data-act=kind><Icon of=icon::DOWNLOAD/>{label}</button> }
    });
    view! {
        <Card title=words.log icon=icon::FILE class="frames">
            <div class="scroll" tabindex="0" role="region" aria-label=words.log>
                <table>
                    <thead><tr>{heads}</tr></thead>
                    <tbody data-echo="rows"></tbody>
                </table>
                <p class="quiet none" data-echo="no-frames">{words.no_frames}</p>
            </div>
            <footer class="line middle">
                <span class="quiet small">{words.latest(&MOST.to_string())}</span>
                {files}
                <button class="btn bare" type="button" data-act="clear-frames">{words.clear}</button>
            </footer>
        </Card>
    }
}
