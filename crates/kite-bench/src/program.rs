//! The programs that are measured: built in release mode, started, watched.

use std::{
    collections::BTreeSet,
    env, fs,
    path::PathBuf,
    process::{Child, Command},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

/// Builds a program of the workspace and gives its place.
pub fn build(package: &str) -> Result<PathBuf> {
    cargo_build(&["--package", package])?;
    Ok(folder()?.join(package))
}

/// Builds a program that is not named like its package, and gives its place.
pub fn build_binary(package: &str, name: &str) -> Result<PathBuf> {
    cargo_build(&["--package", package, "--bin", name])?;
    Ok(folder()?.join(name))
}

/// Builds an example of a crate and gives its place.
pub fn build_example(package: &str, name: &str) -> Result<PathBuf> {
    cargo_build(&["--package", package, "--example", name])?;
    Ok(folder()?.join("examples").join(name))
}

/// A running program; killed when dropped.
#[derive(Debug)]
pub struct Running {
    /// The process.
    pub child: Child,
}

impl Running {
    /// Memory that the program holds now, in MiB.
    pub fn resident_mib(&self) -> Result<f64> {
        self.memory("VmRSS:")
    }

    /// Most memory that the program ever held, in MiB.
    pub fn peak_mib(&self) -> Result<f64> {
        self.memory("VmHWM:")
    }

    /// Processor time that the program has used.
    ///
    /// The clock tick is 10 ms on every Linux that is in use.
    pub fn busy(&self) -> Result<Duration> {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = fs::read_to_string(&path).with_context(|| format!("read `{path}`"))?;
        // The name in parentheses may hold spaces; user and system time are the 12th and 13th fields after it.
        let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = fields.iter().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
        Ok(Duration::from_millis(ticks * 10))
    }

    fn memory(&self, field: &str) -> Result<f64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(&path).with_context(|| format!("read `{path}`"))?;
        let value = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = value.and_then(|value| value.split_whitespace().next()).with_context(|| format!("find {field}"))?;
        Ok(kib.parse::<f64>()? / 1024.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where cargo puts what it builds in release mode: this program is there, too.
fn folder() -> Result<PathBuf> {
    let own = env::current_exe()?;
    Ok(own.parent().context("find the folder of the built programs")?.to_owned())
}

/// What this run has built. Nothing is built twice: all rows must measure the same code, also while
/// somebody edits it.
static BUILT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn cargo_build(what: &[&str]) -> Result<()> {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if built.contains(&what.join(" ")) {
        return Ok(());
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(["build", "--quiet", "--release", "--locked"]).args(what).status()?;
    ensure!(status.success(), "cargo build {} failed", what.join(" "));
    built.insert(what.join(" "));
    Ok(())
}
