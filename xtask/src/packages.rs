//! Installs packages of the distribution.

use std::{env, process::Command};

use anyhow::{Result, bail};

use crate::command::{output, run};

/// What one thing is called in different distributions.
pub struct Packages {
    /// With `apt-get`.
    pub debian: &'static [&'static str],
    /// With `dnf`.
    pub fedora: &'static [&'static str],
}

impl Packages {
    /// Installs them, if this is root and there is a program to do it.
    pub fn install(&self) -> Result<()> {
        if output(Command::new("id").arg("-u"))?.trim() != "0" {
            bail!("only root may install packages");
        }
        if is_in_path("apt-get") {
            run(Command::new("apt-get").arg("update"))?;
            let mut install = Command::new("apt-get");
            install.env("DEBIAN_FRONTEND", "noninteractive");
            return run(install.args(["install", "--yes", "--no-install-recommends"]).args(self.debian));
        }
        if is_in_path("dnf") {
            return run(Command::new("dnf").args(["install", "--assumeyes"]).args(self.fedora));
        }
        bail!("neither apt-get nor dnf is there")
    }
}

fn is_in_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
