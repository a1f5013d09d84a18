//! Argon2id on a bounded pool: each hash takes 19 MiB and tens of milliseconds of a core, at a stranger's wish.
//!
//! Invariant: a wrong name costs what a wrong password costs. [`Hasher::verify`] without a stored hash checks against one
//! of a password nobody has.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString},
};
use tokio::{sync::Semaphore, time::timeout};

use super::fields::Password;
use crate::{Error, Random};

/// How much work a hash is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Cost {
    /// OWASP's first choice for Argon2id with one lane: 19 MiB, two passes.
    pub const STANDARD: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
    };
    /// Next to nothing, for tests.
    #[cfg(any(test, feature = "testing"))]
    pub const CHEAP: Self = Self {
        memory_kib: 8,
        passes: 1,
    };
}

/// Hashes at work at once are one a core, and no more than this: 76 MiB.
const MOST_AT_WORK: usize = 4;
/// Hashes that may wait for their turn; at 20 ms each on one core the last waits 1.3 s.
const MOST_WAITING: usize = 64;
/// How long one waits for its turn before the server says that it is busy.
const WAIT_AT_MOST: Duration = Duration::from_secs(5);
/// What a busy server asks for.
const BUSY: Error = Error::Unavailable(Duration::from_secs(2));

/// Hashes and verifies passwords. Cheap to clone.
#[derive(Clone)]
pub(super) struct Hasher(Arc<Inner>);

struct Inner {
    argon: Argon2<'static>,
    random: Random,
    /// The hash of a secret that was thrown away.
    nobodys: String,
    at_work: Arc<Semaphore>,
    queued: Semaphore,
    done: AtomicU64,
}

impl Hasher {
    pub(super) fn new(cost: Cost, random: Random) -> Result<Self, Error> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(internal)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobodys = hash(&argon, &Password::typed(&random.secret()), &random)?;
        let at_work = std::thread::available_parallelism()
            .map_or(1, usize::from)
            .min(MOST_AT_WORK);
        Ok(Self(Arc::new(Inner {
            argon,
            random,
            nobodys,
            at_work: Arc::new(Semaphore::new(at_work)),
            queued: Semaphore::new(at_work + MOST_WAITING),
            done: AtomicU64::new(0),
        })))
    }

    /// The hash to store, in PHC's string form, which names its own cost.
    pub(super) async fn hash(&self, password: Password) -> Result<String, Error> {
        self.run(move |inner| hash(&inner.argon, &password, &inner.random))
            .await?
    }

    /// Whether `password` is the one that was hashed. Without a stored hash it is not, after the same work.
    pub(super) async fn verify(&self, password: Password, stored: Option<String>) -> Result<bool, Error> {
        self.run(move |inner| {
            let known = stored.is_some();
            let stored = stored.as_deref().unwrap_or(&inner.nobodys);
            let stored = PasswordHash::new(stored).map_err(internal)?;
            Ok(inner.argon.verify_password(password.bytes(), &stored).is_ok() && known)
        })
        .await?
    }

    /// Hashes made or verified so far.
    pub(super) fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Inner) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let _queued = self.0.queued.try_acquire().map_err(|_| BUSY)?;
        let turn = timeout(WAIT_AT_MOST, Arc::clone(&self.0.at_work).acquire_owned()).await;
        let turn = turn.map_err(|_| BUSY)?.map_err(internal)?;
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || {
            // Held by the work, not by who waits for it: that one may go away, and the work goes on.
            let _turn = turn;
            inner.done.fetch_add(1, Ordering::Relaxed);
            job(&inner)
        })
        .await
        .map_err(internal)
    }
}

fn hash(argon: &Argon2<'_>, password: &Password, random: &Random) -> Result<String, Error> {
    let salt = SaltString::encode_b64(&random.bytes::<16>()).map_err(internal)?;
    Ok(argon
        .hash_password(password.bytes(), &salt)
        .map_err(internal)?
        .to_string())
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("password hash: {error}"))
}
