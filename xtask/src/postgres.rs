//! Gets the programs of a database server.

use std::{env, process::Command};

use anyhow::{Context, Result, anyhow, bail};
use kite_postgres_server::{FindError, Installation};

use crate::command::{output, run};

const ADVICE: &str = "install PostgreSQL 13 or later with its contrib extensions (Debian: \
    `apt-get install postgresql postgresql-contrib`, Fedora: `dnf install postgresql-server \
    postgresql-contrib`, macOS: `brew install postgresql`), let PG_BIN name the folder of its \
    programs, or leave it out with `--without postgres`";

/// Finds a server, after installing one if it has to and may.
pub fn installation() -> Result<Installation> {
    let missing = match Installation::find() {
        Ok(installation) => return Ok(installation),
        Err(error @ FindError::NotThere(_)) => bail!("{error}; {ADVICE}"),
        Err(error) => error,
    };
    install().with_context(|| format!("{missing}; {ADVICE}"))?;
    Installation::find().map_err(|error| anyhow!("{error}; {ADVICE}"))
}

fn install() -> Result<()> {
    if output(Command::new("id").arg("-u"))?.trim() != "0" {
        bail!("only root may install packages");
    }
    if is_in_path("apt-get") {
        run(Command::new("apt-get").arg("update"))?;
        let mut install = Command::new("apt-get");
        install.env("DEBIAN_FRONTEND", "noninteractive");
        install.args(["install", "--yes", "--no-install-recommends"]);
        return run(install.args(["postgresql", "postgresql-contrib"]));
    }
    if is_in_path("dnf") {
        let packages = ["postgresql-server", "postgresql-contrib"];
        return run(Command::new("dnf").args(["install", "--assumeyes"]).args(packages));
    }
    bail!("neither apt-get nor dnf is there")
}

fn is_in_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
