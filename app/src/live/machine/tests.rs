use wire::{
    accounts::{Person, Role},
    live::compact::Publication,
};

use super::*;

const PING_S: u16 = 25;

fn topic() -> Topic {
    Topic::new("chat", "general")
}

fn at(epoch: &str, offset: u64) -> Position {
    Position {
        epoch: epoch.into(),
        offset,
    }
}

fn event(offset: u64) -> Publication {
    Publication {
        offset: Some(offset),
        from: None,
        data: vec![offset as u8],
    }
}

fn events(offsets: impl IntoIterator<Item = u64>) -> Told {
    Told::Events(offsets.into_iter().map(event).collect())
}

fn person(id: i64) -> Person {
    Person {
        id,
        name: format!("p{id}"),
        role: Role::Member,
        avatar: String::new(),
    }
}

fn published(offset: u64) -> Down {
    Down::Published {
        topic: topic(),
        publication: event(offset),
    }
}

/// A machine with a server played by hand: what it told its followers, and what it sent.
#[derive(Default)]
struct Scene {
    machine: Machine,
    now: u64,
    told: Vec<(FollowerId, Told)>,
    sent: Vec<Up>,
    opened: usize,
    shut: usize,
    back: usize,
}

impl Scene {
    fn run(&mut self, step: impl FnOnce(&mut Machine, u64)) -> &mut Self {
        step(&mut self.machine, self.now);
        for what in self.machine.take() {
            match what {
                Do::Open => self.opened += 1,
                Do::Shut => self.shut += 1,
                Do::Send(up) => self.sent.push(up),
                Do::Tell(_, Told::Here(_)) => {}
                Do::Tell(id, told) => self.told.push((id, told)),
                Do::Back => self.back += 1,
            }
        }
        self
    }

    fn follow(&mut self, id: FollowerId, since: Option<Position>) -> &mut Self {
        self.run(|machine, now| machine.follow(now, id, topic(), since))
            .after(0)
    }

    fn hears(&mut self, frame: Down) -> &mut Self {
        self.run(|machine, now| machine.heard(now, frame))
    }

    fn welcomed(&mut self) -> &mut Self {
        self.hears(Down::Welcome {
            client: "c".into(),
            ping_every_s: PING_S,
        })
    }

    /// Answers the last subscribe.
    fn stands(&mut self, position: Position, recovered: bool, missed: &[u64]) -> &mut Self {
        let id = self.asked().0;
        let missed = missed.iter().copied().map(event).collect();
        self.hears(Down::Subscribed {
            id,
            position,
            recovered,
            missed,
            here: vec![person(1)],
        })
    }

    fn asked(&self) -> (u32, Option<Position>) {
        let last = self.sent.iter().rev().find_map(|up| match up {
            Up::Subscribe { id, since, .. } => Some((*id, since.clone())),
            _ => None,
        });
        last.expect("nothing was asked for")
    }

    fn live(since: Position) -> Self {
        let mut scene = Self::default();
        scene
            .follow(1, Some(since.clone()))
            .welcomed()
            .stands(since, true, &[]);
        scene
    }

    fn cut(&mut self) -> &mut Self {
        self.run(|machine, now| machine.closed(now, 1006, 0.5))
    }

    fn after(&mut self, ms: u64) -> &mut Self {
        self.now += ms;
        self.run(|machine, now| machine.tick(now, 0.5))
    }

    fn heard(&mut self) -> Vec<(FollowerId, Told)> {
        std::mem::take(&mut self.told)
    }

    fn status(&self) -> Status {
        self.machine.status(self.now)
    }
}

#[test]
fn a_follower_hears_every_event_once_and_in_order() {
    let mut scene = Scene::live(at("e", 4));
    scene
        .hears(published(5))
        .hears(published(5))
        .hears(published(6))
        .hears(published(3));
    assert_eq!(scene.heard(), [(1, events([5])), (1, events([6]))]);
}

