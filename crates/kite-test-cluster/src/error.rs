//! What can go wrong.

use std::{
    io,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::programs::ASSETS_OF_ENVTEST;

/// Why there are no programs to start a cluster from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// Some are nowhere on this machine, or too old.
    #[error("no `{}` that is new enough was found in `{ASSETS_OF_ENVTEST}`, `PATH` and the cache: run `cargo xtask setup`", .0.join("` and no `"))]
    Missing(Vec<&'static str>),
    /// `KUBEBUILDER_ASSETS` names a folder without them.
    #[error("`{ASSETS_OF_ENVTEST}` is `{}`, which lacks a `{program}` that is new enough", folder.display())]
    NotThere {
        /// The folder.
        folder: PathBuf,
        /// The first program that is missing.
        program: &'static str,
    },
}

/// Why a cluster could not be built, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// There are no programs.
    #[error(transparent)]
    Programs(#[from] FindError),
    /// The programs cannot be built, because there is no Go.
    #[error(
        "build `{program}`: there is no `go` in the PATH; install Go {oldest} or later, or let `{ASSETS_OF_ENVTEST}` \
         name a folder with `kube-apiserver` and `etcd`"
    )]
    WithoutGo {
        /// What was to be built.
        program: &'static str,
        /// The oldest version of Go that can build it.
        oldest: &'static str,
    },
    /// Nobody knows where this user's caches are.
    #[error("find the cache folder: `HOME` is not set")]
    WithoutCache,
    /// A program could not be started.
    #[error("start `{program}`")]
    NotStarted {
        /// Which program.
        program: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// One of the cluster's own files cannot be read or written.
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
    /// A server ended instead of serving.
    #[error("`{program}` ended; its last words:\n{log}")]
    Ended {
        /// Which server.
        program: &'static str,
        /// The end of its log.
        log: String,
    },
    /// A server did not get ready in time.
    #[error("`{program}` was not ready after {seconds} s; its last words:\n{log}")]
    NotReady {
        /// Which server.
        program: &'static str,
        /// How long it was waited for.
        seconds: u64,
        /// The end of its log.
        log: String,
    },
    /// Every port that was tried is in use.
    #[error("find a free port on the loopback interface")]
    NoFreePort,
}

impl ClusterError {
    /// Makes an error about a file out of one about input and output.
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// Runs a program to its end and gives what it printed to standard output.
pub(crate) fn output_of(command: &mut Command) -> Result<String, ClusterError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(source) => return Err(ClusterError::NotStarted { program, source }),
    };
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        return Ok(text);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(ClusterError::Failed { program, output: format!("{text}\n{}", errors.trim()).trim().to_owned() })
}
