//! How often somebody may do something: a token bucket a key, in a map that cannot grow without bound.
//!
//! Each bucket is one instant: when it will be full again (the generic cell rate algorithm), so a full bucket needs no
//! entry at all. Runs on Tokio's clock, which tests can pause.

use std::{hash::Hash, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

/// Keys remembered at once: at 100 bytes each this is 6 MB, and more addresses than one attacker usually has.
const MOST_KEYS: usize = 65_536;

/// How much is allowed: `burst` at once, then one each `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many are allowed at once after a quiet while. At least 1.
    pub burst: u32,
    /// How long until one more is allowed.
    pub every: Duration,
}

/// Counts what each key does, and refuses what is too often.
#[derive(Debug)]
pub struct Limiter<K> {
    rate: Rate,
    most_keys: usize,
    /// When each key's bucket will be full again. A std-like lock: held for a look-up, never across an await.
    full_at: Mutex<std::collections::HashMap<K, Instant>>,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// Every bucket starts full.
    pub fn new(rate: Rate) -> Self {
        Self::with_most_keys(rate, MOST_KEYS)
    }

    fn with_most_keys(rate: Rate, most_keys: usize) -> Self {
        Self {
            rate,
            most_keys,
            full_at: Mutex::default(),
        }
    }

    /// Takes one, or says after how long there will be one. What is refused is not counted.
    pub fn take(&self, key: &K) -> Result<(), Duration> {
        let now = Instant::now();
        let mut full_at = self.full_at.lock();
        if full_at.len() >= self.most_keys && !full_at.contains_key(key) {
            make_room(&mut full_at, now, self.most_keys);
        }
        let before = full_at.get(key).map_or(now, |at| (*at).max(now));
        let after = before + self.rate.every;
        let wait = after
            .duration_since(now)
            .saturating_sub(self.rate.every * self.rate.burst);
        if !wait.is_zero() {
            return Err(wait);
        }
        full_at.insert(key.clone(), after);
        Ok(())
    }

    /// Gives one back: for what turned out not to count, such as a sign-in that succeeded.
    pub fn give_back(&self, key: &K) {
        let mut full_at = self.full_at.lock();
        if let Some(at) = full_at.get_mut(key) {
            *at = at.checked_sub(self.rate.every).unwrap_or(*at);
        }
    }
}

/// Forgets the buckets that are full again; when that is not enough, the quarter that is nearest to it, so that who
/// floods the map with new keys does not clear the record of who is already limited.
fn make_room<K: Hash + Eq>(full_at: &mut std::collections::HashMap<K, Instant>, now: Instant, most: usize) {
    full_at.retain(|_, at| *at > now);
    if full_at.len() < most {
        return;
    }
    let mut instants: Vec<Instant> = full_at.values().copied().collect();
    let quarter = instants.len() / 4;
    let (_, threshold, _) = instants.select_nth_unstable(quarter);
    let threshold = *threshold;
    full_at.retain(|_, at| *at > threshold);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        burst: 3,
        every: Duration::from_secs(10),
    };

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_allowed_and_the_next_one_told_when_to_come_back() {
        let limiter = Limiter::new(RATE);
        for _ in 0..3 {
            assert_eq!(limiter.take(&"a"), Ok(()));
        }
        assert_eq!(limiter.take(&"a"), Err(Duration::from_secs(10)));
        assert_eq!(limiter.take(&"b"), Ok(()), "another key has its own bucket");
    }

    #[tokio::test(start_paused = true)]
    async fn one_comes_back_each_interval_up_to_the_burst() {
        let limiter = Limiter::new(RATE);
        for _ in 0..3 {
            limiter.take(&"a").unwrap();
        }
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(limiter.take(&"a"), Err(Duration::from_secs(6)));
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(limiter.take(&"a"), Ok(()));
        tokio::time::advance(Duration::from_secs(3_600)).await;
        let taken = (0..10).filter(|_| limiter.take(&"a").is_ok()).count();
        assert_eq!(taken, 3, "an hour of quiet earns no more than the burst");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_given_back_does_not_count() {
        let limiter = Limiter::new(RATE);
        for _ in 0..20 {
            limiter.take(&"a").unwrap();
            limiter.give_back(&"a");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_keys_neither_grows_the_map_nor_frees_who_is_limited() {
        let limiter = Limiter::with_most_keys(RATE, 100);
        for _ in 0..3 {
            limiter.take(&usize::MAX).unwrap();
        }
        for key in 0..10_000 {
            limiter.take(&key).unwrap();
        }
        assert!(limiter.full_at.lock().len() <= 100);
        assert!(limiter.take(&usize::MAX).is_err());
    }
}
