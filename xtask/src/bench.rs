//! `cargo xtask bench`

use std::{ffi::OsString, os::unix::process::CommandExt};

use anyhow::{Error, Result};
use kite_test_cluster::ASSETS_VARIABLE;

use crate::{cluster, command::cargo, postgres};

/// What `kite-bench` is asked.
#[derive(clap::Args)]
pub struct Args {
    /// Passed on to `kite-bench`, which has a `--help` of its own
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    pass_on: Vec<OsString>,
}

impl Args {
    /// Whether the operator is measured: by name, or because nothing is named.
    fn needs_cluster(&self) -> bool {
        let mut names = self.pass_on.iter().filter(|argument| !argument.to_string_lossy().starts_with('-')).peekable();
        names.peek().is_none() || names.any(|name| name == "operator")
    }
}

/// Becomes the benchmark, whose exit code says whether all targets are met.
pub fn run(args: &Args) -> Result<()> {
    let server = postgres::installation()?;
    let mut bench = cargo();
    bench.args(["run", "--quiet", "--release", "--locked", "--package", "kite-bench", "--"]);
    bench.args(&args.pass_on).env("PG_BIN", server.bin());
    if args.needs_cluster() {
        bench.env(ASSETS_VARIABLE, cluster::programs()?.assets());
    }
    Err(Error::new(bench.exec()).context("start `cargo run`"))
}
