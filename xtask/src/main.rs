//! The project's own tasks, run as `cargo xtask TASK`.

mod bench;
mod command;
mod layers;
mod lint;
mod postgres;
mod test;
mod tool;

use std::process::ExitCode;

use clap::Parser;

/// Tasks of the KITE project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
enum Task {
    /// Runs every test, on both databases
    ///
    /// A throw-away `postgres` (13 or later, with the contrib extensions) is started from the
    /// programs in `$PG_BIN`, in `$PATH` or where distributions keep them; as root they are
    /// installed when they are missing. It listens on a Unix socket in a temporary folder only.
    Test(test::Args),
    /// Checks format, lints, docs, dependencies and layers; names all that failed
    ///
    /// cargo-deny and cargo-machete are installed when they are missing.
    Lint,
    /// Measures KITE against its targets, beside what PostgreSQL itself can do
    ///
    /// `cargo xtask bench --help` names the measurements.
    #[command(disable_help_flag = true)]
    Bench(bench::Args),
}

fn main() -> ExitCode {
    let result = match Task::parse() {
        Task::Test(args) => test::run(&args),
        Task::Lint => lint::run_all(),
        Task::Bench(args) => bench::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            command::say(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
