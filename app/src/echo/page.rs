//! The page of `/echo`: what the socket is, what the server sees, and the bench. A WebSocket upgrade there opens the
//! socket itself.

use backend::Error;
use leptos::prelude::*;
use wire::echo::Seen;

use super::cards::Bench;
use crate::{
    i18n::words,
    page::Page,
    ssr::RequestContext,
    strings,
    ui::{Card, icon},
};

strings! {
    /// What only the server says.
    struct PageWords {
        title: "Echo" / "回声",
        about: "Whatever is sent to this socket comes back: text as text, binary as binary, up to 16 MiB a message. A close code is answered in kind." / "发到此 WebSocket 的内容会原样返回：文本还是文本，二进制还是二进制，每条最大 16 MiB；关闭代码也会照样返回。",
        seen: "What the server sees" / "服务器看到的连接",
        address: "Your address" / "你的地址",
        http: "Protocol" / "协议",
        tls: "Encrypted" / "加密",
        yes: "Yes, TLS" / "是，TLS",
        no: "No" / "否",
        subprotocol: "Subprotocol" / "子协议",
        none: "none asked for, none chosen" / "未请求，未选择",
        socket: "Socket" / "套接字",
        from_shell: "From a shell" / "在命令行中",
        no_script: "The bench below needs JavaScript. The socket itself serves any program:" / "下面的测试台需要 JavaScript。任何程序都可以直接使用该套接字：",
    }
}

/// `/echo`
pub(crate) async fn page(request: RequestContext) -> Result<Page, Error> {
    let words = words::<PageWords>();
    let host = request.host.clone();
    Ok(Page::new(words.title, move || view! { <Echo seen=request.seen host/> }).under("/echo"))
}

#[component]
fn Echo(seen: Seen, host: String) -> impl IntoView {
    let words = words::<PageWords>();
    let (ws, http) = if seen.tls {
        ("wss://", "https://")
    } else {
        ("ws://", "http://")
    };
    let (socket, shell) = (
        [ws, &host, "/echo"].concat(),
        ["flotilla echo --server ", http, &host, " --count 100"].concat(),
    );
    view! {
        <div class="echo">
            <p class="lead">{words.about}</p>
            <noscript><p class="lead">{words.no_script}</p></noscript>
            <Bench/>
                <Card title=words.seen icon=icon::LAPTOP class="seen">
                    <dl>
                        <dt>{words.address}</dt><dd class="mono">{seen.address}</dd>
                        <dt>{words.http}</dt><dd class="mono">{seen.http}</dd>
                        <dt>{words.tls}</dt><dd>{if seen.tls { words.yes } else { words.no }}</dd>
                        <dt>{words.subprotocol}</dt><dd>{words.none}</dd>
                        <dt>{words.socket}</dt><dd class="mono"><code>{socket}</code></dd>
                        <dt>{words.from_shell}</dt><dd><code>{shell}</code></dd>
                    </dl>
                </Card>
        </div>
    }
}
