//! The page of a room, rendered with what it holds: `/chat/{room}`, and `?before=ID` for older messages without WASM.

use backend::Error;
use leptos::prelude::*;
use wire::chat::{Page as Messages, Room, Snapshot};

use super::{
    here::{self, Here, HereCount},
    join::{JOIN, JoinForm},
    room::RoomView,
    row::Line,
    start::{SLOT, Start},
    timeline::{Row, Timeline},
    words::RoomWords,
};
use crate::{
    i18n::{locale, words},
    page::{Layout, Page},
    slot::slot,
    ssr::{self, RequestContext},
    strings,
    time::{Offset, Show, text},
    ui::{Field, FormError, Icon, Submit, icon},
};

strings! {
    /// What only the server says.
    struct PageWords {
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
    let id = me.id;
    let start = Start { snapshot, me, offset };
    let page = framed(title, move || {
        view! {
            {slot(SLOT, start)}
            {slot(here::SLOT, (name.clone(), id))}
            <div class="chat">
                <Rooms rooms=rooms current=name live=true/>
                <section class="conv"><RoomView/></section>
            </div>
        }
    });
    Ok(page.bar(|| view! { <HereCount/> }))
}

/// The client id of a form that is sent without WASM.
pub(super) fn fresh_id() -> String {
    ssr::backend().random.id()
}

fn framed<V: IntoView + 'static>(title: String, body: impl FnOnce() -> V + Send + 'static) -> Page {
    Page::new(title, body).under("/chat").layout(Layout::Fill)
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
                <div class="log" tabindex="0" role="region" aria-label=room.messages(name)>
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
            <JoinForm>
                <span class="mark"><Icon of=icon::CHAT/></span>
                <h2>{words.join_title(&room)}</h2>
                <p class="quiet">{words.join_why}</p>
                <input type="hidden" name="next" value=next/>
                <Field form=JOIN name="email" kind="email" autocomplete="email" label=words.email required=true/>
                <Field form=JOIN name="username" autocomplete="nickname" label=words.username required=true/>
                <FormError form=JOIN/>
                <Submit label=words.join_act/>
                <a class="small" href=account>{words.account}</a>
            </JoinForm>
        }
    })
    .under("/chat")
    .layout(Layout::Narrow)
}
