//! One line of a room: a day, the line above what is new, a message.

use leptos::{either::EitherOf3, prelude::*};
use wire::{accounts::Person, chat::Message, time::Time};

use super::{timeline::Row, words::RoomWords};
use crate::{
    i18n::{locale, words},
    time::{Offset, Show, rfc3339, text},
    ui::{Avatar, PersonName},
};

/// One line.
#[component]
pub(super) fn Line(
    /// Which.
    row: Row,
    /// The reader's clock at its moment.
    offset: Offset,
) -> impl IntoView {
    match row {
        Row::Day(day) => EitherOf3::A(view! { <li class="day"><span>{day}</span></li> }),
        Row::New => EitherOf3::B(view! { <li class="day new"><span>{words::<RoomWords>().new}</span></li> }),
        Row::Message { message, lead } => EitherOf3::C(shown(&message, lead, offset)),
    }
}

fn shown(message: &Message, lead: bool, offset: Offset) -> impl IntoView + use<> {
    let id = ["m", &message.id.to_string()].concat();
    let at = message.sent_at;
    view! {
        <li class="msg" class:lead=lead id=id data-row>
            {lead.then(|| view! { <Avatar src=message.author.avatar.clone()/> })}
            {(!lead).then(|| view! { <Clock at=at offset=offset class="beside num"/> })}
            <div>
                {lead.then(|| view! { <Head author=message.author.clone() at=at offset=offset/> })}
                <div class="text" inner_html=message.html.clone()></div>
            </div>
        </li>
    }
}

/// Who, and when.
#[component]
pub(super) fn Head(
    /// Who.
    author: Person,
    /// When.
    at: Time,
    /// The reader's clock then.
    offset: Offset,
) -> impl IntoView {
    view! {
        <header>
            <PersonName person=author/>
            <Clock at=at offset=offset class="quiet small num"/>
        </header>
    }
}

/// The time of day; the whole moment on hover.
#[component]
fn Clock(at: Time, offset: Offset, class: &'static str) -> impl IntoView {
    let (clock, whole) = (
        text(at, Show::Clock, offset, locale()),
        text(at, Show::Both, offset, locale()),
    );
    view! { <time class=class datetime=rfc3339(at) title=whole>{clock}</time> }
}
