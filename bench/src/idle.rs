//! Memory of sockets that rest.

use std::time::Duration;

use anyhow::bail;
use clap::Args;
use futures::future::try_join_all;

use crate::{
    fanout::{Peer, Target},
    process,
};

/// Sockets opened at once.
const OPENING: usize = 50;

/// How long the server's memory must not change to count as settled.
const QUIET: Duration = Duration::from_secs(1);

/// Memory of a socket that rests, with many of them open
#[derive(Args, Debug)]
pub(crate) struct Idle {
    /// A server, as NAME=URL@PID
    #[arg(long = "target", required = true)]
    targets: Vec<Target>,
    /// Sockets
    #[arg(long, default_value_t = 10_000)]
    sockets: usize,
}

impl Idle {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        for target in &self.targets {
            // What the first visitors make a server load is not a socket's.
            drop(open(target, 2 * OPENING).await?);
            let before = settled(target.pid).await?;
            let peers = open(target, self.sockets).await?;
            let after = settled(target.pid).await?;
            let each = (after - before.min(after)) as f64 / self.sockets as f64;
            println!(
                "{:<10} {} sockets: {:.1} MB before, {:.1} MB after, {each:.0} B a socket",
                target.name,
                peers.len(),
                before as f64 / 1e6,
                after as f64 / 1e6
            );
        }
        Ok(())
    }
}

async fn open(target: &Target, sockets: usize) -> anyhow::Result<Vec<Peer>> {
    let mut peers = Vec::with_capacity(sockets);
    while peers.len() < sockets {
        let some = OPENING.min(sockets - peers.len());
        peers.extend(try_join_all((0..some).map(|_| Peer::open(target))).await?);
    }
    Ok(peers)
}

async fn settled(pid: u32) -> anyhow::Result<u64> {
    let mut last = process::memory(pid)?;
    for _ in 0..30 {
        tokio::time::sleep(QUIET).await;
        let now = process::memory(pid)?;
        if now == last {
            return Ok(now);
        }
        last = now;
    }
    bail!("the server's memory does not settle")
}