#[test]
fn a_return_resumes_after_the_last_event_and_brings_what_was_missed() {
    let mut scene = Scene::live(at("e", 4));
    scene.hears(published(5)).cut().after(1_000).welcomed();
    assert_eq!(scene.asked().1, Some(at("e", 5)));
    scene.heard();
    scene.stands(at("e", 8), true, &[6, 7, 8]).hears(published(9));
    assert_eq!(scene.heard(), [(1, events([6, 7, 8])), (1, events([9]))]);
}

#[test]
fn a_follower_that_must_start_again_hears_what_came_after_its_snapshot() {
    let mut scene = Scene::live(at("e", 4));
    scene
        .cut()
        .after(1_000)
        .welcomed()
        .stands(at("f", 10), false, &[]);
    assert_eq!(scene.heard(), [(1, Told::StartAgain)]);
    scene
        .hears(published(11))
        .hears(published(12))
        .hears(published(13));
    assert_eq!(scene.heard(), []);
    scene.run(|machine, now| machine.renew(now, 1, &at("f", 12)));
    assert_eq!(scene.heard(), [(1, events([13]))]);
}

#[test]
fn a_snapshot_older_than_the_subscription_is_brought_up_by_the_server() {
    let mut scene = Scene::live(at("e", 4));
    scene
        .cut()
        .after(1_000)
        .welcomed()
        .stands(at("f", 10), false, &[]);
    scene.run(|machine, now| machine.renew(now, 1, &at("f", 8)));
    assert_eq!(scene.asked().1, Some(at("f", 8)));
    scene.heard();
    scene.stands(at("f", 10), true, &[9, 10]);
    assert_eq!(scene.heard(), [(1, events([9, 10]))]);
}

#[test]
fn a_gap_is_never_shown_but_asked_for() {
    let mut scene = Scene::live(at("e", 4));
    scene.hears(published(6));
    assert_eq!((scene.heard(), scene.asked().1), (vec![], Some(at("e", 4))));
    scene.stands(at("e", 6), true, &[5, 6]);
    assert_eq!(scene.heard(), [(1, events([5, 6]))]);
}

#[test]
fn what_a_page_follows_at_once_is_asked_for_once() {
    let mut scene = Scene::default();
    scene.run(Machine::connect).welcomed();
    scene.run(|machine, now| machine.follow(now, 1, topic(), None));
    scene
        .run(|machine, now| machine.follow(now, 2, topic(), Some(at("e", 4))))
        .after(0);
    assert_eq!((scene.sent.len(), scene.asked().1), (1, Some(at("e", 4))));
}

#[test]
fn two_followers_of_one_topic_share_a_subscription() {
    let mut scene = Scene::live(at("e", 4));
    scene.follow(2, None).hears(published(5));
    assert_eq!(scene.heard(), [(1, events([5])), (2, events([5]))]);
    let unsubscribed = |scene: &Scene| scene.sent.contains(&Up::Unsubscribe { topic: topic() });
    scene.run(|machine, now| machine.unfollow(now, 1));
    assert!(!unsubscribed(&scene));
    scene.run(|machine, now| machine.unfollow(now, 2));
    assert!(unsubscribed(&scene));
}

#[test]
fn a_second_follower_with_an_older_snapshot_is_brought_up_alone() {
    let mut scene = Scene::live(at("e", 4));
    scene.hears(published(5)).follow(2, Some(at("e", 3)));
    assert_eq!(scene.asked().1, Some(at("e", 3)));
    scene.heard();
    scene.stands(at("e", 5), true, &[4, 5]);
    assert_eq!(scene.heard(), [(2, events([4, 5]))]);
}

#[test]
fn a_silent_connection_is_cut_and_made_again() {
    let mut scene = Scene::live(at("e", 4));
    scene.after(30_000).hears(Down::Ping).after(34_999);
    assert_eq!((scene.shut, scene.sent.last()), (0, Some(&Up::Pong)));
    scene.after(1);
    assert_eq!(scene.shut, 1);
    let wake = scene.machine.wake_at(scene.now).unwrap() - scene.now;
    scene.after(wake);
    assert_eq!(scene.opened, 2);
}

