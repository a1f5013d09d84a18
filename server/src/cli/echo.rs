//! `flotilla echo`: round trips to a server, timed.

use std::{num::NonZeroU32, time::Duration};

use clap::Args;
use client::echo::{Plan, Timings};
use serde::Serialize;
use wire::echo::MAX_ECHO_BYTES;

use super::remote::{self, Remote};

/// Times round trips on the echo socket
#[derive(Args, Clone, Debug)]
pub(super) struct Echo {
    #[command(flatten)]
    remote: Remote,
    /// How many messages
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    count: u32,
    /// How long each is, in bytes
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(..=MAX_ECHO_BYTES as u64))]
    size: u64,
    /// How many a second; without it, each waits for the echo of the last
    #[arg(long)]
    rate: Option<NonZeroU32>,
}

/// What `--json` prints; times in microseconds.
#[derive(Debug, Serialize)]
struct Report {
    count: usize,
    size: u64,
    elapsed_us: u128,
    bytes_per_second: f64,
    min_us: u128,
    p50_us: u128,
    p95_us: u128,
    p99_us: u128,
    max_us: u128,
}

impl Echo {
    /// Measures and prints.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let plan = Plan {
            count: self.count,
            size: usize::try_from(self.size)?,
            rate: self.rate,
        };
        let timings = self.remote.client()?.measure_echo(plan).await?;
        if self.remote.json {
            remote::print_json(&self.report(&timings))?;
        } else {
            remote::print(&self.words(&timings))?;
        }
        Ok(())
    }

    fn report(&self, timings: &Timings) -> Report {
        let us = |share| timings.quantile(share).as_micros();
        Report {
            count: timings.count(),
            size: self.size,
            elapsed_us: timings.elapsed().as_micros(),
            bytes_per_second: timings.bytes_per_second(),
            min_us: us(0.0),
            p50_us: us(0.5),
            p95_us: us(0.95),
            p99_us: us(0.99),
            max_us: us(1.0),
        }
    }

    fn words(&self, timings: &Timings) -> String {
        let at = |share| shown(timings.quantile(share));
        let mib = timings.bytes_per_second() / f64::from(1 << 20);
        format!(
            "{} echoes of {} bytes in {}: {mib:.1} MiB/s\nmin {}  p50 {}  p95 {}  p99 {}  max {}",
            timings.count(),
            self.size,
            shown(timings.elapsed()),
            at(0.0),
            at(0.5),
            at(0.95),
            at(0.99),
            at(1.0),
        )
    }
}

/// Three digits or so, in the unit that suits.
fn shown(time: Duration) -> String {
    let us = time.as_micros();
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{:.2} ms", time.as_secs_f64() * 1_000.0),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_in_the_unit_that_suits() {
        assert_eq!(shown(Duration::from_micros(999)), "999 µs");
        assert_eq!(shown(Duration::from_micros(1_234)), "1.23 ms");
        assert_eq!(shown(Duration::from_millis(61_500)), "61.50 s");
    }
}
