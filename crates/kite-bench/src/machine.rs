//! The machine, and who else uses it.

use std::{fs, time::Duration};

use anyhow::{Context, Result};
use tokio::runtime::Builder;

/// How long to look at an idle moment.
const LOOK: Duration = Duration::from_millis(500);

/// Describes processors and memory.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = total.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    format!("{cores} cores, {} GiB", kib.unwrap_or_default() / (1 << 20))
}

/// How much of the processors is used while this program does nothing: by others, in percent.
pub fn used_by_others() -> Result<u64> {
    let before = ticks()?;
    let runtime = Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async { tokio::time::sleep(LOOK).await });
    let after = ticks()?;
    let (idle, all) = (after.idle - before.idle, after.all - before.all);
    Ok(100 - (100 * idle / all.max(1)).min(100))
}

struct Ticks {
    idle: u64,
    all: u64,
}

/// Reads `cpu user nice system idle iowait …`.
fn ticks() -> Result<Ticks> {
    let text = fs::read_to_string("/proc/stat").context("read /proc/stat")?;
    let line = text.lines().next().unwrap_or_default();
    let numbers: Vec<u64> = line.split_whitespace().skip(1).take(8).map(str::parse).collect::<Result<_, _>>()?;
    Ok(Ticks { idle: numbers.iter().skip(3).take(2).sum(), all: numbers.iter().sum() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_processors_is_a_percentage() {
        assert!(used_by_others().unwrap() <= 100);
        assert!(!describe().starts_with('0'));
    }
}
