//! The project's own tasks, run as `cargo xtask TASK`.

mod bench;
mod browser;
mod cluster;
mod command;
mod dist;
mod fuzz;
mod layers;
mod lint;
mod man;
mod packages;
mod postgres;
mod setup;
mod test;
mod tool;
mod web_tools;

use std::process::ExitCode;

use clap::Parser;

/// Tasks of the KITE project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
enum Task {
    /// Gets what the tests need, and says what is where
    ///
    /// PostgreSQL is looked for in `$PG_BIN`, in `$PATH` and where distributions keep it; as root it
    /// is installed when it is missing. `kube-apiserver` and `etcd` are looked for in
    /// `$KUBEBUILDER_ASSETS`, in `$PATH` and in the cache folder; they are built into the cache
    /// folder with Go when they are missing, which takes about five minutes. Chromium and its driver
    /// are looked for in `$CHROMIUM` and `$CHROMEDRIVER`, in `$PATH` and where distributions keep them;
    /// as root they are installed when they are missing. What checks pages is installed into the
    /// cache folder with npm. Fuzzing needs a C++ compiler, which is installed as root, too.
    Setup,
    /// Runs every test, on both databases, with a Kubernetes API server and with Chromium
    ///
    /// A throw-away `postgres` (13 or later, with the contrib extensions) and `kube-apiserver` (1.30
    /// or later, with its `etcd`) are started from the programs that `cargo xtask setup` finds or
    /// gets. One listens on a Unix socket in a temporary folder, the other on the loopback interface,
    /// as does a `chromedriver`, whose browsers show nothing on the screen. `--without postgres`,
    /// `--without cluster` and `--without browser` leave out the tests that need them. When all suites
    /// have passed, every fuzz target runs for a minute, unless `--without fuzz` is given.
    Test(test::Args),
    /// Gives anything at all to what reads from outside, guided by the code that it reaches
    ///
    /// Runs the targets of `fuzz/`, two at a time, from what is in `fuzz/corpus/`. What they find
    /// on the way is kept in the target folder, so that the next run starts from there; an input
    /// that makes one fail is kept there, too, and named. Needs a C++ compiler, for libFuzzer. The
    /// first build takes some minutes.
    Fuzz(fuzz::Args),
    /// Checks format, lints, docs, dependencies and layers; names all that failed
    ///
    /// cargo-deny and cargo-machete are installed when they are missing.
    Lint,
    /// Writes the manual pages of the command line, made from its `--help`
    Man(man::Args),
    /// Builds the command line as one small file that needs no libraries
    ///
    /// For Linux and this processor, with musl. `musl-gcc` is installed as root when it is missing, and
    /// Rust's part for musl by `rustup`. Takes about five minutes.
    Dist,
    /// Measures KITE against its targets, beside what PostgreSQL itself can do
    ///
    /// `cargo xtask bench --help` names the measurements.
    #[command(disable_help_flag = true)]
    Bench(bench::Args),
}

fn main() -> ExitCode {
    let result = match Task::parse() {
        Task::Setup => setup::run(),
        Task::Test(args) => test::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Lint => lint::run_all(),
        Task::Man(args) => man::write(&args),
        Task::Dist => dist::build(),
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
