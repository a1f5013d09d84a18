//! The page of a room, rendered with what it holds: `/chat/{room}`, and `?before=ID` for older messages without WASM.

use backend::Error;
use leptos::prelude::*;
use wire::{
    accounts::Person,
    chat::{Page as Messages, Room, Snapshot},
};

use super::{
    composer::SEND,
    here::{self, Here, HereCount},
    room::RoomLines,
    row::Line,
    start::{SLOT, Start},
    timeline::{Row, Timeline},
    words::RoomWords,
};
use crate::{
    flash,
    i18n::{locale, words},
    page::{Layout, Page},
    slot::slot,
    ssr::{self, RequestContext},
    strings,
    time::{Offset, Show, text},
    ui::{Empty, Enhance, Field, FormError, Icon, Submit, icon},
};

strings! {
    /// What only the server says.
    struct PageWords {
        messages(room): "Messages in #{room}" / "#{room} 的消息",
        empty: "No messages yet. Say hello." / "还没有消息，打个招呼吧。",
        place(room): "Message #{room}" / "发消息到 #{room}",
        send: "Send" / "发送",
        keys: "to send" / "发送",
        offline: "You are offline. What you send goes out when the connection is back." / "你已离线。发送的内容会在连接恢复后发出。",
        refused: "You may no longer read this room. Reload the page to see why." / "你已无法阅读此聊天室，请刷新页面查看原因。",
        rooms: "Rooms" / "聊天室",
        here: "Here now" / "在线成员",
        newest: "Back to the newest messages" / "回到最新消息",
        join_title(room): "Join #{room}" / "加入 #{room}",
        join_why: "An email and a name are all it takes. Others see the name, never the address." / "只需邮箱和名字。别人只会看到名字，看不到邮箱。",
        email: "Email" / "邮箱",
        username: "Username" / "用户名",
        join_act: "Join" / "加入",
        account: "Have an account? Sign in" / "已有账号？登录",
    }
}

/// Where the Join form is posted to: a server function of the accounts.
const JOIN: &str = "/fn/accounts/join";

/// Messages a page holds: two tall screens.
pub(super) const PAGE: usize = 50;

/// `/chat/{room}`
pub(crate) async fn page(request: RequestContext) -> Result<Page, Error> {
    let name = request.segment(1);
    let Ok(me) = request.caller.person().cloned() else {
        return Ok(stranger(&request, &name));
    };
    let chat = &request.backend.chat;
    let rooms = chat.rooms(&request.caller).await?;
    let title = ["# ", &name].concat();
    let offset = request.offset;
    if let Some(before) = request.query("before").and_then(|id| id.parse().ok()) {
        let older = chat.before(&request.caller, &name, before, PAGE).await?;
        return Ok(framed(title, move || past(&rooms, &name, older, offset)));
    }
    let snapshot = chat.snapshot(&request.caller, &name, PAGE).await?;
    let here: here::Start = (name.clone(), me.id, present(&request, &name, &me));
    let start = Start { snapshot, me, offset };
    let page = framed(title, move || {
        view! {
            {slot(here::SLOT, here)}
            <div class="chat">
                <Rooms rooms=rooms current=name live=true/>
                <Conversation start/>
            </div>
        }
    });
    Ok(page.bar(|| view! { <HereCount/> }))
}

/// Who is here, the reader among them.
fn present(request: &RequestContext, room: &str, me: &Person) -> Vec<Person> {
    let topic = backend::chat::topic(room);
    let people = request.backend.hub.people(&topic);
    let others = people
        .iter()
        .filter(|person| person.id != me.id)
        .map(|person| Person::clone(person));
    std::iter::once(me.clone()).chain(others).collect()
}

/// The client id of a form that is sent without WASM.
fn fresh_id() -> String {
    ssr::backend().random.id()
}

fn framed<V: IntoView + 'static>(title: String, body: impl FnOnce() -> V + Send + 'static) -> Page {
    Page::new(title, body).under("/chat").layout(Layout::Fill)
}

/// The conversation: all of its markup but the lines, which are the island's. It finds its parts by `data-chat`.
#[component]
fn Conversation(start: Start) -> impl IntoView {
    let words = words::<PageWords>();
    let (room, me) = (start.snapshot.room.clone(), start.me.id);
    let timeline = Timeline::from(start.snapshot.clone());
    let before = timeline.before().map(|id| ["?before=", &id.to_string()].concat());
    let older = crate::i18n::words::<RoomWords>().older;
    let (no_older, not_empty) = (before.is_none(), !timeline.is_empty());
    view! {
        {slot(SLOT, start)}
        <section class="conv">
            // Laid out from its end, so that the newest are in sight without a script and older ones come in without a jump.
            <div class="log" tabindex="0" role="region" aria-label=words.messages(&room) data-chat="log">
                <div class="lines">
                    <a class="btn bare older" href=before hidden=no_older data-chat="older" data-act="older">{older}</a>
                    <div data-chat="empty" hidden=not_empty><Empty icon=icon::CHAT title=words.empty/></div>
                    <RoomLines/>
                </div>
            </div>
            <div class="between">
                <button type="button" class="btn primary fresh" hidden data-chat="newest" data-act="newest"></button>
                <p class="typing quiet small" data-chat="typing"></p>
                <p class="banner warn" role="status" hidden data-chat="offline">{words.offline}</p>
                <p class="banner bad" role="status" hidden data-chat="refused">{words.refused}</p>
            </div>
            <Composer room me/>
        </section>
    }
}

