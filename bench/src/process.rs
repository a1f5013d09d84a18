//! What a process has used, from `/proc`.

use std::{fs, time::Duration};

use anyhow::Context as _;

/// The kernel's ticks a second in `/proc/PID/stat`: 100 on every Linux since 2.6 (`getconf CLK_TCK`).
const TICKS_A_SECOND: u32 = 100;

/// User and system time of a process, all threads together.
pub(crate) fn cpu_time(pid: u32) -> anyhow::Result<Duration> {
    let stat =
        fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("no process {pid}"))?;
    // The name, in brackets, may hold anything; what follows it is numbers. utime and stime are fields 14 and 15.
    let (_, numbers) = stat.rsplit_once(')').context("an odd /proc/PID/stat")?;
    let ticks: u32 = numbers
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u32>().unwrap_or(0))
        .sum();
    Ok(Duration::from_secs(1) * ticks / TICKS_A_SECOND)
}

/// Memory that a process holds, in bytes: `VmRSS`.
pub(crate) fn memory(pid: u32) -> anyhow::Result<u64> {
    let status =
        fs::read_to_string(format!("/proc/{pid}/status")).with_context(|| format!("no process {pid}"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}
