//! The outbox of this tab: the [`Outbox`] wired to `localStorage` and to `fetch`.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::{
    prelude::{set_timeout, window},
    task::spawn_local,
};
use web_sys::{Storage, UrlSearchParams};

use super::{
    outbox::{Entry, Item, Outbox, Outcome, Shelf},
    tab::now,
};
use crate::form;

/// The wait before trying an unreachable server again; the live connection's return cuts it short.
const LATER_MS: u64 = 5_000;

type Watcher = Rc<dyn Fn(Vec<Entry>)>;

#[derive(Default)]
struct Post {
    outbox: Option<Outbox<Local>>,
    watchers: Vec<(String, Watcher)>,
}

thread_local! {
    static POST: RefCell<Post> = RefCell::default();
}

/// Opens the outbox of a person, and sends what earlier pages of theirs left.
pub fn open(owner: i64) {
    POST.with_borrow_mut(|post| {
        if post.outbox.as_ref().is_none_or(|outbox| outbox.owner != owner) {
            post.outbox = Some(Outbox::open(Local, owner));
        }
    });
    changed();
    pump();
}

/// Keeps a form and sends it as soon as the server can be reached. Its id stands in the field `client_id`, its owner's
/// in `author`.
pub fn put(scope: &str, action: &str, mut fields: Vec<(String, String)>) {
    let id = new_id();
    fields.push(("client_id".to_owned(), id.clone()));
    let item = Item {
        id,
        made_ms: now(),
        scope: scope.to_owned(),
        action: action.to_owned(),
        fields,
    };
    change(|outbox| outbox.put(item));
}

/// Sends a failed item again.
pub fn retry(id: &str) {
    change(|outbox| outbox.retry(id));
}

/// The item is settled, or not wanted any more.
pub fn remove(id: &str) {
    if with(|outbox| outbox.remove(id)) == Some(true) {
        changed();
    }
}

/// Calls `told` with the entries of a scope, now and at every change, until the page is left.
pub fn watch(scope: &str, told: impl Fn(Vec<Entry>) + 'static) {
    POST.with_borrow_mut(|post| post.watchers.push((scope.to_owned(), Rc::new(told))));
    changed();
}

/// The connection is back: look what other tabs left, and send everything now.
pub(super) fn hurry() {
    change(|outbox| {
        outbox.look();
        outbox.hurry();
    });
}

/// Another tab has changed the shelf.
pub(super) fn look() {
    if with(Outbox::look).is_some() {
        changed();
    }
}

/// The page is left.
pub(super) fn leave() {
    POST.with_borrow_mut(|post| post.watchers.clear());
}

fn with<T>(act: impl FnOnce(&mut Outbox<Local>) -> T) -> Option<T> {
    POST.with_borrow_mut(|post| post.outbox.as_mut().map(act))
}

fn change(act: impl FnOnce(&mut Outbox<Local>)) {
    if with(act).is_some() {
        changed();
        pump();
    }
}

/// Tells the watchers how things stand, also when only what they know of it has changed.
pub fn changed() {
    let calls: Vec<(Watcher, Vec<Entry>)> = POST.with_borrow(|post| {
        let Some(outbox) = &post.outbox else {
            return Vec::new();
        };
        post.watchers
            .iter()
            .map(|(scope, told)| (told.clone(), outbox.of(scope).cloned().collect()))
            .collect()
    });
    calls.into_iter().for_each(|(told, entries)| told(entries));
}

/// Sends what waits, one after the other.
fn pump() {
    let Some((owner, item)) = with(|outbox| Some((outbox.owner, outbox.next(now())?))).flatten() else {
        if let Some(wake_at) = with(|outbox| outbox.wake_at()).flatten().filter(|at| *at > now()) {
            set_timeout(pump, Duration::from_millis(wake_at - now()));
        }
        return;
    };
    changed();
    spawn_local(async move {
        let outcome = send(owner, &item).await;
        change(|outbox| outbox.sent(owner, &item.id, outcome, now()));
    });
}

/// Sends an item, and whose it is: by now another person may be signed in here.
async fn send(owner: i64, item: &Item) -> Outcome {
    let Ok(body) = UrlSearchParams::new() else {
        return Outcome::Later(LATER_MS);
    };
    for (name, value) in &item.fields {
        body.append(name, value);
    }
    body.append("author", &owner.to_string());
    let Ok(response) = form::fetch(&item.action, &body).await else {
        return Outcome::Later(LATER_MS);
    };
    match response.status() {
        200..=299 => Outcome::Taken,
        408 | 429 | 500.. => Outcome::Later(retry_after_ms(&response).unwrap_or(LATER_MS)),
        401 => Outcome::Stranger(form::refusal(&response).await),
        _ => Outcome::Failed(form::refusal(&response).await),
    }
}

fn retry_after_ms(response: &web_sys::Response) -> Option<u64> {
    let seconds: u64 = response.headers().get("retry-after").ok()??.parse().ok()?;
    Some(seconds.max(1) * 1_000)
}

/// 128 random bits. `crypto.randomUUID` is missing where the site is served without TLS.
fn new_id() -> String {
    let mut bytes = [0_u8; 16];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}

/// `localStorage`. Where it is forbidden, nothing is kept.
struct Local;

impl Local {
    fn storage() -> Option<Storage> {
        window().local_storage().ok().flatten()
    }
}

impl Shelf for Local {
    fn keys(&self) -> Vec<String> {
        let Some(storage) = Self::storage() else {
            return Vec::new();
        };
        (0..storage.length().unwrap_or(0))
            .filter_map(|at| storage.key(at).ok().flatten())
            .collect()
    }

    fn get(&self, key: &str) -> Option<String> {
        Self::storage()?.get_item(key).ok().flatten()
    }

    fn set(&mut self, key: &str, value: &str) {
        if let Some(storage) = Self::storage() {
            let _ = storage.set_item(key, value);
        }
    }

    fn remove(&mut self, key: &str) {
        if let Some(storage) = Self::storage() {
            let _ = storage.remove_item(key);
        }
    }
}
