//! `cargo xtask dist`

use std::{
    env::consts::ARCH,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{
    command::{cargo, conclude, folder, output, run},
    packages::Packages,
};

/// What links programs with musl, the C library that is linked into them.
const LINKER: &str = "musl-gcc";
const LINKER_PACKAGES: Packages = Packages { debian: &["musl-tools"], fedora: &["musl-gcc"] };
const NO_LINKER: &str = "musl-gcc is missing: install the package `musl-tools` (Debian) or `musl-gcc` (Fedora)";

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
    let what = ["--package", "kite-cli", "--bin", "kite", "--target", &target];
    run(cargo().args(["build", "--locked", "--profile", "dist"]).args(what))?;
    Ok(folder("target_directory")?.join(target).join("dist").join("kite"))
}

fn find_linker() -> Result<()> {
    let is_there = || output(Command::new(LINKER).arg("--version").stderr(Stdio::null())).is_ok();
    if !is_there() {
        LINKER_PACKAGES.install().context(NO_LINKER)?;
    }
    ensure!(is_there(), NO_LINKER);
    Ok(())
}
