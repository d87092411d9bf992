//! The command line: how soon it answers, and how long 10,000 issues take.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    backend::Backend,
    bench::Bench,
    fill, program,
    row::{Row, count, millis},
};

const ISSUES: u64 = 10_000;
/// Runs of which the middle one counts.
const RUNS: usize = 21;
const START: Duration = Duration::from_millis(20);
const FIRST_PAGE: Duration = Duration::from_secs(1);
const SIZE_MB: u64 = 15;

/// Names the program as it is shipped; without it, what is built here is measured.
const PROGRAM_VARIABLE: &str = "KITE_PROGRAM";

/// The start, a list of 10,000 issues, and the size of the program.
pub fn measure(_: &Bench) -> Result<Vec<Row>> {
    let kite = match env::var_os(PROGRAM_VARIABLE) {
        Some(shipped) => PathBuf::from(shipped),
        None => program::build_binary("kite-cli", "kite")?,
    };
    let folder = tempfile::tempdir().context("make a temporary folder")?;
    let url = format!("sqlite:{}", folder.path().join("kite.db").display());
    fill::fill(&url, ISSUES)?;
    let backend = Backend::start(&url)?;
    let server = format!("http://{}", backend.address);
    let middle = |arguments: &[&str]| middle(&kite, folder.path(), &server, arguments);

    let start = middle(&["version", "--client"])?;
    let some = middle(&["list", "--limit", "50"])?;
    let table = middle(&["list", "--limit", "0", "--state", "all"])?;
    let json = middle(&["list", "--limit", "0", "--state", "all", "-o", "json"])?;
    let size = std::fs::metadata(&kite)?.len() / 1_000_000;
    let listing = |form: &str| format!("kite list, {} issues as {form}", count(ISSUES));
    Ok(vec![
        Row::shown("kite version --client", millis(start)).must("< 20 ms", start < START),
        Row::shown("kite list, the worst 50", millis(some)).must("< 1 s", some < FIRST_PAGE),
        Row::shown(listing("a table"), millis(table)),
        Row::shown(listing("JSON"), millis(json)),
        Row::shown("the program kite", format!("{size} MB")).must(format!("< {SIZE_MB} MB"), size < SIZE_MB),
    ])
}

/// How long the program takes from its start to its end.
fn middle(kite: &Path, folder: &Path, server: &str, arguments: &[&str]) -> Result<Duration> {
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let mut command = Command::new(kite);
        command.args(arguments).env("KITE_SERVER", server).env("KITE_CONFIG_DIR", folder);
        command.env("KUBECONFIG", folder.join("kubeconfig")).env_remove("KITE_TOKEN").env_remove("KITE_NAMESPACE");
        let begin = Instant::now();
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().context("start kite")?;
        times.push(begin.elapsed());
        ensure!(status.success(), "kite {} failed", arguments.join(" "));
    }
    times.sort_unstable();
    times.get(RUNS / 2).copied().context("find the middle")
}
