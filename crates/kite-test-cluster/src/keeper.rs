//! The folder of a cluster, and the process that clears it up.

use std::{
    env,
    fs::DirBuilder,
    os::unix::{fs::DirBuilderExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{ClusterError, port::random_word};

/// Waits until its standard input closes, however its parent ends, then clears up.
///
/// A server that is being killed may still make a file in a folder that is being removed.
const CLEAR_UP: &str = r#"read -r _; kill -KILL $(cat "$0"/*.pid)
for attempt in 1 2 3 4 5; do rm -rf "$0" && break; sleep 1; done"#;

/// A temporary folder; it and the servers in it go when this is dropped or its process dies.
#[derive(Debug)]
pub(crate) struct Keeper {
    folder: PathBuf,
    shell: Child,
}

impl Keeper {
    /// Makes the folder, and starts a process in a group of its own, so that Ctrl-C does not reach it.
    pub fn start() -> Result<Self, ClusterError> {
        let folder = env::temp_dir().join(format!("kite-cluster.{}", random_word()));
        DirBuilder::new().mode(0o700).create(&folder).map_err(ClusterError::at(&folder))?;
        let mut shell = Command::new("sh");
        shell.args(["-c", CLEAR_UP]).arg(&folder).current_dir("/");
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let shell = shell.process_group(0).spawn();
        let shell = shell.map_err(|source| ClusterError::NotStarted { program: "sh".to_owned(), source })?;
        Ok(Self { folder, shell })
    }

    /// Gives the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // Waiting closes the keeper's standard input first, which is its sign to clear up.
        let _ = self.shell.wait();
    }
}
