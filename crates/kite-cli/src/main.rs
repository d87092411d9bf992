//! The `kite` program; as `kubectl-kite` and `kubectl-issues` it is a plugin of kubectl.

use std::process::ExitCode;

fn main() -> ExitCode {
    kite_cli::run(std::env::args_os().collect())
}
