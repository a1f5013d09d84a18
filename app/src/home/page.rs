//! The page: for somebody, their dashboard; for a stranger, the way in.

use backend::Error;
use leptos::prelude::*;
use wire::{
    accounts::{Person, Session},
    echo::Seen,
};

use super::{
    fresh::Fresh,
    room::{Here, Latest},
};
use crate::{
    i18n::words,
    page::Page,
    ssr::RequestContext,
    strings,
    time::When,
    ui::{Card, Chip, Icon, icon},
};

strings! {
    /// What only the server says.
    struct HomeWords {
        title: "Home" / "首页",
        night(name): "Still up, {name}?" / "{name}，夜深了",
        morning(name): "Good morning, {name}" / "早上好，{name}",
        afternoon(name): "Good afternoon, {name}" / "下午好，{name}",
        evening(name): "Good evening, {name}" / "晚上好，{name}",
        hello(name): "Hello, {name}" / "你好，{name}",
        today[n]: "{n} message today" | "{n} messages today" / "今天有 {n} 条消息",
        calm: "All quiet today" / "今天风平浪静",
        present[n]: "{n} person here now" | "{n} people here now" / "现在有 {n} 人在线",
        alone: "nobody else here just now" / "暂时没有其他人在线",
        between: ", " / "，",
        open_chat: "Open chat" / "打开聊天",
        here: "Here now" / "在线成员",
        connection: "Your connection" / "你的连接",
        measure: "Measure it" / "测量",
        address: "Address" / "地址",
        protocol: "Protocol" / "协议",
        secure: "Encrypted" / "已加密",
        plain: "not encrypted" / "未加密",
        devices: "Your devices" / "你的设备",
        manage: "Manage" / "管理",
        this_one: "this one" / "本设备",
        device: "A browser" / "浏览器",
        invite: "Bring somebody aboard" / "邀请同伴",
        invite_why: "Share this address. Whoever opens it joins as a guest with an email and a name, or makes an account." / "分享此地址。打开的人只需邮箱和名字即可以访客身份加入，也可以注册账户。",
    }
}

strings! {
    /// What a stranger reads.
    struct StrangerWords {
        title: "Welcome aboard" / "欢迎登船",
        why: "Flotilla is where this team talks and keeps its day together. Everything is live, and nothing is lost when a connection is." / "Flotilla 是这个团队交流与协作的地方。一切实时同步，断线也不会丢失任何内容。",
        join: "Join the conversation" / "加入聊天",
        sign_in: "Sign in" / "登录",
        register: "Create an account" / "创建账户",
        first: "Set sail" / "扬帆起航",
        first_why: "This Flotilla is new: the first account made is its administrator's. That takes a name, an email and a password." / "这是一个全新的 Flotilla：第一个创建的账户即为管理员。只需用户名、邮箱和密码。",
        first_act: "Create the first account" / "创建第一个账户",
    }
}

/// Devices on the tile.
const DEVICES: usize = 3;

/// `/`
pub(crate) async fn page(request: RequestContext) -> Result<Page, Error> {
    match request.caller.person().cloned() {
        Ok(me) => dashboard(request, me).await,
        Err(_) => stranger(&request).await,
    }
}

async fn dashboard(request: RequestContext, me: Person) -> Result<Page, Error> {
    let now = request.now();
    let (latest, here) = (Latest::load(&request).await?, Here::load(&request));
    let devices = match request.caller.member() {
        Ok(_) => request.backend.accounts.sessions(&request.caller).await?,
        Err(_) => Vec::new(),
    };
    let hello = greeting(request.offset.hour(now), &me.name);
    let news = news(latest.today(now, request.offset) as u64, here.others() as u64);
    let seen = request.seen.clone();
    let words = words::<HomeWords>();
    Ok(Page::new(words.title, move || {
        view! {
            <div class="home">
                <Fresh/>
                <header class="hello"><h2>{hello}</h2><p class="quiet">{news}</p></header>
                <div class="tiles">
                    <div class="column">
                        <Card title="general" icon=icon::HASH class="tile" link=to("/chat/general", words.open_chat)>
                            <div data-part="latest" data-topic="chat:general">{latest.view()}</div>
                        </Card>
                        <Card title=words.invite icon=icon::PLUS class="tile">
                            <p class="text">{words.invite_why}</p>
                        </Card>
                    </div>
                    <div class="column">
                        <Card title=words.here icon=icon::PEOPLE class="tile">
                            <div data-part="here" data-topic="chat:general">{here.view()}</div>
                        </Card>
                        {(!devices.is_empty()).then(|| view! { <Devices devices/> })}
                        <Connection seen/>
                    </div>
                </div>
            </div>
        }
    })
    .under("/"))
}

