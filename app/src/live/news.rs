//! What a person is told about the connection.

/// Flickers shorter than this are nobody's business.
const QUIET_MS: u64 = 2_000;
/// From here on "Reconnecting…" would be a lie: what is shown is as of the loss.
const OFFLINE_MS: u64 = 30_000;
/// When, after a loss, what is said changes.
pub(crate) const WORDS_AFTER_MS: [u64; 2] = [QUIET_MS, OFFLINE_MS];

/// What the person is told about the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing on this page is live.
    Idle,
    /// The first connection is being made.
    Connecting,
    /// Everything followed is up to date.
    Live,
    /// Lost for more than two seconds.
    Reconnecting,
    /// Lost for long, or the browser says so; what is shown is as of then.
    Offline {
        /// Milliseconds since the Unix epoch.
        since_ms: u64,
    },
    /// The server does not want this session any more.
    Ended,
}

/// What happened that a person may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It is now so.
    Status(Status),
    /// They saw it lost; now everything missed is there.
    Back,
}

impl Status {
    /// How a loss at `lost_at` reads by now. `online` is what the browser says of its network.
    pub(crate) fn lost(lost_at: u64, now: u64, online: bool, ever_live: bool) -> Self {
        match now.saturating_sub(lost_at) {
            lost if !online || lost >= OFFLINE_MS => Self::Offline { since_ms: lost_at },
            lost if lost >= QUIET_MS => Self::Reconnecting,
            _ if ever_live => Self::Live,
            _ => Self::Connecting,
        }
    }
}
