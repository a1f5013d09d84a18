//! `flotilla doctor`: what could keep this program from running well. It changes nothing.

use std::{
    fmt, io,
    net::TcpListener,
    path::{Path, PathBuf},
};

use backend::{
    Clock,
    db::{DatabaseUrl, examine},
};
use rustix::fs::{Access, access, statvfs};

use super::{Failure, flags::Flags, remote};
use crate::config::Config;

/// Under this the database may soon be refused a write.
const LITTLE_SPACE: u64 = 1 << 30;
/// Under this it will be.
const NO_SPACE: u64 = 100 << 20;
/// 2026-01-01: a clock that is before the program was made is wrong.
const EARLIEST: i64 = 1_767_225_600_000_000;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Ok,
    Warning,
    Bad,
}

#[derive(Debug)]
struct Finding {
    level: Level,
    what: &'static str,
    words: String,
}

impl Finding {
    fn new(level: Level, what: &'static str, words: impl fmt::Display) -> Self {
        Self {
            level,
            what,
            words: words.to_string(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok  ",
            Level::Warning => "warn",
            Level::Bad => "BAD ",
        };
        write!(f, "{level}  {:9} {}", self.what, self.words)
    }
}

/// Prints a line for each thing looked at; fails when one is bad.
pub(super) async fn run(flags: &Flags) -> Result<(), Failure> {
    let config = flags.config()?;
    let findings = [
        address(&config),
        folder(&config.data),
        space(&config.data),
        clock(),
        database(&config.database).await,
    ];
    for finding in &findings {
        remote::print(&finding.to_string()).map_err(anyhow::Error::from)?;
    }
    let bad = findings
        .iter()
        .filter(|finding| finding.level == Level::Bad)
        .count();
    if bad > 0 {
        return Err(Failure::Failed(anyhow::anyhow!(
            "{bad} of {} findings are bad",
            findings.len()
        )));
    }
    Ok(())
}

fn address(config: &Config) -> Finding {
    match TcpListener::bind(config.addr) {
        Ok(_listener) => Finding::new(Level::Ok, "address", format_args!("{} is free", config.addr)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let words =
                format_args!("{} is in use; by a running Flotilla, if all is well", config.addr).to_string();
            Finding::new(Level::Warning, "address", words)
        }
        Err(error) => Finding::new(Level::Bad, "address", format_args!("{}: {error}", config.addr)),
    }
}

fn folder(data: &Path) -> Finding {
    let (there, words) = (nearest(data), data.display());
    match access(&there, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) if there == data => Finding::new(Level::Ok, "data", format_args!("{words} can be written")),
        Ok(()) => Finding::new(Level::Ok, "data", format_args!("{words} will be made")),
        Err(error) => Finding::new(
            Level::Bad,
            "data",
            format_args!("{words} cannot be written: {error}"),
        ),
    }
}

fn space(data: &Path) -> Finding {
    let free = match statvfs(nearest(data)) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Finding::new(Level::Warning, "space", error),
    };
    let level = match free {
        0..NO_SPACE => Level::Bad,
        NO_SPACE..LITTLE_SPACE => Level::Warning,
        _ => Level::Ok,
    };
    Finding::new(level, "space", format_args!("{} MiB are free", free >> 20))
}

fn clock() -> Finding {
    if Clock::system().now().0 < EARLIEST {
        return Finding::new(
            Level::Bad,
            "clock",
            "it is before this program was made: times will be wrong",
        );
    }
    Finding::new(Level::Ok, "clock", "plausible")
}

async fn database(url: &DatabaseUrl) -> Finding {
    match examine(url).await {
        Ok(found) => Finding::new(
            if found.sound { Level::Ok } else { Level::Bad },
            "database",
            found,
        ),
        Err(error) => Finding::new(Level::Bad, "database", error),
    }
}

/// The folder, or the nearest one above it that is there.
fn nearest(folder: &Path) -> PathBuf {
    let above = folder
        .ancestors()
        .find(|folder| folder.exists() && !folder.as_os_str().is_empty());
    above.unwrap_or(Path::new(".")).to_owned()
}
