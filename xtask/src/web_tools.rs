//! Gets what pages are checked with: packages of npm, in the versions that the lock file names.

use std::{
    fs,
    fs::File,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use etcetera::base_strategy::{BaseStrategy as _, choose_base_strategy};

use crate::command::run;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tools/web");
const FILES: [&str; 2] = ["package.json", "package-lock.json"];
const ADVICE: &str = "install Node.js 20.19 or later with npm, or leave it out with `--without browser`";

/// Gives the folder with the installed packages, after installing them if they are missing.
pub fn folder() -> Result<PathBuf> {
    let caches = choose_base_strategy().context("find the cache folder")?.cache_dir().join("kite");
    let folder = caches.join(format!("web-tools-{:016x}", hash()?));
    if !folder.exists() {
        fs::create_dir_all(&caches).with_context(|| format!("make `{}`", caches.display()))?;
        install(&folder).context(ADVICE)?;
    }
    Ok(folder)
}

/// Installs the packages, unless somebody else did while this one waited for its turn.
fn install(folder: &Path) -> Result<()> {
    let turn = File::create(folder.with_extension("lock"))?;
    turn.lock()?;
    if folder.exists() {
        return Ok(());
    }
    let unfinished = folder.with_extension("unfinished");
    fs::create_dir_all(&unfinished)?;
    for file in FILES {
        fs::copy(Path::new(SOURCE).join(file), unfinished.join(file))?;
    }
    run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&unfinished))?;
    Ok(fs::rename(unfinished, folder)?)
}

/// Tells one lock file from another.
fn hash() -> Result<u64> {
    let lock = Path::new(SOURCE).join("package-lock.json");
    let mut hasher = DefaultHasher::new();
    hasher.write(&fs::read(&lock).with_context(|| format!("read `{}`", lock.display()))?);
    Ok(hasher.finish())
}
