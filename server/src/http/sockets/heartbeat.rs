//! When to ping, and when to give up.
//!
//! A ping and its pong wait their turn behind whatever else is on the line, 16 MiB of it perhaps. So while a pong is
//! awaited, each byte that the peer sends or takes is a sign of life, and it has all its time again.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// How often a peer is pinged. Below the idle time-outs of common proxies and of mobile networks (30 s and up).
pub const PING_EVERY: Duration = Duration::from_secs(25);

/// How long a peer may take to answer a ping: any line that works at all does so.
pub const PONG_TIME: Duration = Duration::from_secs(10);

/// What is due.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    Ping,
    /// The last ping was not answered.
    GiveUp,
}

/// One timer: either until the next ping, or until the pong or another sign of life must be here.
#[derive(Debug)]
pub(super) struct Heartbeat {
    clock: Pin<Box<Sleep>>,
    /// While a pong is awaited: when the ping after it is due.
    waiting: Option<Instant>,
}

impl Heartbeat {
    pub(super) fn new() -> Self {
        Self {
            clock: Box::pin(sleep_until(Instant::now() + PING_EVERY)),
            waiting: None,
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        if self.clock.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        if self.waiting.is_some() {
            return Poll::Ready(Due::GiveUp);
        }
        let now = Instant::now();
        self.waiting = Some(now + PING_EVERY);
        self.set(now + PONG_TIME);
        Poll::Ready(Due::Ping)
    }

    /// Notes a pong; false when no ping awaited one.
    pub(super) fn pong(&mut self) -> bool {
        let Some(next) = self.waiting.take() else {
            return false;
        };
        self.set(next);
        true
    }

    /// Notes that bytes came, or that a peer that took nothing for a while takes some again.
    pub(super) fn moved(&mut self) {
        if self.waiting.is_some() {
            self.set(Instant::now() + PONG_TIME);
        }
    }

    fn set(&mut self, when: Instant) {
        self.clock.as_mut().reset(when);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::timeout;

    use super::*;

    async fn due(heartbeat: &mut Heartbeat) -> Due {
        poll_fn(|cx| heartbeat.poll(cx)).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_answers_is_pinged_as_often_as_it_was_told_however_long_it_takes() {
        let mut heartbeat = Heartbeat::new();
        assert!(!heartbeat.pong(), "there was no ping yet");
        let mut before = Instant::now();
        for delay in [0, 3, 9] {
            assert_eq!(due(&mut heartbeat).await, Due::Ping);
            let late = before.elapsed().abs_diff(PING_EVERY);
            assert!(late < Duration::from_millis(10), "{late:?}");
            before = Instant::now();
            tokio::time::advance(Duration::from_secs(delay)).await;
            assert!(heartbeat.pong());
            assert!(!heartbeat.pong(), "one pong a ping");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_does_not_answer_is_given_up_in_time() {
        let mut heartbeat = Heartbeat::new();
        assert_eq!(due(&mut heartbeat).await, Due::Ping);
        let giving_up = timeout(PONG_TIME + Duration::from_millis(10), due(&mut heartbeat)).await;
        assert_eq!(giving_up, Ok(Due::GiveUp));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pong_may_be_late_for_as_long_as_anything_moves() {
        let mut heartbeat = Heartbeat::new();
        heartbeat.moved();
        assert_eq!(due(&mut heartbeat).await, Due::Ping);
        let pinged = Instant::now();
        while pinged.elapsed() < 2 * PING_EVERY {
            let pause = timeout(PONG_TIME - Duration::from_secs(1), due(&mut heartbeat)).await;
            assert!(pause.is_err(), "not given up");
            heartbeat.moved();
        }
        assert!(heartbeat.pong());
        assert_eq!(due(&mut heartbeat).await, Due::Ping, "at once: it is overdue");
        assert_eq!(due(&mut heartbeat).await, Due::GiveUp);
    }
}
