//! The command line of KITE: what is broken right now, in a terminal, a script or a pipeline.
//!
//! The way of a run: [`args`] (what was asked) → `settings` (where KITE is, who calls) → a file of
//! `commands` → `printer`, the only place that prints. What goes wrong is a `Failure`, which
//! knows the exit code.

pub mod args;
mod clock;
mod commands;
mod completion;
mod config_file;
mod expand;
mod failure;
mod find;
mod find_cause;
mod jsonpath;
mod kubeconfig;
mod log_tail;
mod output;
mod printer;
mod query;
mod session;
mod settings;
mod subject;
mod table;
mod text;
mod via_kubernetes;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::args::Name;
use crate::failure::{Exit, Failure};
use crate::printer::Printer;
use crate::session::Session;

/// Runs the program.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let name = Name::of(arguments.first());
    let exit = match completion::answer(name, &arguments) {
        Some(done) => conclude(&Printer::new(printer::Colours::Never), done.map(|()| Exit::Fine)),
        None => match args::parse(name, arguments) {
            Ok(arguments) => start(arguments),
            Err(error) => {
                // Help goes to standard output, mistakes to standard error; a closed pipe has seen enough.
                let _ = error.print();
                if error.use_stderr() { Exit::Usage } else { Exit::Fine }
            }
        },
    };
    ExitCode::from(exit.code())
}

fn start(arguments: args::Arguments) -> Exit {
    let session = Session::new(arguments.global);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return conclude(&session.printer, Err(Failure::problem(format!("failed to start: {error}")))),
    };
    let done = runtime.block_on(commands::dispatch(&session, arguments.command));
    // Whatever still reads a terminal in another thread is not waited for.
    runtime.shutdown_background();
    conclude(&session.printer, done)
}

fn conclude(printer: &Printer, done: Result<Exit, Failure>) -> Exit {
    done.unwrap_or_else(|failure| {
        printer.fail(&failure);
        failure.exit
    })
}
