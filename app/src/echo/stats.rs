//! Round trips: how long a message took to come back, in microseconds. Whole numbers, since writing out fractions costs
//! the WASM more than the rest of this page.

use std::collections::VecDeque;

/// Round trips kept; the oldest go first. Enough for a p99 that does not jump.
const MOST: usize = 10_000;

/// Upper bounds of the histogram's bars, in microseconds: 1, 2, 5 a decade. The last bar has none.
pub(super) const BOUNDS: [u32; 13] = [
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
];

/// Bars of the histogram.
pub(super) const BARS: usize = BOUNDS.len() + 1;

/// The round trips so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RoundTrips {
    latest: VecDeque<u32>,
    /// The same, in order. (Kept so, since a standard sort is 3 kB of WASM.)
    sorted: Vec<u32>,
}

impl RoundTrips {
    pub(super) fn add(&mut self, micros: u32) {
        let place = |sorted: &[u32], micros| sorted.partition_point(|other| *other < micros);
        if let Some(oldest) = self.latest.pop_front_if(|_| self.sorted.len() == MOST) {
            self.sorted.remove(place(&self.sorted, oldest));
        }
        self.latest.push_back(micros);
        self.sorted.insert(place(&self.sorted, micros), micros);
    }

    pub(super) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// The values at these percentages, by nearest rank; `None` while there is nothing.
    pub(super) fn percentiles<const N: usize>(&self, percents: [usize; N]) -> Option<[u32; N]> {
        let sorted = &self.sorted;
        let last = sorted.len().checked_sub(1)?;
        Some(
            percents
                .map(|percent| sorted[(sorted.len() * percent).div_ceil(100).saturating_sub(1).min(last)]),
        )
    }

    /// How many fell into each bar.
    pub(super) fn histogram(&self) -> [usize; BARS] {
        let mut bars = [0; BARS];
        for micros in &self.sorted {
            bars[bar(*micros)] += 1;
        }
        bars
    }
}

/// The bar that a round trip falls into.
pub(super) fn bar(micros: u32) -> usize {
    BOUNDS.partition_point(|bound| *bound <= micros)
}

/// Microseconds as milliseconds a person reads: `0.42`, `3.1`, `120`.
pub(super) fn ms(micros: u32) -> String {
    let (whole, part) = (micros / 1_000, micros % 1_000);
    let digits = match whole {
        0..10 => part / 10 + 100,
        10..100 => part / 100 + 10,
        _ => return ((micros + 500) / 1_000).to_string(),
    };
    [&whole.to_string(), ".", &digits.to_string()[1..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(micros: impl IntoIterator<Item = u32>) -> RoundTrips {
        let mut trips = RoundTrips::default();
        micros.into_iter().for_each(|micros| trips.add(micros));
        trips
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        assert_eq!(of([]).percentiles([50]), None);
        assert_eq!(of([7]).percentiles([0, 50, 99, 100]), Some([7; 4]));
        assert_eq!(
            of((1..=100).rev()).percentiles([0, 50, 95, 99, 100]),
            Some([1, 50, 95, 99, 100])
        );
    }

    #[test]
    fn each_round_trip_falls_into_one_bar() {
        for (micros, expected) in [
            (0, 0),
            (99, 0),
            (100, 1),
            (999, 3),
            (1_000, 4),
            (999_999, 12),
            (u32::MAX, 13),
        ] {
            assert_eq!(bar(micros), expected, "{micros}");
        }
        assert_eq!(
            of([1, 1, 150, 2_000_000]).histogram(),
            [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        );
    }

    #[test]
    fn only_the_latest_are_kept() {
        let trips = of((0..10_001).map(|n| if n == 0 { 9 } else { 1 }));
        assert_eq!((trips.len(), trips.percentiles([100])), (10_000, Some([1])));
    }

    #[test]
    fn milliseconds_have_the_digits_that_matter() {
        for (micros, text) in [
            (0, "0.00"),
            (420, "0.42"),
            (3_149, "3.14"),
            (31_490, "31.4"),
            (120_499, "120"),
            (999_500, "1000"),
        ] {
            assert_eq!(ms(micros), text);
        }
    }
}