/// Where one types: a plain form that the island takes over.
#[component]
fn Composer(room: String, me: i64) -> impl IntoView {
    let words = words::<PageWords>();
    let refused = flash::error(SEND, "text").or_else(|| flash::error(SEND, "request"));
    let class = if refused.is_some() {
        "small num err"
    } else {
        "small num"
    };
    let place = words.place(&room);
    // An empty child would leave a space in the box.
    let kept = flash::value(SEND, "text").map(|text| text.replace('&', "&amp;").replace('<', "&lt;"));
    view! {
        <form class="composer" method="post" action=SEND>
            <input type="hidden" name="room" value=room/>
            <input type="hidden" name="client_id" value=fresh_id()/>
            <input type="hidden" name="author" value=me/>
            <textarea
                name="text"
                rows="1"
                placeholder=place.clone()
                aria-label=place
                aria-describedby="composer-says"
                data-chat="text"
                data-keys="n"
                inner_html=kept
            ></textarea>
            <div class="tools">
                <p id="composer-says" class=class role="status" data-chat="says">{refused}</p>
                <span class="quiet small wide enter"><kbd>"Enter"</kbd>" "{words.keys}</span>
                <button class="btn primary" type="submit"><Icon of=icon::SEND/>{words.send}</button>
            </div>
        </form>
    }
}

/// A page of the past, which nothing changes.
fn past(rooms: &[Room], name: &str, older: Messages, offset: Offset) -> impl IntoView + use<> {
    let (page, room) = (words::<PageWords>(), words::<RoomWords>());
    let Messages { messages, more } = older;
    let position = Default::default();
    let timeline = Timeline::from(Snapshot {
        room: name.to_owned(),
        messages,
        more,
        position,
    });
    let rows = timeline.rows(0, |at| text(at, Show::Weekday, offset, locale()));
    let lines = rows.into_iter().map(|row: Row| view! { <Line row offset/> });
    let older = timeline.before().map(|id| {
        let href = ["?before=", &id.to_string()].concat();
        view! { <a class="btn bare older" href=href>{room.older}</a> }
    });
    let newest = ["/chat/", name].concat();
    view! {
        <div class="chat">
            <Rooms rooms=rooms.to_vec() current=name.to_owned() live=false/>
            <section class="conv">
                <div class="log" tabindex="0" role="region" aria-label=page.messages(name)>
                    <div class="lines">{older}<ol>{lines.collect_view()}</ol></div>
                </div>
                <p class="between"><a class="btn newest" href=newest>{page.newest}<Icon of=icon::DOWN/></a></p>
            </section>
        </div>
    }
}

#[component]
fn Rooms(rooms: Vec<Room>, current: String, live: bool) -> impl IntoView {
    let words = words::<PageWords>();
    let rooms = rooms.into_iter().map(|room| {
        let (href, is_current) = (["/chat/", &room.id].concat(), room.id == current);
        view! {
            <a class="room" href=href aria-current=is_current.then_some("page")><Icon of=icon::HASH/><span>{room.id}</span></a>
        }
    });
    view! {
        <aside class="rooms wide" aria-label=words.rooms>
            <h2>{words.rooms}</h2>
            <nav aria-label=words.rooms>{rooms.collect_view()}</nav>
            {live.then(|| view! { <h2>{words.here}</h2> <Here/> })}
        </aside>
    }
}

/// What a stranger sees: the way in.
fn stranger(request: &RequestContext, name: &str) -> Page {
    let next = request.path().to_owned();
    let words = words::<PageWords>();
    let account = crate::error::sign_in_href(request);
    let room = name.to_owned();
    Page::new(["# ", name].concat(), move || {
        view! {
            <form class="card join" method="post" action=JOIN data-loud>
                <span class="mark"><Icon of=icon::CHAT/></span>
                <h2>{words.join_title(&room)}</h2>
                <p class="quiet">{words.join_why}</p>
                <input type="hidden" name="next" value=next/>
                <Field form=JOIN name="email" kind="email" autocomplete="email" label=words.email required=true/>
                <Field form=JOIN name="username" autocomplete="nickname" label=words.username required=true/>
                <FormError form=JOIN/>
                <Submit label=words.join_act/>
                <a class="small" href=account>{words.account}</a>
                <Enhance/>
            </form>
        }
    })
    .under("/chat")
    .layout(Layout::Narrow)
}
