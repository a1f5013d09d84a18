//! How long to wait before the next attempt: exponential, with full jitter, so that the tabs of a whole team do not
//! return in one instant after the server restarts.

/// The longest first wait: short enough that a flicker of the network goes unnoticed.
const FIRST_MS: f64 = 300.0;
/// The longest wait of all: what a person bears before reaching for "reload".
const MOST_MS: f64 = 20_000.0;

/// The wait before attempt `attempt` (from 0), in milliseconds. `random` lies in `0.0..1.0`.
pub(crate) fn wait_ms(attempt: u32, random: f64) -> u64 {
    let most = (FIRST_MS * f64::from(attempt.min(16)).exp2()).min(MOST_MS);
    (most * random) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_until_it_is_twenty_seconds() {
        let longest: Vec<u64> = [0, 1, 2, 6, 7, 40]
            .map(|attempt| wait_ms(attempt, 0.999_999))
            .to_vec();
        assert_eq!(longest, [299, 599, 1_199, 19_199, 19_999, 19_999]);
    }

    #[test]
    fn the_jitter_is_full_from_nothing_to_the_longest() {
        assert_eq!(wait_ms(5, 0.0), 0);
        assert_eq!(wait_ms(5, 0.5), 4_800);
    }
}
