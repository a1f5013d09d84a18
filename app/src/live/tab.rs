//! The live connection of this tab: the [`Machine`] wired to a socket, a timer and the browser's events.
//!
//! Invariant: no borrow of the tab is held while a follower is called, so that a follower may call back.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use leptos::prelude::{TimeoutHandle, document, set_timeout_with_handle, window_event_listener_untyped};
use wire::topic::{Position, Topic};

use super::{
    feed::{FollowerId, Told},
    machine::{Do, Machine},
    news::{News, Status},
    post,
    socket::Socket,
};

/// Opening a socket failed at once: a policy forbids it, or the browser has too many.
const NOT_OPENED: u16 = 1006;

type Heard = Rc<dyn Fn(Told)>;
/// Whether it goes when the page is left, and what it is called with.
type Watcher = (bool, Rc<dyn Fn(News)>);

struct Follower {
    id: FollowerId,
    heard: Heard,
    /// Whether it goes when the page is left.
    of_page: bool,
}

#[derive(Default)]
struct Tab {
    machine: Machine,
    socket: Option<Socket>,
    followers: Vec<Follower>,
    last_id: FollowerId,
    todo: VecDeque<Do>,
    busy: bool,
    watchers: Vec<Watcher>,
    status: Option<Status>,
    timer: Option<(TimeoutHandle, u64)>,
    leaving: Vec<Box<dyn FnOnce()>>,
}

thread_local! {
    static TAB: RefCell<Tab> = RefCell::default();
    static LISTENS: Cell<bool> = const { Cell::new(false) };
}

/// Milliseconds since the Unix epoch. Unlike `performance.now()` it goes on while a laptop sleeps.
pub fn now() -> u64 {
    js_sys::Date::now() as u64
}

/// Connects, if this tab has not yet.
pub fn connect() {
    step(Machine::connect);
}

/// Follows a topic until the page is left. With `since`, the position of a snapshot that the caller has, every event
/// after it is told once and in order; on [`Told::StartAgain`] take a new snapshot and [`renew`].
pub fn follow(topic: Topic, since: Option<Position>, heard: impl Fn(Told) + 'static) -> FollowerId {
    add(topic, since, Rc::new(heard), true)
}

/// The same for the shell, which outlives pages.
pub fn follow_always(topic: Topic, since: Option<Position>, heard: impl Fn(Told) + 'static) -> FollowerId {
    add(topic, since, Rc::new(heard), false)
}

/// Follows no longer.
pub fn unfollow(id: FollowerId) {
    TAB.with_borrow_mut(|tab| tab.followers.retain(|follower| follower.id != id));
    step(|machine, now| machine.unfollow(now, id));
}

/// The follower has taken a fresh snapshot, which stands at `position`.
pub fn renew(id: FollowerId, position: &Position) {
    step(|machine, now| machine.renew(now, id, position));
}

/// Sends a signal to the others on a topic, if the connection stands; signals may be lost.
pub fn publish(topic: Topic, data: Vec<u8>) {
    step(|machine, _| machine.publish(topic, data));
}

/// Calls `told` with the present status, and with all news, until the page is left.
pub fn watch(told: impl Fn(News) + 'static) {
    add_watcher(true, Rc::new(told));
}

/// The same for the shell, which outlives pages.
pub fn watch_always(told: impl Fn(News) + 'static) {
    add_watcher(false, Rc::new(told));
}

fn add_watcher(of_page: bool, told: Rc<dyn Fn(News)>) {
    TAB.with_borrow_mut(|tab| tab.watchers.push((of_page, told.clone())));
    let status = TAB.with_borrow(|tab| tab.machine.status(now()));
    told(News::Status(status));
}

/// Runs `clean_up` once when the page is left: listeners and timers of islands end here.
pub fn on_leave(clean_up: impl FnOnce() + 'static) {
    listen();
    TAB.with_borrow_mut(|tab| tab.leaving.push(Box::new(clean_up)));
}

fn add(topic: Topic, since: Option<Position>, heard: Heard, of_page: bool) -> FollowerId {
    let id = TAB.with_borrow_mut(|tab| {
        tab.last_id += 1;
        let id = tab.last_id;
        tab.followers.push(Follower { id, heard, of_page });
        id
    });
    step(|machine, now| machine.follow(now, id, topic, since));
    id
}

