//! Pictures that people have put on Gravatar, fetched by this server and kept for a while, so that no browser tells
//! Gravatar who looks at whom.

use std::{collections::HashMap, time::Duration};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::{sync::Semaphore, time::Instant};

use crate::{
    Error,
    fetch::{Bounds, FetchError, Fetched, Fetcher},
};

/// Where they are. 160 pixels serve a 36-pixel avatar on any screen; no picture at all is answered with 404.
const BASE: &str = "https://gravatar.com/avatar";
const QUERY: &str = "?s=160&d=404&r=pg";

/// One of 160 pixels has 10 KB; nobody waits longer for a picture.
const BOUNDS: Bounds = Bounds {
    bytes: 128 * 1024,
    time: Duration::from_secs(5),
};
/// Asked at once: a page of a hundred new people must not look like an attack.
const MOST_AT_ONCE: usize = 4;
/// All that is kept.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// What an entry takes beside its picture.
const ENTRY_BYTES: usize = 200;

/// How long a picture is kept, that there is none, and that nobody could be asked.
const FOUND_FOR: Duration = Duration::from_hours(24);
const NONE_FOR: Duration = Duration::from_hours(1);
const FAILED_FOR: Duration = Duration::from_secs(60);

/// A picture's media type and its bytes, or that there is none.
type Found = Option<(&'static str, Bytes)>;

/// The way to Gravatar, and what came from there.
pub(in crate::accounts) struct Gravatar {
    fetcher: Fetcher,
    base: String,
    at_work: Semaphore,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    found: HashMap<String, (Found, Instant)>,
    bytes: usize,
}

impl Gravatar {
    pub(in crate::accounts) fn new() -> Result<Self, Error> {
        let fetcher = Fetcher::new(Vec::new()).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self::at(fetcher, BASE.to_owned()))
    }

    pub(super) fn at(fetcher: Fetcher, base: String) -> Self {
        Self {
            fetcher,
            base,
            at_work: Semaphore::new(MOST_AT_ONCE),
            kept: Mutex::default(),
        }
    }

    /// What is known of a hash without asking.
    pub(super) fn known(&self, hash: &str) -> Option<Found> {
        let kept = self.kept.lock();
        let (found, until) = kept.found.get(hash)?;
        (*until > Instant::now()).then(|| found.clone())
    }

    /// Asks for a picture and keeps the answer. A failure is an answer, too: the drawn one is as good.
    pub(super) async fn fetch(&self, hash: &str) -> Found {
        let Ok(_turn) = self.at_work.acquire().await else {
            return None;
        };
        // Another may have asked while this one waited for its turn.
        if let Some(known) = self.known(hash) {
            return known;
        }
        let (found, lasts) = judge(
            self.fetcher
                .get(&format!("{}/{hash}{QUERY}", self.base), BOUNDS)
                .await,
        );
        self.keep(hash, found.clone(), lasts);
        found
    }

    fn keep(&self, hash: &str, found: Found, lasts: Duration) {
        let (now, size) = (Instant::now(), size(&found));
        let mut kept = self.kept.lock();
        if kept.bytes + size > MOST_BYTES {
            kept.found.retain(|_, (_, until)| *until > now);
            kept.bytes = kept.found.values().map(|(found, _)| self::size(found)).sum();
        }
        // Still full of fresh ones: they are a request away, so an order of use is not worth keeping.
        if kept.bytes + size > MOST_BYTES {
            *kept = Kept::default();
        }
        if let Some((old, _)) = kept.found.insert(hash.to_owned(), (found, now + lasts)) {
            kept.bytes -= self::size(&old);
        }
        kept.bytes += size;
    }
}

fn size(found: &Found) -> usize {
    ENTRY_BYTES + found.as_ref().map_or(0, |(_, body)| body.len())
}

fn judge(answer: Result<Fetched, FetchError>) -> (Found, Duration) {
    match answer {
        Ok(Fetched {
            status: 200,
            media_type,
            body,
        }) => match known_type(&media_type) {
            Some(media_type) => (Some((media_type, body)), FOUND_FOR),
            None => (None, NONE_FOR),
        },
        Ok(Fetched { status: 404, .. }) => (None, NONE_FOR),
        Ok(Fetched { status, .. }) => {
            tracing::warn!(status, "Gravatar refused");
            (None, FAILED_FOR)
        }
        Err(error) => {
            tracing::warn!(%error, "Gravatar cannot be asked");
            (None, FAILED_FOR)
        }
    }
}

/// Pictures only, and none that may hold a script.
fn known_type(media_type: &str) -> Option<&'static str> {
    ["image/jpeg", "image/png", "image/webp", "image/gif"]
        .into_iter()
        .find(|known| *known == media_type)
}
