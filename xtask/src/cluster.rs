//! Gets the programs of a Kubernetes API server.

use std::path::Path;

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
