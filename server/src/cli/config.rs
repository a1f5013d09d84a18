//! `flotilla config`: what is in force.

use super::{Failure, flags::Flags, remote};
use crate::config::Config;

/// Prints each setting as it would stand in the config file, and where it came from. What would keep `serve` from
/// starting keeps this from printing, too.
pub(super) fn run(flags: &Flags) -> Result<(), Failure> {
    let settings = flags.settings()?;
    Config::new(&settings).map_err(Failure::setup)?;
    let lines: Vec<_> = settings
        .shown()
        .map(|(key, value, source)| (format!("{key} = {value:?}"), source))
        .collect();
    let width = lines
        .iter()
        .map(|(line, _)| line.chars().count())
        .max()
        .unwrap_or_default();
    let text: Vec<_> = lines
        .iter()
        .map(|(line, source)| format!("{line:width$}  # {source}"))
        .collect();
    remote::print(&text.join("\n")).map_err(anyhow::Error::from)?;
    Ok(())
}
