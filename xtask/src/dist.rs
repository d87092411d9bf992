//! `cargo xtask dist`

use std::{
    env::consts::ARCH,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    command::{cargo, conclude, output, run},
    packages::Packages,
};

/// What links programs with musl, the C library that is linked into them.
const LINKER: &str = "musl-gcc";
const LINKER_PACKAGES: Packages = Packages { debian: &["musl-tools"], fedora: &["musl-gcc"] };
const NO_LINKER: &str = "musl-gcc is missing: install the package `musl-tools` (Debian) or `musl-gcc` (Fedora)";
const PROFILE: [&str; 5] = ["build", "--locked", "--profile", "dist", "--package"];

/// Builds the command line as it is shipped, and says where it is.
pub fn build() -> Result<()> {
    let kite = command_line()?;
    #[expect(clippy::cast_precision_loss, reason = "a size of some megabytes")]
    let size = fs::metadata(&kite)?.len() as f64 / 1e6;
    conclude(format_args!("{} has {size:.1} MB and needs no libraries", kite.display()));
    Ok(())
}

/// Builds `kite` as one file that runs on every Linux of this processor.
pub fn command_line() -> Result<PathBuf> {
    ensure!(cfg!(target_os = "linux"), "a program without libraries is built on Linux");
    find_linker()?;
    let target = format!("{ARCH}-unknown-linux-musl");
    run(Command::new("rustup").args(["target", "add", &target]))
        .with_context(|| format!("the target {target} is missing: install it beside your Rust"))?;
    run(cargo().args(PROFILE).args(["kite-cli", "--bin", "kite", "--target", &target]))?;
    Ok(folder()?.join(target).join("dist").join("kite"))
}

fn find_linker() -> Result<()> {
    let is_there = || output(Command::new(LINKER).arg("--version").stderr(Stdio::null())).is_ok();
    if !is_there() {
        LINKER_PACKAGES.install().context(NO_LINKER)?;
    }
    ensure!(is_there(), NO_LINKER);
    Ok(())
}

/// Where cargo puts what it builds.
fn folder() -> Result<PathBuf> {
    let metadata = output(cargo().args(["metadata", "--format-version", "1", "--no-deps", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let folder = metadata.get("target_directory").and_then(Value::as_str);
    folder.map(PathBuf::from).context("ask cargo for its target folder")
}
