//! `/admin`: everybody, for administrators.

use backend::Error;
use leptos::{prelude::*, server_fn::ServerFn};
use wire::accounts::{Account, Role};

use super::{
    api::{Deactivate, Reactivate, SetRole},
    parts::role_code,
    words::AdminWords,
};
use crate::{
    flash,
    i18n::words,
    page::Page,
    ssr::RequestContext,
    time::{Show, When},
    ui::{Avatar, Banner, Chip, Empty, Enhance, FormError, Tone, icon},
};

/// The page. `?before=ID` is the next one.
pub(crate) async fn page(request: RequestContext) -> Result<Page, Error> {
    let words = words::<AdminWords>();
    let before = request.query("before").and_then(|id| id.parse().ok());
    let me = request.caller.admin()?.id;
    let people = request.backend.accounts.people(&request.caller, before).await?;
    Ok(Page::new(
        words.title,
        move || view! { <People people me older=before.is_some()/> },
    ))
}

#[component]
fn People(
    /// The newest first.
    people: Vec<Account>,
    /// Who looks.
    me: i64,
    /// Whether this is not the first page.
    older: bool,
) -> impl IntoView {
    let words = words::<AdminWords>();
    let notice = view! { <Notice people=people.clone()/> };
    let next = (people.len() >= backend::accounts::PEOPLE_A_PAGE)
        .then(|| people.last().map(|last| last.person.id))
        .flatten();
    let list = if people.is_empty() {
        view! { <Empty icon=icon::PEOPLE title=words.none why=words.none_why href="/admin" act=words.newest/> }.into_any()
    } else {
        view! { <Table people me/> }.into_any()
    };
    view! {
        <div class="people">
            <p class="why">{words.why}</p>
            {notice}
            <FormError form=SetRole::PATH/>
            <FormError form=Deactivate::PATH/>
            <FormError form=Reactivate::PATH/>
            {list}
            <nav class="pages" aria-label=words.title>
                {older.then(|| view! { <a class="btn" href="/admin">{words.newest}</a> })}
                {next.map(|id| view! { <a class="btn" href=format!("/admin?before={id}")>{words.older}</a> })}
            </nav>
        </div>
    }
}

#[component]
fn Table(people: Vec<Account>, me: i64) -> impl IntoView {
    let words = words::<AdminWords>();
    let rows = people.into_iter().map(|account| view! { <Row account me/> });
    view! {
        <div class="card">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{words.person}</th>
                        <th scope="col">{words.email}</th>
                        <th scope="col">{words.created}</th>
                        <th scope="col">{words.seen}</th>
                        <th scope="col">{words.role}</th>
                        <th scope="col">{words.access}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(account: Account, me: i64) -> impl IntoView {
    let words = words::<AdminWords>();
    let Account {
        person,
        email,
        created_at,
        seen_at,
        active,
    } = account;
    let (id, name) = (person.id, person.name);
    let seen = match seen_at {
        Some(at) => view! { <When at=at/> }.into_any(),
        None => view! { <span class="quiet">{words.never}</span> }.into_any(),
    };
    let role = if person.role == Role::Guest {
        view! { <Chip text=words.guest/> }.into_any()
    } else {
        view! { <RoleForm id name=name.clone() role=person.role/> }.into_any()
    };
    let access = if id == me {
        view! { <Chip text=words.you tone=Tone::Good/> }.into_any()
    } else {
        view! { <AccessForm id name=name.clone() active/> }.into_any()
    };
    view! {
        <tr class:off=!active>
            <th scope="row">
                <span class="who"><Avatar src=person.avatar/><b>{name}</b></span>
                {(!active).then(|| view! { <Chip text=words.off tone=Tone::Bad/> })}
            </th>
            <td data-label=words.email>{email}</td>
            <td data-label=words.created><When at=created_at show=Show::Day/></td>
            <td data-label=words.seen>{seen}</td>
            <td data-label=words.role>{role}</td>
            <td data-label=words.access>{access}</td>
        </tr>
    }
}

#[component]
fn RoleForm(id: i64, name: String, role: Role) -> impl IntoView {
    let words = words::<AdminWords>();
    let options = [(Role::Member, words.member), (Role::Admin, words.admin)];
    let options = options.map(|(choice, word)| {
        view! { <option value=role_code(choice) selected=choice == role>{word}</option> }
    });
    view! {
        <form class="act" method="post" action=SetRole::PATH>
            <input type="hidden" name="user" value=id/>
            <select name="role" aria-label=words.role_of(&name)>{options.into_iter().collect_view()}</select>
            <button class="btn">{words.set_role}</button>
            <Enhance/>
        </form>
    }
}

#[component]
fn AccessForm(id: i64, name: String, active: bool) -> impl IntoView {
    let words = words::<AdminWords>();
    let (action, word, label) = if active {
        (Deactivate::PATH, words.deactivate, words.deactivate_of(&name))
    } else {
        (Reactivate::PATH, words.reactivate, words.reactivate_of(&name))
    };
    view! {
        <form class="act" method="post" action=action>
            <input type="hidden" name="user" value=id/>
            <button class="btn" aria-label=label>{word}</button>
            <Enhance/>
        </form>
    }
}

/// What was just done, and the way back.
#[component]
fn Notice(people: Vec<Account>) -> impl IntoView {
    let words = words::<AdminWords>();
    let done = [Deactivate::PATH, Reactivate::PATH, SetRole::PATH]
        .into_iter()
        .find_map(|action| {
            let id: i64 = flash::value(action, "user")
                .filter(|_| flash::value(action, "done").is_some())?
                .parse()
                .ok()?;
            let account = people.iter().find(|account| account.person.id == id)?;
            Some((action, account.clone()))
        });
    done.map(|(action, account)| {
        let (id, name, role) = (account.person.id, account.person.name, account.person.role);
        let (says, undo, other) = match action {
            Deactivate::PATH => (words.deactivated(&name), Reactivate::PATH, None),
            Reactivate::PATH => (words.reactivated(&name), Deactivate::PATH, None),
            _ if role == Role::Admin => (
                words.role_set(&name, words.admin),
                SetRole::PATH,
                Some(Role::Member),
            ),
            _ => (
                words.role_set(&name, words.member),
                SetRole::PATH,
                Some(Role::Admin),
            ),
        };
        view! {
            <div class="notice">
                <Banner tone=Tone::Good>{says}</Banner>
                <form method="post" action=undo>
                    <input type="hidden" name="user" value=id/>
                    {other.map(|role| view! { <input type="hidden" name="role" value=role_code(role)/> })}
                    <button class="btn">{words.undo}</button>
                    <Enhance/>
                </form>
            </div>
        }
    })
}
