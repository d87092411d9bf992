//! `cargo xtask test`

use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;
use kite_postgres_server::{BIN_VARIABLE, Options, Server, URL_VARIABLE, WITHOUT_VARIABLE};

use crate::{
    command::{self, cargo, conclude},
    postgres,
};

/// What to test, and with what.
#[derive(clap::Args)]
pub struct Args {
    /// Leaves out the tests that need this
    #[arg(long, value_name = "WHAT")]
    without: Option<Part>,
    /// Tests this package only; may be given more than once
    #[arg(long, short, value_name = "NAME")]
    package: Vec<String>,
    /// Arguments for the test programs, such as a part of a test's name
    #[arg(last = true, value_name = "ARGUMENT")]
    pass_on: Vec<String>,
}

/// What can be left out.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The database server of that name
    Postgres,
}

/// Runs the tests and says in the last line what ran.
pub fn run(args: &Args) -> Result<()> {
    let mut tests = cargo_test(args);
    if args.without == Some(Part::Postgres) {
        tests.env(WITHOUT_VARIABLE, "1");
        command::run(tests.env_remove(URL_VARIABLE).env_remove(BIN_VARIABLE))?;
        conclude(format_args!("{} WITHOUT postgres (asked for)", passed(args)));
        return Ok(());
    }
    let server = Server::start(postgres::installation()?, &Options::default()).context("start a PostgreSQL server")?;
    let installation = server.installation();
    tests.env(URL_VARIABLE, server.url());
    tests.env(BIN_VARIABLE, installation.bin());
    command::run(tests.env_remove(WITHOUT_VARIABLE))?;
    let version = installation.version();
    conclude(format_args!("{} (PostgreSQL {version}, SQLite)", passed(args)));
    Ok(())
}

fn cargo_test(args: &Args) -> Command {
    let mut command = cargo();
    command.args(["test", "--locked", "--all-features"]);
    if args.package.is_empty() {
        command.arg("--workspace");
    }
    for package in &args.package {
        command.args(["--package", package]);
    }
    command.arg("--").args(&args.pass_on);
    command
}

fn passed(args: &Args) -> &'static str {
    if args.package.is_empty() && args.pass_on.is_empty() { "all suites passed" } else { "the chosen tests passed" }
}