fn to(href: &str, text: &str) -> (String, String) {
    (href.to_owned(), text.to_owned())
}

fn greeting(hour: Option<u32>, name: &str) -> String {
    let words = words::<HomeWords>();
    match hour {
        Some(0..5) => words.night(name),
        Some(5..12) => words.morning(name),
        Some(12..18) => words.afternoon(name),
        Some(_) => words.evening(name),
        None => words.hello(name),
    }
}

fn news(today: u64, others: u64) -> String {
    let words = words::<HomeWords>();
    let said = if today == 0 {
        words.calm.to_owned()
    } else {
        words.today(today)
    };
    let present = if others == 0 {
        words.alone.to_owned()
    } else {
        words.present(others)
    };
    [&said, words.between, &present].concat()
}

#[component]
fn Devices(devices: Vec<Session>) -> impl IntoView {
    let words = words::<HomeWords>();
    let rows = devices.into_iter().take(DEVICES).map(|device| {
        let of = if device.agent.contains("Mobile") {
            icon::PHONE
        } else {
            icon::LAPTOP
        };
        view! {
            <li class="row">
                <Icon of=of/>
                <span class="w">
                    <span class="cut">{browser(&device.agent, words.device)}</span>
                    <When at=device.seen_at class="num quiet small"/>
                </span>
                {device.current.then(|| view! { <Chip text=words.this_one/> })}
            </li>
        }
    });
    view! {
        <Card title=words.devices icon=icon::LAPTOP class="tile" link=to("/settings", words.manage)>
            <ul>{rows.collect_view()}</ul>
        </Card>
    }
}

/// A browser by its own long words, in two: `Firefox · Windows`. What it claims to be besides comes later in the list.
fn browser(agent: &str, unknown: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| *name)
    };
    let name = first(&[
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "curl"),
    ]);
    let system = first(&[
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (name, system) {
        (Some(name), Some(system)) => [name, " · ", system].concat(),
        (one, other) => one.or(other).unwrap_or(unknown).to_owned(),
    }
}

#[component]
fn Connection(seen: Seen) -> impl IntoView {
    let words = words::<HomeWords>();
    let (secure, tone) = if seen.tls {
        (words.secure, "good")
    } else {
        (words.plain, "")
    };
    let chip = ["chip ", tone].concat();
    view! {
        <Card title=words.connection icon=icon::ECHO class="tile" link=to("/echo", words.measure)>
            <dl class="facts">
                <div><dt>{words.address}</dt><dd class="mono">{seen.address}</dd></div>
                <div><dt>{words.protocol}</dt><dd>{seen.http}" "<span class=chip>{secure}</span></dd></div>
            </dl>
        </Card>
    }
}

async fn stranger(request: &RequestContext) -> Result<Page, Error> {
    let (words, title) = (words::<StrangerWords>(), words::<HomeWords>().title);
    let first = request.backend.accounts.is_first().await?;
    let (heading, why) = if first {
        (words.first, words.first_why)
    } else {
        (words.title, words.why)
    };
    let acts = move || {
        if first {
            return view! { <a class="btn primary" href="/register">{words.first_act}</a> }.into_any();
        }
        view! {
            <a class="btn primary" href="/chat/general">{words.join}</a>
            <a class="btn" href="/login">{words.sign_in}</a>
            <a class="btn bare" href="/register">{words.register}</a>
        }
        .into_any()
    };
    Ok(Page::new(title, move || {
        view! {
            <section class="welcome">
                <img src="/icon.svg" alt="" width="72" height="72"/>
                <h2>{heading}</h2>
                <p>{why}</p>
                <div class="actions">{acts()}</div>
            </section>
        }
    })
    .under("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_by_what_it_is() {
        let cases = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
                "Edge · Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/26.0 Safari/605",
                "Safari · macOS",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
                "Firefox · Linux",
            ),
            ("curl/8.5.0", "curl"),
            ("", "A browser"),
        ];
        for (agent, expected) in cases {
            assert_eq!(browser(agent, "A browser"), expected);
        }
    }

    #[test]
    fn the_greeting_knows_the_hour_only_when_the_browser_told() {
        assert_eq!(greeting(Some(8), "Ada"), "Good morning, Ada");
        assert_eq!(greeting(Some(23), "Ada"), "Good evening, Ada");
        assert_eq!(greeting(None, "Ada"), "Hello, Ada");
    }

    #[test]
    fn the_news_count_in_words() {
        assert_eq!(news(0, 0), "All quiet today, nobody else here just now");
        assert_eq!(news(1, 1), "1 message today, 1 person here now");
    }
}
