//! One server process.

use std::{
    ffi::OsString,
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::park_timeout,
    time::{Duration, Instant},
};

use crate::ClusterError;

/// Leaves word of the process, for the keeper, before it becomes the server.
const LEAVE_WORD: &str = r#"echo $$ >"$0" && exec "$@""#;
const READY_LIMIT: Duration = Duration::from_secs(90);
const BREAK: Duration = Duration::from_millis(25);
const LAST_LINES: usize = 25;

/// A server that runs in the background; killed with SIGKILL, and gone, when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    log: PathBuf,
    pid_file: PathBuf,
    child: Child,
}

impl Process {
    /// Starts a program in a folder, which gets its log; in a group of its own, so that Ctrl-C does not reach it.
    pub fn start(
        name: &'static str,
        program: &Path,
        arguments: impl IntoIterator<Item = OsString>,
        folder: &Path,
    ) -> Result<Self, ClusterError> {
        let log = folder.join(format!("{name}.log"));
        let pid_file = folder.join(format!("{name}.pid"));
        let output = File::create(&log).map_err(ClusterError::at(&log))?;
        let errors = output.try_clone().map_err(ClusterError::at(&log))?;
        let mut shell = Command::new("sh");
        shell.args(["-c", LEAVE_WORD]).arg(&pid_file).arg(program).args(arguments);
        shell.current_dir(folder).stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0);
        let child = shell.spawn().map_err(|source| ClusterError::NotStarted { program: name.to_owned(), source })?;
        Ok(Self { name, log, pid_file, child })
    }

    /// Waits until the server is ready, but neither for one that ended nor for ever.
    pub fn wait_until(&mut self, is_ready: impl Fn() -> bool) -> Result<(), ClusterError> {
        let begin = Instant::now();
        loop {
            if self.has_ended() {
                return Err(ClusterError::Ended { program: self.name, log: self.last_words() });
            }
            if is_ready() {
                return Ok(());
            }
            if begin.elapsed() > READY_LIMIT {
                let (seconds, log) = (READY_LIMIT.as_secs(), self.last_words());
                return Err(ClusterError::NotReady { program: self.name, seconds, log });
            }
            park_timeout(BREAK);
        }
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    fn last_words(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only for a process that has gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Its number may soon be somebody else's.
        let _ = fs::remove_file(&self.pid_file);
    }
}
