//! The program, as tests run it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Stdio};

/// The dump of the README.
pub const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/cluster-dump.yaml");

/// The program, without the surroundings of whoever runs the tests.
pub fn kite() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kite-local"));
    command.env_remove("KITE_DATA_DIR").env_remove("KITE_RULES_DIR").env_remove("KITE_CLUSTER_URL");
    // Not the cluster of whoever runs the tests.
    command.env("KUBECONFIG", "/nonexistent/kubeconfig");
    command.stdin(Stdio::null());
    command
}

/// A running program that is stopped at the end of the test.
pub struct Running {
    /// Where it serves.
    pub url: String,
    /// What it said until then.
    pub words: String,
    child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Running {
    /// Starts it, and waits until it serves.
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = kite().args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self { url: String::new(), words: String::new(), child, stderr };
        let mut line = String::new();
        while running.stderr.read_line(&mut line).unwrap() > 0 {
            running.words.push_str(&line);
            if let Some((_, rest)) = line.split_once("serving ") {
                running.url = rest.split_whitespace().next().unwrap().to_owned();
                return running;
            }
            line.clear();
        }
        panic!("it ended without serving: {}", running.words);
    }

    /// Asks it to stop; gives its exit code.
    pub fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
