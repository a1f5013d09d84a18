//! Load generators and benchmarks. What they found, and with which command, stands in `RESULTS.md`.
#![expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]

mod db;
mod fanout;
mod idle;
mod kill9;
mod process;

use clap::Parser;

#[derive(Parser, Debug)]
#[command(about = "Load generators and benchmarks")]
enum Bench {
    Db(db::Bench),
    Fanout(fanout::Fanout),
    Idle(idle::Idle),
    Kill9(kill9::Kill9),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Bench::parse() {
        Bench::Db(bench) => bench.run().await,
        Bench::Fanout(bench) => bench.run().await,
        Bench::Idle(bench) => bench.run().await,
        Bench::Kill9(bench) => bench.run().await,
    }
}
