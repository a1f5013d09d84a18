//! How many sockets are open, for `/metrics`.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Which socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `/connection/websocket`.
    Live,
    /// The plain chat, `/ws`.
    Chat,
    /// `/echo`.
    Echo,
}

static OPEN: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];

/// Open sockets of this process by kind, under the names that `/metrics` shows.
pub fn counts() -> [(&'static str, usize); 3] {
    let count = |kind: Kind| OPEN[kind as usize].load(Ordering::Relaxed);
    [
        ("live", count(Kind::Live)),
        ("chat", count(Kind::Chat)),
        ("echo", count(Kind::Echo)),
    ]
}

/// Counts one socket for as long as it lives.
#[derive(Debug)]
pub(super) struct Open(Kind);

impl Open {
    pub(super) fn new(kind: Kind) -> Self {
        OPEN[kind as usize].fetch_add(1, Ordering::Relaxed);
        Self(kind)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        OPEN[self.0 as usize].fetch_sub(1, Ordering::Relaxed);
    }
}
