//! Gets Chromium and its driver, and starts them for others.

use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use kite_test_browser::{CHROMIUM_VARIABLE, DRIVER_VARIABLE, Driver, FindError, Programs};

use crate::packages::Packages;

const PACKAGES: Packages = Packages { debian: &["chromium", "chromium-driver"], fedora: &["chromium", "chromedriver"] };
const ADVICE: &str = "install Chromium with its driver (Debian: `apt-get install chromium chromium-driver`, Fedora: \
    `dnf install chromium chromedriver`, macOS: `brew install --cask google-chrome chromedriver`), let CHROMIUM and \
    CHROMEDRIVER name the programs, or leave it out with `--without browser`";

/// Finds the programs, after installing them if it has to and may.
pub fn programs() -> Result<Programs> {
    let missing = match Programs::find() {
        Ok(programs) => return Ok(programs),
        Err(error @ FindError::Missing(_)) => error,
        Err(error) => bail!("{error}; {ADVICE}"),
    };
    PACKAGES.install().with_context(|| format!("{missing}; {ADVICE}"))?;
    Programs::find().map_err(|error| anyhow!("{error}; {ADVICE}"))
}

/// Starts the driver of all browsers, and tells a command about it and about the programs.
pub fn share_with(command: &mut Command) -> Result<(Programs, Driver)> {
    let programs = programs()?;
    let driver = Driver::start(&programs).context("start chromedriver")?;
    command.env(CHROMIUM_VARIABLE, programs.chromium()).env(DRIVER_VARIABLE, driver.url());
    Ok((programs, driver))
}
