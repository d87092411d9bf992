//! Gets the programs of a database server.

use anyhow::{Context, Result, anyhow, bail};
use kite_postgres_server::{FindError, Installation};

use crate::packages::Packages;

const PACKAGES: Packages =
    Packages { debian: &["postgresql", "postgresql-contrib"], fedora: &["postgresql-server", "postgresql-contrib"] };

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
    PACKAGES.install().with_context(|| format!("{missing}; {ADVICE}"))?;
    Installation::find().map_err(|error| anyhow!("{error}; {ADVICE}"))
}
