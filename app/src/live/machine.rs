//! The live connection as a plain state machine, without a browser, so that every twist of a bad network is a plain test.
//!
//! Invariants: at most one socket; after every [`Machine`] call the caller carries out [`Machine::take`] and wakes it
//! again at [`Machine::wake_at`]. Times are milliseconds of one clock.

use wire::{
    live::compact::{Down, Up},
    topic::{Position, Topic},
};

use super::{
    backoff,
    feed::{Feed, FollowerId, Need, Tell, Told},
    news::{Status, WORDS_AFTER_MS},
};

/// A server that has not greeted by now is not going to.
const GREETING_MS: u64 = 10_000;
/// How far past its promised ping a silent connection is taken for dead.
const GRACE_MS: u64 = 10_000;
/// A connection that has lived this long has earned a quick first retry again.
const PROVEN_MS: u64 = 5_000;
/// The wait before asking again for a topic that the server was too busy for.
const AGAIN_MS: u64 = 2_000;

/// What the caller is to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Do {
    /// Open a socket.
    Open,
    /// Close the socket, whatever its state, and forget it.
    Shut,
    Send(Up),
    Tell(FollowerId, Told),
    /// The person saw that the connection was lost; now all is well again.
    Back,
}

#[derive(Debug)]
enum Link {
    Idle,
    Opening {
        since: u64,
    },
    Open {
        since: u64,
        heard_at: u64,
        quiet_ms: u64,
    },
    Waiting {
        until: u64,
    },
    Ended,
}

#[derive(Debug)]
pub(crate) struct Machine {
    link: Link,
    feeds: Vec<Feed>,
    attempt: u32,
    last_id: u32,
    ever_live: bool,
    online: bool,
    lost_at: Option<u64>,
    worried: bool,
    todo: Vec<Do>,
}

impl Default for Machine {
    fn default() -> Self {
        let (feeds, todo) = Default::default();
        let (ever_live, worried, lost_at, attempt, last_id) = (false, false, None, 0, 0);
        Self {
            link: Link::Idle,
            feeds,
            attempt,
            last_id,
            ever_live,
            online: true,
            lost_at,
            worried,
            todo,
        }
    }
}

impl Machine {
    /// What to do now, in order.
    pub(crate) fn take(&mut self) -> Vec<Do> {
        std::mem::take(&mut self.todo)
    }

    /// Connects if that is not done yet.
    pub(crate) fn connect(&mut self, now: u64) {
        if matches!(self.link, Link::Idle) {
            self.lost_at = Some(now);
            self.open(now);
        }
    }

    pub(crate) fn follow(&mut self, now: u64, id: FollowerId, topic: Topic, since: Option<Position>) {
        let at = self
            .feeds
            .iter()
            .position(|feed| feed.topic == topic)
            .unwrap_or(self.feeds.len());
        if at == self.feeds.len() {
            self.feeds.push(Feed::new(topic));
        }
        // Asked for in a moment, with what else the page follows: one request, and no flicker of who is here.
        self.change(at, |feed, tell| {
            if feed.add(id, since, tell) == Need::Subscribe {
                feed.again_at = Some(now);
            }
            Need::Nothing
        });
        self.connect(now);
    }

    pub(crate) fn unfollow(&mut self, now: u64, id: FollowerId) {
        let Some(at) = self.feeds.iter_mut().position(|feed| feed.remove(id)) else {
            return;
        };
        if self.feeds[at].is_idle() {
            let feed = self.feeds.remove(at);
            if feed.stands || feed.asked.is_some() {
                self.send(Up::Unsubscribe { topic: feed.topic });
            }
        }
        self.settle(now);
    }

    /// The follower has taken a fresh snapshot, which stands at `position`.
    pub(crate) fn renew(&mut self, now: u64, id: FollowerId, position: &Position) {
        for at in 0..self.feeds.len() {
            self.change(at, |feed, tell| feed.renew(id, position.clone(), tell));
        }
        self.settle(now);
    }

    /// Sends a signal, if the connection stands; signals may be lost.
    pub(crate) fn publish(&mut self, topic: Topic, data: Vec<u8>) {
        if self.feeds.iter().any(|feed| feed.topic == topic && feed.stands) {
            self.last_id += 1;
            self.send(Up::Publish {
                id: self.last_id,
                topic,
                data,
            });
        }
    }

