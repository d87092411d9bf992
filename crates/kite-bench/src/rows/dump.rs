//! Dumps of a cluster, read from disk.

use std::{
    fs::File,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use tokio::{runtime::Runtime, time::interval};

use crate::{
    bench::Bench,
    program::{self, Running},
    row::{Row, count},
};

/// How often the memory of the program is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// A run that takes longer has failed.
const PATIENCE: Duration = Duration::from_mins(10);

struct Reading {
    megabytes: f64,
    seconds: f64,
    peak_mib: f64,
}

/// 100,000 `PipelineRuns` as JSON: about 1 GB.
pub fn measure_json(bench: &Bench) -> Result<Vec<Row>> {
    let runs = if bench.is_quick() { 10_000 } else { 100_000 };
    let limit = if bench.is_quick() { 2.0 } else { 20.0 };
    let Reading { megabytes, seconds, peak_mib } = read(runs, "json")?;
    let what = format!("dump of {} PipelineRuns, JSON, {megabytes:.0} MB", count(runs));
    let row = Row::shown(what, format!("{seconds:.1} s ({:.0} MB/s), peak {peak_mib:.0} MiB", megabytes / seconds));
    Ok(vec![row.must(format!("< {limit} s, < 300 MiB"), seconds < limit && peak_mib < 300.0)])
}

/// 20,000 `PipelineRuns` as YAML: about 200 MB.
pub fn measure_yaml(bench: &Bench) -> Result<Vec<Row>> {
    let runs = if bench.is_quick() { 4_000 } else { 20_000 };
    let Reading { megabytes, seconds, peak_mib } = read(runs, "yaml")?;
    let what = format!("dump of {} PipelineRuns, YAML, {megabytes:.0} MB", count(runs));
    let per_second = megabytes / seconds;
    let row = Row::shown(what, format!("{per_second:.1} MB/s ({seconds:.1} s), peak {peak_mib:.0} MiB"));
    Ok(vec![row.must("≥ 20 MB/s, < 300 MiB", per_second >= 20.0 && peak_mib < 300.0)])
}

fn read(runs: u64, format: &str) -> Result<Reading> {
    let folder = tempfile::tempdir().context("make a temporary folder")?;
    let dump = folder.path().join(format!("runs.{format}"));
    generate(&dump, runs, format)?;
    let program = program::build("kite-local")?;
    let begin = Instant::now();
    let mut command = Command::new(program);
    command.arg("--from").arg(&dump).arg("--exit").stdin(Stdio::null()).stdout(Stdio::null());
    let process = Running { child: command.spawn().context("start kite-local")? };
    let peak_mib = Runtime::new()?.block_on(peak_until_end(process))?;
    let seconds = begin.elapsed().as_secs_f64();
    let megabytes = f64::from(u32::try_from(dump.metadata()?.len() / 1_000_000)?);
    Ok(Reading { megabytes, seconds, peak_mib })
}

fn generate(dump: &Path, runs: u64, format: &str) -> Result<()> {
    let mut generate = Command::new(program::build_example("kite-dump", "generate")?);
    generate.args(["--runs", &runs.to_string(), "--format", format]);
    let status = generate.stdout(File::create(dump)?).status().context("start the generator")?;
    ensure!(status.success(), "the generator failed");
    Ok(())
}

/// The peak as last seen while the program ran: the system forgets it at the end.
async fn peak_until_end(mut process: Running) -> Result<f64> {
    let begin = Instant::now();
    let mut looks = interval(LOOK);
    let mut peak = 0.0;
    loop {
        looks.tick().await;
        if let Some(status) = process.child.try_wait()? {
            ensure!(status.success(), "kite-local failed: {status}");
            return Ok(peak);
        }
        peak = process.peak_mib().unwrap_or(peak);
        if begin.elapsed() > PATIENCE {
            bail!("kite-local takes more than {} s", PATIENCE.as_secs());
        }
    }
}
