//! Gets the programs of a Kubernetes API server, and the one that people ask it with.

use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow, bail};
use kite_test_cluster::{FindError, Programs};

use crate::command::say;

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tools");
const ADVICE: &str = "`--without cluster` leaves out the tests that need it";

/// Finds the programs, after building what is missing.
pub fn programs() -> Result<Programs> {
    let missing = match Programs::find() {
        Ok(programs) => return Ok(programs),
        Err(error @ FindError::NotThere { .. }) => bail!("{error}; {ADVICE}"),
        Err(FindError::Missing(missing)) => missing.join(" and "),
    };
    say(format_args!("building {missing} with Go, which takes minutes, but only once"));
    Programs::build(Path::new(TOOLS)).map_err(|error| anyhow!("{:#}; {ADVICE}", Error::from(error)))
}

/// Finds `kubectl`, after building it when there is none.
pub fn kubectl() -> Result<PathBuf> {
    match kite_test_cluster::kubectl() {
        Ok(path) => return Ok(path),
        Err(error @ FindError::NotThere { .. }) => bail!("{error}; {ADVICE}"),
        Err(FindError::Missing(_)) => say("building kubectl with Go, which takes minutes, but only once"),
    }
    kite_test_cluster::build_kubectl(Path::new(TOOLS)).map_err(|error| anyhow!("{:#}; {ADVICE}", Error::from(error)))
}
