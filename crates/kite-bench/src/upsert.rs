//! What PostgreSQL itself can do: pgbench with one hand-written upsert.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;

use crate::{database::Database, load::Window};

/// What pgbench measured.
#[derive(Clone, Copy, Debug)]
pub struct Upserts {
    /// Durable upserts per second.
    pub per_second: f64,
    /// Half of them took less; zero when more than one connection was used.
    pub p50: Duration,
}

const TABLE: &str = "
    CREATE TABLE failures (
        namespace text NOT NULL, pipeline text NOT NULL, title text NOT NULL, description text NOT NULL,
        run_id text NOT NULL, count bigint NOT NULL DEFAULT 1, last_failed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (namespace, pipeline)
    )";

const UPDATE: &str = "
    ON CONFLICT (namespace, pipeline) DO UPDATE SET title = EXCLUDED.title, description = EXCLUDED.description,
        run_id = EXCLUDED.run_id, count = old.count + 1, last_failed_at = EXCLUDED.last_failed_at";

/// The columns of a row, given SQL for its number and its run.
fn row(number: &str, run: &str) -> String {
    let pipeline = format!("'component-' || {number} || '-on-push'");
    let description = "repeat('registry timeout, ', 11)";
    format!(
        "'team-' || {number} % 200, {pipeline}, 'Pipeline run failed: ' || {pipeline}, {description}, {pipeline} || {run}"
    )
}

fn insert(rows: &str) -> String {
    format!("INSERT INTO failures AS old (namespace, pipeline, title, description, run_id) {rows}")
}

/// Makes the table with `keys` rows.
pub fn prepare(database: Database<'_>, keys: u64) -> Result<()> {
    database.run(TABLE)?;
    database.run(&insert(&format!("SELECT {} FROM generate_series(0, {}) AS n", row("n", "0"), keys - 1)))?;
    database.vacuum()?;
    database.checkpoint()
}

impl Upserts {
    /// The mean of several measurements.
    pub fn mean(all: &[Self]) -> Self {
        let count = u32::try_from(all.len()).unwrap_or(u32::MAX).max(1);
        Self {
            per_second: all.iter().map(|one| one.per_second).sum::<f64>() / f64::from(count),
            p50: all.iter().map(|one| one.p50).sum::<Duration>() / count,
        }
    }
}

/// Upserts random keys of a prepared table, over so many connections.
pub fn measure(database: Database<'_>, keys: u64, connections: u16, window: Window) -> Result<Upserts> {
    if !window.warm_up.is_zero() {
        run(database, keys, connections, window.warm_up)?;
    }
    run(database, keys, connections, window.measured)
}

fn run(database: Database<'_>, keys: u64, connections: u16, duration: Duration) -> Result<Upserts> {
    let folder = tempfile::tempdir().context("make a temporary folder")?;
    let script = folder.path().join("upsert.sql");
    let last = keys - 1;
    let upsert = insert(&format!("VALUES ({})", row(":n::bigint", ":run::bigint"))) + UPDATE;
    let text = format!("\\set n random(0, {last})\n\\set run random(0, 1000000000000)\n{upsert};\n");
    fs::write(&script, text).context("write the script")?;
    let (script, log) = (script.to_string_lossy(), folder.path().join("log"));
    let mut arguments = vec!["--no-vacuum", "--protocol=prepared", "--file", &script];
    let (seconds, clients, jobs) =
        (duration.as_secs().to_string(), connections.to_string(), connections.min(2).to_string());
    arguments.extend(["--time", &seconds, "--client", &clients, "--jobs", &jobs]);
    let prefix = format!("--log-prefix={}", log.display());
    if connections == 1 {
        arguments.extend(["--log", &prefix]);
    }
    let said = database.pgbench(&arguments)?;
    Ok(Upserts { per_second: per_second(&said)?, p50: p50(folder.path())? })
}

/// The last `tps = …` line leaves the time to connect out, in every version.
fn per_second(said: &str) -> Result<f64> {
    let line = said.lines().rev().find_map(|line| line.strip_prefix("tps = "));
    let number = line.and_then(|line| line.split_whitespace().next()).context("find `tps =` in what pgbench says")?;
    Ok(number.parse()?)
}

/// The third column of a pgbench log is the time of one transaction in microseconds.
fn p50(folder: &Path) -> Result<Duration> {
    let mut times = Histogram::<u64>::new(3)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("log")) {
            for line in fs::read_to_string(&path)?.lines() {
                let time = line.split(' ').nth(2).context("find a time in pgbench's log")?;
                times.record(time.parse()?)?;
            }
        }
    }
    Ok(Duration::from_micros(times.value_at_quantile(0.5)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_the_one_without_connecting() {
        let old = "tps = 90.1 (including connections establishing)\ntps = 91.5 (excluding connections establishing)\n";
        assert!((per_second(old).unwrap() - 91.5).abs() < 0.01);
        let new = "latency average = 2.1 ms\ntps = 12345.67 (without initial connection time)\n";
        assert!((per_second(new).unwrap() - 12_345.67).abs() < 0.01);
        assert!(per_second("").is_err());
    }
}
