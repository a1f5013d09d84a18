//! When to ping, and when to give up.

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

/// One timer: either until the next ping, or until the pong must be here.
#[derive(Debug)]
pub(super) struct Heartbeat {
    clock: Pin<Box<Sleep>>,
    waiting: bool,
}

impl Heartbeat {
    pub(super) fn new() -> Self {
        Self {
            clock: Box::pin(sleep_until(Instant::now() + PING_EVERY)),
            waiting: false,
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        if self.clock.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        if self.waiting {
            return Poll::Ready(Due::GiveUp);
        }
        self.waiting = true;
        self.set(PONG_TIME);
        Poll::Ready(Due::Ping)
    }

    /// Notes a pong; false when no ping awaited one.
    pub(super) fn pong(&mut self) -> bool {
        let awaited = std::mem::take(&mut self.waiting);
        if awaited {
            self.set(PING_EVERY - PONG_TIME);
        }
        awaited
    }

    fn set(&mut self, after: Duration) {
        self.clock.as_mut().reset(Instant::now() + after);
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
    async fn a_peer_that_answers_is_pinged_at_least_as_often_as_it_was_told() {
        let mut heartbeat = Heartbeat::new();
        assert!(!heartbeat.pong(), "there was no ping yet");
        for delay in [0, 3, 9] {
            let before = Instant::now();
            assert_eq!(due(&mut heartbeat).await, Due::Ping);
            assert!(before.elapsed() <= PING_EVERY);
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
}