    /// A frame came.
    pub(crate) fn heard(&mut self, now: u64, frame: Down) {
        if let Link::Open { heard_at, .. } = &mut self.link {
            *heard_at = now;
        }
        match frame {
            Down::Welcome { ping_every_s, .. } => self.welcome(now, ping_every_s),
            Down::Ping => self.send(Up::Pong),
            Down::Done { .. } => {}
            Down::Subscribed {
                id,
                position,
                recovered,
                missed,
                here,
            } => {
                if let Some(at) = self.feeds.iter().position(|feed| feed.asked == Some(id)) {
                    self.change(at, |feed, tell| {
                        feed.subscribed(&position, recovered, &missed, here, tell);
                        Need::Nothing
                    });
                }
            }
            Down::Published { topic, publication } => {
                self.on(&topic, |feed, tell| feed.published(&publication, tell));
            }
            Down::Joined { topic, who } => self.on(&topic, |feed, tell| {
                feed.joined(who, tell);
                Need::Nothing
            }),
            Down::Left { topic, who } => self.on(&topic, |feed, tell| {
                feed.left(&who, tell);
                Need::Nothing
            }),
            Down::Refused { id, code, .. } => self.refused(now, id, code),
            Down::Unsubscribed { topic, code } => self.on(&topic, |feed, tell| {
                feed.stands = false;
                if code >= AGAIN_CODES {
                    return Need::Subscribe;
                }
                feed.tell_all(&Told::Refused, tell);
                Need::Nothing
            }),
        }
        self.settle(now);
    }

    /// The socket is gone.
    pub(crate) fn closed(&mut self, now: u64, code: u16, random: f64) {
        if matches!(self.link, Link::Idle | Link::Ended) {
            return;
        }
        if let Link::Open { since, .. } = self.link
            && now.saturating_sub(since) > PROVEN_MS
        {
            self.attempt = 0;
        }
        self.lost_at.get_or_insert(now);
        for feed in &mut self.feeds {
            (feed.stands, feed.asked, feed.again_at) = (false, None, None);
        }
        self.link = if is_final(code) {
            Link::Ended
        } else {
            Link::Waiting {
                until: now + backoff::wait_ms(self.attempt, random),
            }
        };
        self.attempt = self.attempt.saturating_add(1);
        self.settle(now);
    }

    /// Time has passed: time-outs, retries, what the person is told.
    pub(crate) fn tick(&mut self, now: u64, random: f64) {
        match self.link {
            Link::Waiting { until } if now >= until => self.open(now),
            Link::Opening { since } if now >= since + GREETING_MS => self.cut(now, random),
            Link::Open {
                heard_at, quiet_ms, ..
            } if now >= heard_at + quiet_ms => self.cut(now, random),
            _ => {}
        }
        for at in 0..self.feeds.len() {
            if self.feeds[at]
                .again_at
                .take_if(|again_at| now >= *again_at)
                .is_some()
            {
                self.subscribe(at);
            }
        }
        self.settle(now);
    }

    /// The browser says that the network is back, or the page is looked at again: no reason to wait any longer.
    pub(crate) fn woken(&mut self, now: u64, random: f64) {
        self.online = true;
        if let Link::Waiting { .. } = self.link {
            self.attempt = 0;
            self.open(now);
        }
        self.tick(now, random);
    }

    /// The browser says that the network is gone. It may be wrong, so attempts go on.
    pub(crate) fn offline(&mut self, now: u64, random: f64) {
        self.online = false;
        if matches!(self.link, Link::Opening { .. } | Link::Open { .. }) {
            self.cut(now, random);
        }
        self.settle(now);
    }

    /// When to call [`Machine::tick`], if nothing else happens before.
    pub(crate) fn wake_at(&self, now: u64) -> Option<u64> {
        let link = match self.link {
            Link::Waiting { until } => Some(until),
            Link::Opening { since } => Some(since + GREETING_MS),
            Link::Open {
                heard_at, quiet_ms, ..
            } => Some(heard_at + quiet_ms),
            Link::Idle | Link::Ended => None,
        };
        let status = self
            .lost_at
            .into_iter()
            .flat_map(|at| WORDS_AFTER_MS.map(|after| at + after))
            .filter(|at| *at > now);
        let again = self.feeds.iter().filter_map(|feed| feed.again_at);
        link.into_iter().chain(status).chain(again).min()
    }

