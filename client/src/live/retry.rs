//! When to connect again, and when not.

use std::time::Duration;

use rand::Rng as _;
use tokio::time::Instant;

use crate::Error;

/// The pause after the first failure, at most: a restarted server is back at once.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// No pause is longer, so that nobody waits long once the server is back.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// Growing pauses, each of a random length, so that thousands of clients do not come back in step.
#[derive(Debug)]
pub(super) struct Retry {
    failures: u32,
    at: Instant,
}

impl Retry {
    pub(super) fn new() -> Self {
        Self {
            failures: 0,
            at: Instant::now(),
        }
    }

    /// When to try next.
    pub(super) fn at(&self) -> Instant {
        self.at
    }

    /// Notes a failure; gives the pause until the next attempt.
    pub(super) fn failed(&mut self) -> Duration {
        let most = FIRST_PAUSE
            .saturating_mul(1 << self.failures.min(16))
            .min(LONGEST_PAUSE);
        self.failures += 1;
        let pause = most.mul_f64(rand::rng().random_range(0.5..1.0));
        self.at = Instant::now() + pause;
        pause
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }
}

/// Whether there is no point in trying again.
pub(super) fn is_final(error: &Error) -> bool {
    match error {
        // The Centrifuge protocol's ranges; of the WebSocket's own codes, what would come of the same message again.
        Error::Closed { code, .. } => matches!(code, 1002 | 1003 | 1007..=1010 | 3500..=3999 | 4500..=4999),
        other => !other.may_pass(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound_and_start_again_after_a_success() {
        let mut retry = Retry::new();
        let pauses: Vec<_> = (0..40).map(|_| retry.failed()).collect();
        assert!(pauses[0] <= FIRST_PAUSE && pauses[0] >= FIRST_PAUSE / 2);
        assert!(pauses[3] > FIRST_PAUSE);
        assert!(pauses.iter().all(|pause| *pause <= LONGEST_PAUSE));
        retry.succeeded();
        assert!(retry.failed() <= FIRST_PAUSE);
    }

    #[test]
    fn a_refusal_is_final_and_a_lost_line_is_not() {
        for (code, is) in [
            (1006, false),
            (1009, true),
            (3001, false),
            (3008, false),
            (3500, true),
            (3501, true),
        ] {
            assert_eq!(is_final(&Error::closed(code, "")), is, "{code}");
        }
        assert!(is_final(&Error::BadToken));
        assert!(!is_final(&Error::NoAnswer("refused".into())));
    }
}
