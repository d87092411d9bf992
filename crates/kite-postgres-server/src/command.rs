//! Runs a program to its end and keeps what it said for the error.

use std::{
    io,
    path::PathBuf,
    process::{Command, Stdio},
};

/// Why a server could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// A program could not be started.
    #[error("start `{program}`")]
    NotStarted {
        /// Which program.
        program: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// One of the server's own files cannot be read or written.
    #[error("use `{}`", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A program ended with an error.
    #[error("run `{program}`: {output}")]
    Failed {
        /// Which program.
        program: String,
        /// What it printed.
        output: String,
    },
}

/// Gives what the program printed to standard output.
pub(crate) fn output_of(command: &mut Command) -> Result<String, ServerError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(source) => return Err(ServerError::NotStarted { program, source }),
    };
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        return Ok(text);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(ServerError::Failed { program, output: format!("{text}\n{}", errors.trim()).trim().to_owned() })
}