    /// What the person is told.
    pub(crate) fn status(&self, now: u64) -> Status {
        let lost_at = match (&self.link, self.lost_at) {
            (Link::Idle, _) => return Status::Idle,
            (Link::Ended, _) => return Status::Ended,
            (_, None) => return Status::Live,
            (_, Some(at)) => at,
        };
        Status::lost(lost_at, now, self.online, self.ever_live)
    }

    fn open(&mut self, now: u64) {
        self.link = Link::Opening { since: now };
        self.todo.push(Do::Open);
    }

    fn cut(&mut self, now: u64, random: f64) {
        self.todo.push(Do::Shut);
        self.closed(now, 0, random);
    }

    fn welcome(&mut self, now: u64, ping_every_s: u16) {
        let quiet_ms = u64::from(ping_every_s) * 1_000 + GRACE_MS;
        self.link = Link::Open {
            since: now,
            heard_at: now,
            quiet_ms,
        };
        self.online = true;
        (0..self.feeds.len()).for_each(|at| self.subscribe(at));
    }

    fn refused(&mut self, now: u64, id: u32, code: u16) {
        let Some(at) = self.feeds.iter().position(|feed| feed.asked == Some(id)) else {
            return;
        };
        let feed = &mut self.feeds[at];
        feed.asked = None;
        if PASSING_ERRORS.contains(&code) {
            feed.again_at = Some(now + AGAIN_MS);
        } else {
            self.change(at, |feed, tell| {
                feed.tell_all(&Told::Refused, tell);
                Need::Nothing
            });
        }
    }

    fn on(&mut self, topic: &Topic, change: impl FnOnce(&mut Feed, &mut Tell) -> Need) {
        if let Some(at) = self.feeds.iter().position(|feed| feed.topic == *topic) {
            self.change(at, change);
        }
    }

    fn change(&mut self, at: usize, change: impl FnOnce(&mut Feed, &mut Tell) -> Need) {
        let mut tell = Tell::new();
        let need = change(&mut self.feeds[at], &mut tell);
        self.todo
            .extend(tell.into_iter().map(|(id, told)| Do::Tell(id, told)));
        if need == Need::Subscribe {
            self.subscribe(at);
        }
    }

    fn subscribe(&mut self, at: usize) {
        if !matches!(self.link, Link::Open { .. }) {
            return;
        }
        let feed = &mut self.feeds[at];
        if feed.stands || feed.asked.is_some() {
            self.todo.push(Do::Send(Up::Unsubscribe {
                topic: feed.topic.clone(),
            }));
        }
        self.last_id += 1;
        (feed.stands, feed.asked, feed.again_at) = (false, Some(self.last_id), None);
        self.todo.push(Do::Send(Up::Subscribe {
            id: self.last_id,
            topic: feed.topic.clone(),
            since: feed.since(),
        }));
    }

    fn send(&mut self, up: Up) {
        if matches!(self.link, Link::Open { .. }) {
            self.todo.push(Do::Send(up));
        }
    }

    /// Notices that all is well again, or that the person has been told that it is not.
    fn settle(&mut self, now: u64) {
        let well = matches!(self.link, Link::Open { .. }) && self.feeds.iter().all(Feed::is_settled);
        if well {
            self.lost_at = None;
            self.ever_live = true;
            if std::mem::take(&mut self.worried) {
                self.todo.push(Do::Back);
            }
        }
        self.worried |= matches!(self.status(now), Status::Reconnecting | Status::Offline { .. });
    }
}

/// Unsubscribe codes from here on ask to subscribe again (Centrifuge).
const AGAIN_CODES: u16 = 2_500;

/// Error codes that pass: internal, too many requests (Centrifuge).
const PASSING_ERRORS: [u16; 2] = [100, 111];

/// Close codes after which the protocol forbids to come back (Centrifuge: 3500–3999; 4400 up: ours).
fn is_final(code: u16) -> bool {
    matches!(code, 3_500..=3_999 | 4_400..=4_499)
}

#[cfg(test)]
mod tests;
