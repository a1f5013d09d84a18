//! Fan-out: how many deliveries a server makes in a second of its own CPU time.
//!
//! Many sockets listen; so many messages are in flight: each time one has reached every socket, the next is sent, by another
//! socket. Servers are started by whoever runs this, each pinned to a core, and this program to another. Rounds take turns, so
//! that a disturbance hits all alike; what counts is the ratio of medians.

mod load;
mod peer;

use std::{collections::BTreeMap, str::FromStr, time::Duration};

use anyhow::{Context as _, bail, ensure};
use clap::Args;

use crate::process;
use load::{Load, Outcome};

pub(crate) use peer::Peer;

/// Deliveries of one message to many sockets, a server-CPU-second
#[derive(Args, Debug)]
pub(crate) struct Fanout {
    /// A server, as NAME=URL@PID; the first is what others are compared with
    #[arg(long = "target", required = true)]
    targets: Vec<Target>,
    /// Sockets that listen
    #[arg(long, default_value_t = 1_000)]
    sockets: usize,
    /// Bytes of a message
    #[arg(long, default_value_t = 128)]
    bytes: usize,
    /// Messages in flight, one measurement each
    #[arg(long, value_delimiter = ',', default_value = "1,8,64")]
    in_flight: Vec<usize>,
    /// How long each round measures
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Rounds; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// Where a server is, and which process it is.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    /// `127.0.0.1:8080`
    pub(crate) host: String,
    /// `/ws`
    pub(crate) path: String,
    pub(crate) pid: u32,
}

impl FromStr for Target {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (name, rest) = text.split_once('=').context("no name")?;
        let (url, pid) = rest.rsplit_once('@').context("no process id")?;
        let rest = url.strip_prefix("ws://").context("not a ws:// address")?;
        let (host, path) = rest.split_once('/').context("no path")?;
        Ok(Self {
            name: name.into(),
            host: host.into(),
            path: format!("/{path}"),
            pid: pid.parse()?,
        })
    }
}

impl Fanout {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        // One thread, so that one core is what it can take.
        let work = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            tokio::task::LocalSet::new().block_on(&runtime, self.measure())
        });
        match work.join() {
            Ok(done) => done,
            Err(_) => bail!("the load generator failed"),
        }
    }

    async fn measure(self) -> anyhow::Result<()> {
        println!(
            "{} sockets × {} B, median of {} rounds",
            self.sockets, self.bytes, self.rounds
        );
        for &in_flight in &self.in_flight {
            let mut outcomes: BTreeMap<&str, Vec<Outcome>> = BTreeMap::new();
            for _ in 0..self.rounds {
                for target in &self.targets {
                    let outcome = self.round(target, in_flight).await?;
                    outcomes.entry(&target.name).or_default().push(outcome);
                }
            }
            let base = outcomes[self.targets[0].name.as_str()].as_slice();
            let base = median(base, |outcome| outcome.per_cpu_second());
            for target in &self.targets {
                report(target, in_flight, &outcomes[target.name.as_str()], base);
            }
        }
        Ok(())
    }

    async fn round(&self, target: &Target, in_flight: usize) -> anyhow::Result<Outcome> {
        let load = Load::open(target, self.sockets, self.bytes).await?;
        let own = std::process::id();
        load.start(in_flight);
        load.settle(in_flight).await;
        let (cpu, own_cpu, deliveries) = (
            process::cpu_time(target.pid)?,
            process::cpu_time(own)?,
            load.deliveries(),
        );
        let start = tokio::time::Instant::now();
        tokio::time::sleep(Duration::from_secs(self.seconds)).await;
        let outcome = Outcome {
            deliveries: load.deliveries() - deliveries,
            elapsed: start.elapsed(),
            server: process::cpu_time(target.pid)? - cpu,
            own: process::cpu_time(own)? - own_cpu,
            p99: load.finish().await?,
        };
        ensure!(outcome.deliveries > 0, "{} delivered nothing", target.name);
        Ok(outcome)
    }
}

fn report(target: &Target, in_flight: usize, outcomes: &[Outcome], base: f64) {
    let rate = median(outcomes, Outcome::per_cpu_second);
    println!(
        "{in_flight:>3} in flight  {:<10} {:>9.0} k deliveries a CPU-second  {:>6.2} ×  p99 {:>8.2} ms  {:>8.0} k/s  own core {:>3.0} %",
        target.name,
        rate / 1e3,
        rate / base,
        median(outcomes, |outcome| outcome.p99.as_secs_f64()) * 1e3,
        median(outcomes, |outcome| outcome.deliveries as f64
            / outcome.elapsed.as_secs_f64())
            / 1e3,
        median(outcomes, |outcome| outcome.own.as_secs_f64()
            / outcome.elapsed.as_secs_f64())
            * 1e2,
    );
}

fn median(outcomes: &[Outcome], of: impl Fn(&Outcome) -> f64) -> f64 {
    let mut values: Vec<f64> = outcomes.iter().map(of).collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
