//! The tiles of the room `general`: what was said last, and who is here. Rendered by the server, at first and whenever
//! [`super::fresh`] asks for them again.

use backend::{Error, chat};
use leptos::prelude::*;
use wire::{
    accounts::Person,
    chat::{Message, Snapshot},
    time::Time,
};

use crate::{
    i18n::{Locale, words},
    ssr::RequestContext,
    strings,
    time::{Offset, Show, When, text},
    ui::{Avatar, PersonName},
};

strings! {
    /// What the tiles say.
    struct TileWords {
        nothing: "Nothing has been said yet." / "还没有人说话。",
        say: "Say hello" / "打个招呼",
        you: "you" / "你",
        alone: "Only you, just now." / "目前只有你。",
    }
}

/// The room that everybody is in.
pub(super) const ROOM: &str = "general";
/// What fits the tile.
const LATEST: usize = 5;
/// As many as "today" is counted over.
const COUNTED: usize = 100;
/// More people than this are a number.
const FACES: usize = 8;

/// What was said last.
pub(super) struct Latest(Snapshot);

impl Latest {
    pub(super) async fn load(request: &RequestContext) -> Result<Self, Error> {
        request
            .backend
            .chat
            .snapshot(&request.caller, ROOM, COUNTED)
            .await
            .map(Self)
    }

    /// How many of the messages are of the reader's own day.
    pub(super) fn today(&self, now: Time, offset: Offset) -> usize {
        let day = |at| text(at, Show::Day, offset, Locale::En);
        self.0
            .messages
            .iter()
            .rev()
            .take_while(|message| day(message.sent_at) == day(now))
            .count()
    }

    /// The newest first.
    pub(super) fn view(self) -> impl IntoView {
        let words = words::<TileWords>();
        let rows: Vec<_> = self.0.messages.into_iter().rev().take(LATEST).map(line).collect();
        let nothing = rows.is_empty().then(|| {
            view! {
                <div class="row">
                    <span class="w quiet">{words.nothing}</span>
                    <a class="btn" href="/chat/general">{words.say}</a>
                </div>
            }
        });
        view! { {rows} {nothing} }
    }
}

fn line(message: Message) -> impl IntoView {
    let Message {
        author,
        html,
        sent_at,
        ..
    } = message;
    view! {
        <article class="row">
            <Avatar src=author.avatar.clone()/>
            <div class="w">
                <a class="top" href="/chat/general" data-row>
                    <PersonName person=author/>
                    <When at=sent_at show=Show::Clock class="num quiet small"/>
                </a>
                <div class="said cut" inner_html=html></div>
            </div>
        </article>
    }
}

/// Who has the room or this page open.
pub(super) struct Here {
    me: i64,
    people: Vec<Person>,
}

impl Here {
    pub(super) fn load(request: &RequestContext) -> Self {
        let me = request.caller.person().map_or(0, |person| person.id);
        let people = request.backend.hub.people(&chat::topic(ROOM));
        let mut people: Vec<_> = people.iter().map(|person| (**person).clone()).collect();
        people.sort_by(|a, b| (a.id != me, &a.name).cmp(&(b.id != me, &b.name)));
        Self { me, people }
    }

    /// How many besides the reader.
    pub(super) fn others(&self) -> usize {
        self.people.iter().filter(|person| person.id != self.me).count()
    }

    pub(super) fn view(self) -> impl IntoView {
        let words = words::<TileWords>();
        let alone = (self.others() == 0).then_some(words.alone);
        let more = self.people.len().saturating_sub(FACES);
        let more = (more > 0).then(|| ["+ ", &more.to_string()].concat());
        let me = self.me;
        let faces = self.people.into_iter().take(FACES).map(|person| {
            let mine = (person.id == me).then(|| view! { <span class="quiet small">{words.you}</span> });
            view! { <li><Avatar src=person.avatar.clone() small=true/><PersonName person/>{mine}</li> }
        });
        view! {
            <ul class="faces">{faces.collect_view()}</ul>
            <p class="quiet small num more">{alone}{more}</p>
        }
    }
}
