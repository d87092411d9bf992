//! One chromedriver, and the process that clears up after it.

use std::{
    env,
    fs::{self, File},
    io::{self, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::park_timeout,
    time::{Duration, Instant},
};

use crate::Programs;

/// Is told the driver's number, waits until its standard input closes, however its parent ends, then
/// kills the driver with its browsers.
///
/// A browser that is being killed may still make a file in a folder that is being removed.
const CLEAR_UP: &str = r#"read -r driver; read -r _; kill -s KILL -- "-$driver"
for attempt in 1 2 3 4 5; do rm -rf "$0" && break; sleep 1; done"#;
const READY_LIMIT: Duration = Duration::from_secs(30);
const BREAK: Duration = Duration::from_millis(10);
const READY: &str = "was started successfully on port ";

/// Why the driver could not be started.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// A program could not be started.
    #[error("start `{program}`")]
    NotStarted {
        /// Which program.
        program: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The driver's folder cannot be used.
    #[error("use a temporary folder")]
    Folder(#[source] io::Error),
    /// The driver ended, or took too long.
    #[error("chromedriver did not get ready; its last words:\n{0}")]
    NotReady(String),
}

/// A running driver; it, its browsers and their folder go when this is dropped or its process dies.
#[derive(Debug)]
pub struct Driver {
    url: String,
    server: Child,
    keeper: Child,
}

impl Driver {
    /// Starts the driver on a free port of the loopback interface, and waits until it is ready.
    ///
    /// Its browsers tell the time in UTC and speak English.
    pub fn start(programs: &Programs) -> Result<Self, DriverError> {
        let folder = make_folder()?;
        let mut shell = Command::new("sh");
        shell.args(["-c", CLEAR_UP]).arg(&folder).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut keeper = spawn(&mut shell)?;
        let log = folder.join("log");
        let output = File::create(&log).map_err(DriverError::Folder)?;
        let server = spawn(&mut command(programs, &folder, output))?;
        if let Some(input) = &mut keeper.stdin {
            writeln!(input, "{}", server.id()).map_err(DriverError::Folder)?;
        }
        let mut driver = Self { url: String::new(), server, keeper };
        let port = wait_for_port(&mut driver.server, &log)?;
        driver.url = format!("http://127.0.0.1:{port}");
        Ok(driver)
    }

    /// Gives the driver's address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Waiting closes the keeper's standard input first, which is its sign to clear up.
        let _ = self.keeper.wait();
        let _ = self.server.wait();
    }
}

fn make_folder() -> Result<PathBuf, DriverError> {
    let template = env::temp_dir().join("kite-browser.XXXXXXXX");
    let output = Command::new("mktemp").arg("-d").arg(template).output().map_err(DriverError::Folder)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().into())
}

fn command(programs: &Programs, folder: &Path, log: File) -> Command {
    let mut command = Command::new(programs.driver());
    command.arg("--port=0").stdin(Stdio::null()).stdout(log);
    // Profiles are made in the one folder, caches and settings in the other.
    command.env("TMPDIR", folder).env("HOME", folder);
    command.envs([("TZ", "UTC"), ("LANGUAGE", "en_US")]);
    command
}

/// Starts a process in a group of its own, so that Ctrl-C does not reach it.
fn spawn(command: &mut Command) -> Result<Child, DriverError> {
    let child = command.current_dir("/").stderr(Stdio::null()).process_group(0).spawn();
    child.map_err(|source| DriverError::NotStarted { program: command.get_program().into(), source })
}

fn wait_for_port(server: &mut Child, log: &Path) -> Result<String, DriverError> {
    let begin = Instant::now();
    loop {
        let has_ended = !matches!(server.try_wait(), Ok(None));
        let text = fs::read_to_string(log).unwrap_or_default();
        if let Some(port) = port_in(&text) {
            return Ok(port.to_owned());
        }
        if has_ended || begin.elapsed() > READY_LIMIT {
            return Err(DriverError::NotReady(text));
        }
        park_timeout(BREAK);
    }
}

fn port_in(log: &str) -> Option<&str> {
    let (_, rest) = log.split_once(READY)?;
    rest.split_once('.').map(|(port, _)| port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_once_its_line_is_written() {
        let beginning = "Starting ChromeDriver 156.0.8078.79 (a21) on port 0\nChromeDriver was started successfully on";
        assert_eq!(port_in(beginning), None);
        assert_eq!(port_in(&format!("{beginning} port 416")), None);
        assert_eq!(port_in(&format!("{beginning} port 41659.\n")), Some("41659"));
    }
}
