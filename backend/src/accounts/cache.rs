//! Who is behind a secret, remembered for a short while, so that a request costs no query.
//!
//! Invariant: nothing that was read before a revocation is remembered after it. A look-up takes the generation before it
//! reads the database, and what it found is dropped when a revocation came in between.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;
use wire::time::Time;

use super::caller::Who;

/// How long the database is not asked again. Revocations by this process count at once, those by others once
/// [`super::watch`] has read them; this only bounds how stale a name or a last-seen time may be.
const REMEMBERED_FOR: Duration = Duration::from_secs(30);
/// Most secrets remembered: about 4 MB.
const MOST: usize = 10_000;

/// A secret, hashed, with its kind before it: a session's secret is no token.
pub(super) type Key = (Kind, String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Session,
    Token,
}

#[derive(Default)]
pub(super) struct Cache(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    entries: HashMap<Key, Entry>,
    generation: u64,
}

struct Entry {
    who: Arc<Who>,
    stale_at: Instant,
    /// When the credentials end by themselves.
    until: Time,
}

/// Where the cache stood before the database was read.
#[derive(Clone, Copy)]
pub(super) struct Generation(u64);

impl Cache {
    /// Who it is, if that is known and still good at `now`; else what [`Cache::insert`] wants to know.
    pub(super) fn get(&self, key: &Key, now: Time) -> Result<Arc<Who>, Generation> {
        let inner = self.0.lock();
        match inner.entries.get(key) {
            Some(entry) if entry.stale_at > Instant::now() && entry.until > now => Ok(Arc::clone(&entry.who)),
            _ => Err(Generation(inner.generation)),
        }
    }

    /// Remembers what the database said, unless something was revoked since.
    pub(super) fn insert(&self, before: Generation, key: Key, who: Arc<Who>, until: Time) {
        let mut inner = self.0.lock();
        if inner.generation != before.0 {
            return;
        }
        let now = Instant::now();
        if inner.entries.len() >= MOST {
            inner.entries.retain(|_, entry| entry.stale_at > now);
        }
        // Full of fresh ones: begin anew rather than keep an order of use on the hot path.
        if inner.entries.len() >= MOST {
            inner.entries.clear();
        }
        inner.entries.insert(
            key,
            Entry {
                who,
                stale_at: now + REMEMBERED_FOR,
                until,
            },
        );
    }

    /// Forgets everyone of whom `gone` says so, and what is being looked up just now.
    pub(super) fn forget(&self, gone: impl Fn(&Who) -> bool) {
        let mut inner = self.0.lock();
        inner.generation += 1;
        inner.entries.retain(|_, entry| !gone(&entry.who));
    }
}
