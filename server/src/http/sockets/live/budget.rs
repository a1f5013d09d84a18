//! How many commands a connection may send.

use std::time::Duration;

use backend::hub::Disconnect;
use tokio::time::Instant;

use super::codes::{Code, Failure};

/// Commands that may come at once after a quiet while: a client that connects again asks for all its channels, with
/// presence and history for each, several times over.
const BURST: u32 = 2_000;

/// One more each: a hundred a second is more than a person causes, and cheap to serve.
const EVERY: Duration = Duration::from_millis(10);

/// Refusals, less what was granted meanwhile, until the connection is closed: who goes on after so many does not read them.
const REFUSALS: u32 = 2_000;

/// A token bucket as one instant: when it will be full again.
#[derive(Debug)]
pub(super) struct Budget {
    full_at: Instant,
    refused: u32,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            full_at: Instant::now(),
            refused: 0,
        }
    }

    /// Takes one command, refuses it, or ends the connection.
    pub(super) fn take(&mut self) -> Result<(), Failure> {
        let now = Instant::now();
        let after = self.full_at.max(now) + EVERY;
        if after - now <= EVERY * BURST {
            self.full_at = after;
            self.refused = self.refused.saturating_sub(1);
            return Ok(());
        }
        self.refused += 1;
        if self.refused > REFUSALS {
            return Err(Disconnect::TOO_MANY_REQUESTS.into());
        }
        Err(Code::TOO_MANY_REQUESTS.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_then_so_many_a_second_and_who_goes_on_regardless_is_closed() {
        let mut budget = Budget::new();
        assert!((0..BURST).all(|_| budget.take().is_ok()));
        assert_eq!(budget.take(), Err(Code::TOO_MANY_REQUESTS.into()));
        tokio::time::advance(EVERY * 3).await;
        assert_eq!((0..10).filter(|_| budget.take().is_ok()).count(), 3);
        let end = (0..=REFUSALS).find_map(|_| match budget.take() {
            Err(Failure::Disconnect(why)) => Some(why),
            _ => None,
        });
        assert_eq!(end, Some(Disconnect::TOO_MANY_REQUESTS));
    }
}