/// One step of the machine, and all that follows from it.
fn step(change: impl FnOnce(&mut Machine, u64)) {
    listen();
    let idle = TAB.with_borrow_mut(|tab| {
        change(&mut tab.machine, now());
        let todo = tab.machine.take();
        tab.todo.extend(todo);
        !std::mem::replace(&mut tab.busy, true)
    });
    if idle {
        while let Some(what) = TAB.with_borrow_mut(|tab| tab.todo.pop_front()) {
            carry_out(what);
        }
        TAB.with_borrow_mut(|tab| tab.busy = false);
        tell_status();
        set_timer();
    }
}

fn carry_out(what: Do) {
    match what {
        Do::Open => open(),
        Do::Shut => drop(TAB.with_borrow_mut(|tab| tab.socket.take())),
        Do::Send(up) => TAB.with_borrow(|tab| {
            if let Some(socket) = &tab.socket {
                socket.send(&up);
            }
        }),
        Do::Tell(id, told) => {
            let heard = TAB.with_borrow(|tab| {
                tab.followers
                    .iter()
                    .find(|follower| follower.id == id)
                    .map(|follower| follower.heard.clone())
            });
            if let Some(heard) = heard {
                heard(told);
            }
        }
        Do::Back => {
            tell(News::Back);
            post::hurry();
        }
    }
}

fn open() {
    let closed = |code| step(|machine, now| machine.closed(now, code, js_sys::Math::random()));
    let socket = Socket::open(|down| step(|machine, now| machine.heard(now, down)), closed);
    let opened = socket.is_some();
    TAB.with_borrow_mut(|tab| tab.socket = socket);
    if !opened {
        closed(NOT_OPENED);
    }
}

fn tell_status() {
    let changed = TAB.with_borrow_mut(|tab| {
        let status = tab.machine.status(now());
        (tab.status.replace(status) != Some(status)).then_some(status)
    });
    if let Some(status) = changed {
        tell(News::Status(status));
    }
}

fn tell(news: News) {
    let watchers = TAB.with_borrow(|tab| tab.watchers.clone());
    watchers.iter().for_each(|(_, told)| told(news));
}

/// One timer, set anew only when it would come too late: a frame costs no call of the browser's.
fn set_timer() {
    let tick = || {
        TAB.with_borrow_mut(|tab| tab.timer = None);
        step(|machine, now| machine.tick(now, js_sys::Math::random()));
    };
    TAB.with_borrow_mut(|tab| {
        let now = now();
        let Some(wake_at) = tab.machine.wake_at(now) else {
            return;
        };
        if let Some((timer, at)) = &tab.timer {
            if *at <= wake_at {
                return;
            }
            timer.clear();
        }
        let wait = Duration::from_millis(wake_at.saturating_sub(now));
        tab.timer = set_timeout_with_handle(tick, wait)
            .ok()
            .map(|timer| (timer, wake_at));
    });
}

/// Listens to the browser, once a tab.
fn listen() {
    if LISTENS.replace(true) {
        return;
    }
    let woken = || {
        step(|machine, now| machine.woken(now, js_sys::Math::random()));
        post::hurry();
    };
    on("online", woken);
    on("pageshow", woken);
    on("offline", || {
        step(|machine, now| machine.offline(now, js_sys::Math::random()));
    });
    on("visibilitychange", move || {
        if !document().hidden() {
            woken();
        }
    });
    on("storage", post::look);
    on("flotilla:leave", leave);
}

fn on(event: &'static str, run: impl Fn() + 'static) {
    // Listeners of the tab, never taken off.
    let _ = window_event_listener_untyped(event, move |_| run());
}

fn leave() {
    let (leaving, gone) = TAB.with_borrow_mut(|tab| {
        let gone: Vec<FollowerId> = tab.followers.iter().filter(|f| f.of_page).map(|f| f.id).collect();
        tab.watchers.retain(|(of_page, _)| !of_page);
        (std::mem::take(&mut tab.leaving), gone)
    });
    leaving.into_iter().for_each(|clean_up| clean_up());
    gone.into_iter().for_each(unfollow);
    post::leave();
}
