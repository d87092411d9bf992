//! `cargo xtask bench`

use std::{ffi::OsString, os::unix::process::CommandExt};

use anyhow::{Error, Result};

use crate::{command::cargo, postgres};

/// What `kite-bench` is asked.
#[derive(clap::Args)]
pub struct Args {
    /// Passed on to `kite-bench`, which has a `--help` of its own
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    pass_on: Vec<OsString>,
}

/// Becomes the benchmark, whose exit code says whether all targets are met.
pub fn run(args: &Args) -> Result<()> {
    let server = postgres::installation()?;
    let mut bench = cargo();
    bench.args(["run", "--quiet", "--release", "--locked", "--package", "kite-bench", "--"]);
    bench.args(&args.pass_on).env("PG_BIN", server.bin());
    Err(Error::new(bench.exec()).context("start `cargo run`"))
}
