//! Figures for `/metrics`.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// How the database is doing.
#[derive(Clone, Debug)]
pub struct Stats {
    /// Jobs that wait to write.
    pub writes_waiting: usize,
    /// Jobs that wait to read.
    pub reads_waiting: usize,
    /// Jobs a commit: 1 is a commit each, more is group commit at work.
    pub batch_sizes: Histogram,
    /// How long a commit takes, in microseconds.
    pub commit_micros: Histogram,
}

/// Counts by upper bound, as Prometheus has them, but not cumulative.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// The upper bounds, each included.
    pub bounds: &'static [u64],
    /// How many lie up to each bound and above the one before; one more for those above all bounds.
    pub counts: Vec<u64>,
    /// The sum of all.
    pub sum: u64,
}

const BATCH_BOUNDS: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256];
const MICROS_BOUNDS: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
];

/// Counted without a lock: the threads write, whoever asks reads.
pub(super) struct Counters {
    batch_sizes: Counter<10>,
    commit_micros: Counter<13>,
}

struct Counter<const N: usize> {
    bounds: &'static [u64],
    counts: [AtomicU64; N],
    sum: AtomicU64,
}

impl Counters {
    pub(super) fn new() -> Self {
        Self {
            batch_sizes: Counter::new(BATCH_BOUNDS),
            commit_micros: Counter::new(MICROS_BOUNDS),
        }
    }

    pub(super) fn committed(&self, jobs: usize, took: Duration) {
        self.batch_sizes.count(jobs as u64);
        self.commit_micros
            .count(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    pub(super) fn read(&self, writes_waiting: usize, reads_waiting: usize) -> Stats {
        let (batch_sizes, commit_micros) = (self.batch_sizes.read(), self.commit_micros.read());
        Stats {
            writes_waiting,
            reads_waiting,
            batch_sizes,
            commit_micros,
        }
    }
}

impl<const N: usize> Counter<N> {
    fn new(bounds: &'static [u64]) -> Self {
        debug_assert_eq!(bounds.len() + 1, N, "one more for those above all bounds");
        Self {
            bounds,
            counts: std::array::from_fn(|_| AtomicU64::new(0)),
            sum: AtomicU64::new(0),
        }
    }

    fn count(&self, value: u64) {
        let bucket = self.bounds.partition_point(|&bound| bound < value);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    fn read(&self) -> Histogram {
        let counts = self
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .collect();
        Histogram {
            bounds: self.bounds,
            counts,
            sum: self.sum.load(Ordering::Relaxed),
        }
    }
}
