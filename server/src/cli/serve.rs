//! `flotilla serve`: the log, the listener, the signals.

use std::{
    io::{self, IsTerminal as _},
    net::SocketAddr,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use super::{Failure, flags::Flags};
use crate::{Server, config::Config};

pub(super) async fn run(flags: &Flags) -> Result<(), Failure> {
    let config = flags.config()?;
    log(&config).map_err(Failure::setup)?;
    // Before the data folder is touched: a second server that was started by mistake leaves no trace.
    let listener = listen(config.addr).await?;
    let files = allow_files();
    let address = listener.local_addr().map_err(Failure::setup)?;
    let (open, database) = (config.open, config.database.to_string());
    let shutdown = asked_to_end().map_err(Failure::setup)?;
    let server = Server::start(config).await.map_err(Failure::setup)?;
    tracing::info!(url = %format_args!("http://{address}"), database, open, files.limit = files, "serving");
    server.run(listener, shutdown).await;
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Failure::Setup(format!("cannot listen on {address}: {error}")))
}

/// For people on a terminal, and JSON for whatever collects logs; on stderr, so that stdout stays free for results.
fn log(config: &Config) -> anyhow::Result<()> {
    let registry = tracing_subscriber::registry().with(EnvFilter::try_new(&config.log)?);
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    if io::stderr().is_terminal() {
        registry.with(layer.with_target(false)).try_init()?;
    } else {
        registry
            .with(layer.json().flatten_event(true).with_ansi(false))
            .try_init()?;
    }
    Ok(())
}

/// As many open files as the system lets us have: each connection is one, and shells often grant but 1024.
fn allow_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    ) {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
    // `None` is no limit at all.
    getrlimit(Resource::Nofile)
        .current
        .or(current)
        .unwrap_or(u64::MAX)
}

/// Resolves when a service manager (SIGTERM) or somebody at the terminal (SIGINT) asks us to end. A second signal does not
/// wait.
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            std::process::exit(1);
        });
    })
}
