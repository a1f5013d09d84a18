//! The throughput test, as plain data: an amount of bytes there and back, a few messages on their way at any time.

pub(super) const KIB: u32 = 1_024;
pub(super) const MIB: u32 = 1_024 * KIB;

/// Bytes on their way at most: enough to fill the line, little enough that the progress shown is the line's.
const ON_THE_WAY: u32 = 4 * MIB;
/// Messages on their way at most, for small ones.
const MOST_ON_THE_WAY: u32 = 256;

/// A test that runs or ran. Times are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    size: u32,
    pub(super) all: u32,
    pub(super) sent: u32,
    pub(super) back: u32,
    began: f64,
    took: Option<f64>,
}

impl Run {
    /// `mib` MiB in messages of `size` bytes.
    pub(super) fn new(size: u32, mib: u32, now: f64) -> Self {
        Self {
            size,
            all: (mib * MIB / size).max(1),
            sent: 0,
            back: 0,
            began: now,
            took: None,
        }
    }

    /// Whether it runs still.
    pub(super) fn is_on(&self) -> bool {
        self.took.is_none()
    }

    /// Messages to send now.
    pub(super) fn due(&self) -> u32 {
        let window = (ON_THE_WAY / self.size).clamp(1, MOST_ON_THE_WAY);
        if self.is_on() {
            (window + self.back).min(self.all) - self.sent
        } else {
            0
        }
    }

    /// A message of so many bytes came back. Returns whether it was one of the test's.
    pub(super) fn came(&mut self, bytes: u32, now: f64) -> bool {
        let mine = self.is_on() && self.size == bytes && self.back < self.sent;
        if mine {
            self.back += 1;
            if self.back == self.all {
                self.end(now);
            }
        }
        mine
    }

    /// It ends, maybe before its time.
    pub(super) fn end(&mut self, now: f64) {
        self.took.get_or_insert(now - self.began);
    }

    /// Whole MiB in so many messages.
    pub(super) fn mib(&self, messages: u32) -> u64 {
        u64::from(messages) * u64::from(self.size) / u64::from(MIB)
    }

    /// Once it has ended: megabytes and messages a second, each way.
    pub(super) fn rates(&self) -> Option<(u64, u64)> {
        let a_second = |n: f64| Some((n * 1_000.0 / self.took?.max(1.0)) as u64);
        let back = f64::from(self.back);
        Some((
            a_second(back * f64::from(self.size) / 1_000_000.0)?,
            a_second(back)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends what is due, then takes so many back.
    fn step(run: &mut Run, back: u32, now: f64) {
        run.sent += run.due();
        (0..back).for_each(|_| assert!(run.came(run.size, now)));
    }

    #[test]
    fn a_few_messages_are_on_their_way_at_any_time() {
        let mut run = Run::new(64 * KIB, 16, 0.0);
        assert_eq!((run.all, run.due()), (256, 64));
        step(&mut run, 10, 1.0);
        assert_eq!(run.due(), 10);
        assert_eq!(Run::new(16 * MIB, 16, 0.0).due(), 1);
        assert_eq!(Run::new(KIB, 16, 0.0).due(), 256);
    }

    #[test]
    fn it_ends_with_the_last_message_and_says_how_fast_it_was() {
        let mut run = Run::new(MIB, 16, 1_000.0);
        while run.is_on() {
            step(&mut run, 1, 3_000.0);
        }
        assert_eq!((run.sent, run.back, run.due()), (16, 16, 0));
        assert_eq!(run.rates(), Some((8, 8)));
        assert!(!run.came(MIB, 4_000.0));
    }

    #[test]
    fn a_message_of_another_size_is_not_the_tests() {
        let mut run = Run::new(KIB, 1, 0.0);
        run.sent = 1;
        assert!(!run.came(7, 1.0));
        run.end(2_000.0);
        assert_eq!(run.rates(), Some((0, 0)));
    }
}
