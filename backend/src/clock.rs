//! The time of day, which tests can set. Intervals and time-outs use Tokio's clock, which tests can pause.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use wire::time::Time;

/// Tells the time of day. Cheap to clone; clones share a set time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's own clock.
    pub const fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still at `at` until it is moved.
    pub fn fixed(at: Time) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.0))))
    }

    /// The time now.
    pub fn now(&self) -> Time {
        match &self.0 {
            Some(at) => Time(at.load(Ordering::Relaxed)),
            None => system_now(),
        }
    }

    /// Moves a fixed clock on; nothing happens to the machine's.
    pub fn advance(&self, by: Duration) {
        if let Some(at) = &self.0 {
            at.store((Time(at.load(Ordering::Relaxed)) + by).0, Ordering::Relaxed);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn system_now() -> Time {
    let since = std::time::SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
