//! `cargo xtask bench`

use std::ffi::OsString;

use anyhow::Result;
use kite_test_cluster::ASSETS_VARIABLE;

use crate::{
    browser, cluster,
    command::{self, cargo},
    dist, postgres,
};

/// What `kite-bench` is asked.
#[derive(clap::Args)]
pub struct Args {
    /// Passed on to `kite-bench`, which has a `--help` of its own
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    pass_on: Vec<OsString>,
}

impl Args {
    /// Whether this is measured: by name, or because nothing is named.
    fn measures(&self, wanted: &str) -> bool {
        let mut names = self.pass_on.iter().filter(|argument| !argument.to_string_lossy().starts_with('-')).peekable();
        names.peek().is_none() || names.any(|name| name == wanted)
    }
}

/// Runs the benchmark, which fails when a target is missed.
pub fn run(args: &Args) -> Result<()> {
    let server = postgres::installation()?;
    let mut bench = cargo();
    bench.args(["run", "--quiet", "--release", "--locked", "--package", "kite-bench", "--"]);
    bench.args(&args.pass_on).env("PG_BIN", server.bin());
    if args.measures("operator") || args.measures("access") {
        bench.env(ASSETS_VARIABLE, cluster::programs()?.assets());
    }
    if args.measures("cli") {
        bench.env("KITE_PROGRAM", dist::command_line()?);
    }
    let _driver = if args.measures("dashboard") { Some(browser::share_with(&mut bench)?) } else { None };
    command::run(&mut bench)
}