#[test]
fn a_server_that_never_greets_is_given_up() {
    let mut scene = Scene::default();
    scene.follow(1, None).after(10_000);
    assert_eq!(scene.shut, 1);
}

#[test]
fn a_person_is_told_of_a_loss_after_two_seconds_and_of_the_return_once() {
    let mut scene = Scene::live(at("e", 4));
    scene.cut().after(1_999);
    assert_eq!(scene.status(), Status::Live);
    scene.after(1);
    assert_eq!(scene.status(), Status::Reconnecting);
    scene.after(28_000);
    assert_eq!(scene.status(), Status::Offline { since_ms: 0 });
    scene.welcomed();
    assert_eq!((scene.back, scene.status()), (0, Status::Offline { since_ms: 0 }));
    scene.stands(at("e", 4), true, &[]).hears(published(5));
    assert_eq!((scene.back, scene.status()), (1, Status::Live));
}

#[test]
fn a_flicker_is_not_worth_a_word() {
    let mut scene = Scene::live(at("e", 4));
    scene.cut().after(500).welcomed().stands(at("e", 4), true, &[]);
    assert_eq!((scene.back, scene.status()), (0, Status::Live));
}

#[test]
fn a_person_is_not_told_that_all_is_well_before_the_snapshot_is_there() {
    let mut scene = Scene::live(at("e", 4));
    scene.cut().after(3_000).welcomed().stands(at("f", 1), false, &[]);
    assert_eq!(scene.back, 0);
    scene.run(|machine, now| machine.renew(now, 1, &at("f", 1)));
    assert_eq!(scene.back, 1);
}

#[test]
fn a_page_that_is_looked_at_again_does_not_wait_for_the_back_off() {
    let mut scene = Scene::live(at("e", 4));
    scene.cut().run(|machine, now| machine.woken(now, 0.5));
    assert_eq!(scene.opened, 2);
}

#[test]
fn a_laptop_that_wakes_finds_its_socket_dead_at_once() {
    let mut scene = Scene::live(at("e", 4));
    scene.now += 3_600_000;
    scene.run(|machine, now| machine.woken(now, 0.5));
    assert_eq!(scene.shut, 1);
}

#[test]
fn the_browser_may_say_that_the_network_is_gone() {
    let mut scene = Scene::live(at("e", 4));
    scene.run(|machine, now| machine.offline(now, 0.5));
    assert_eq!((scene.shut, scene.status()), (1, Status::Offline { since_ms: 0 }));
}

#[test]
fn an_ended_session_does_not_come_back() {
    let mut scene = Scene::live(at("e", 4));
    scene
        .run(|machine, now| machine.closed(now, 3_500, 0.5))
        .after(60_000);
    assert_eq!((scene.opened, scene.status()), (1, Status::Ended));
}

#[test]
fn a_refused_topic_is_told_and_a_busy_server_is_asked_again() {
    let mut scene = Scene::default();
    scene.follow(1, None).welcomed();
    let (id, _) = scene.asked();
    scene.hears(Down::Refused {
        id,
        code: 100,
        message: String::new(),
    });
    assert_eq!(scene.heard(), []);
    scene.after(2_000);
    let (id, _) = scene.asked();
    scene.hears(Down::Refused {
        id,
        code: 103,
        message: String::new(),
    });
    assert_eq!(scene.heard(), [(1, Told::Refused)]);
}

#[test]
fn who_is_here_follows_those_who_come_and_go() {
    let mut scene = Scene::live(at("e", 4));
    let mut here = |frame| {
        scene.machine.heard(0, frame);
        match scene.machine.take().pop() {
            Some(Do::Tell(1, Told::Here(here))) => here.into_iter().map(|person| person.id).collect(),
            other => panic!("{other:?}"),
        }
    };
    let joined = |id| Down::Joined {
        topic: topic(),
        who: person(id),
    };
    let found: Vec<Vec<i64>> = vec![
        here(joined(2)),
        here(joined(2)),
        here(Down::Left {
            topic: topic(),
            who: person(1),
        }),
    ];
    assert_eq!(found, [vec![1, 2], vec![1, 2], vec![2]]);
}
