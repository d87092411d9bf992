//! One `PostgreSQL` server in a temporary folder.

use std::{
    env,
    fs::{self, File},
    io::{self, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    Installation,
    command::{ServerError, output_of},
    owner::Owner,
};

const RESTART_LIMIT: Duration = Duration::from_secs(30);
/// Without `fsync` a killed server still loses nothing, only a killed machine would.
const SETTINGS: [(&str, &str); 5] = [
    ("listen_addresses", ""),
    ("max_connections", "200"),
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("timezone", "UTC"),
];
const LOCALE: &str = if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" };
/// Waits until its standard input closes, however its parent ends, then clears up.
const CLEAR_UP: &str = r#"read -r _; "$0" stop --silent --mode=immediate --pgdata="$1/data"; rm -rf "$1""#;

/// How a server is set up.
#[derive(Clone, Debug, Default)]
pub struct Options {
    settings: Vec<(String, String)>,
}

impl Options {
    /// Sets a configuration parameter of `PostgreSQL`.
    ///
    /// By default a server is fast rather than safe against a power cut, and has 200 connections.
    #[must_use]
    pub fn with(mut self, parameter: &str, value: &str) -> Self {
        self.settings.push((parameter.to_owned(), value.to_owned()));
        self
    }
}

/// A running server; it and its folder go when this is dropped or its process dies.
#[derive(Debug)]
pub struct Server {
    installation: Installation,
    owner: Owner,
    folder: PathBuf,
    keeper: Child,
}

impl Server {
    /// Starts a server with an empty database `postgres` and a superuser of that name.
    pub fn start(installation: Installation, options: &Options) -> Result<Self, ServerError> {
        let owner = Owner::choose()?;
        let template = env::temp_dir().join("kite-postgres.XXXXXXXX");
        let folder = output_of(owner.command("mktemp").arg("-d").arg(template))?;
        let folder = PathBuf::from(folder);
        let server = Self { keeper: keep(&installation, owner, &folder)?, installation, owner, folder };
        server.initialise(options)?;
        server.boot()?;
        Ok(server)
    }

    /// Gives the address of the server's own database, as sqlx understands it.
    pub fn url(&self) -> String {
        let folder = self.folder.to_string_lossy();
        let host: String = folder.bytes().map(percent_encoded).collect();
        format!("postgres://postgres@localhost/postgres?host={host}")
    }

    /// Gives the folder in which the server's socket is.
    pub fn socket_folder(&self) -> &Path {
        &self.folder
    }

    /// Gives the programs that the server was started from.
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Stops the server as an administrator would; its data stays for [`Server::restart`].
    pub fn stop(&self) -> Result<(), ServerError> {
        let mut stop = self.pg_ctl("stop");
        output_of(stop.arg("--mode=fast")).map(drop)
    }

    /// Kills the server with SIGKILL; its data stays for [`Server::restart`].
    pub fn kill9(&self) -> Result<(), ServerError> {
        let pid_file = self.data().join("postmaster.pid");
        match fs::read_to_string(&pid_file) {
            Ok(text) => {
                let pid = text.lines().next().unwrap_or_default();
                output_of(Command::new("kill").args(["-KILL", pid])).map(drop)
            }
            Err(source) => Err(ServerError::File { path: pid_file, source }),
        }
    }

    /// Starts the server again after a [`Server::stop`] or [`Server::kill9`].
    pub fn restart(&self) -> Result<(), ServerError> {
        let begin = Instant::now();
        loop {
            // A start is refused until the last process of a killed server has gone.
            match self.boot() {
                Err(_) if begin.elapsed() < RESTART_LIMIT => {}
                result => return result,
            }
        }
    }

    fn initialise(&self, options: &Options) -> Result<(), ServerError> {
        let mut initdb = self.program("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]);
        initdb.arg(format!("--locale={LOCALE}"));
        output_of(initdb.arg("--pgdata").arg(self.data()))?;
        let path = self.data().join("postgresql.conf");
        append(&path, &self.configuration(options)).map_err(|source| ServerError::File { path, source })
    }

    fn configuration(&self, options: &Options) -> String {
        let folder = self.folder.to_string_lossy();
        let given = options.settings.iter();
        SETTINGS
            .into_iter()
            .chain(given.map(|(name, value)| (name.as_str(), value.as_str())))
            .chain([("unix_socket_directories", &*folder)])
            .map(|(name, value)| format!("{name} = '{}'", value.replace('\'', "''")))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn boot(&self) -> Result<(), ServerError> {
        let log = self.folder.join("log");
        let result = output_of(self.pg_ctl("start").arg("--wait").arg("--log").arg(&log));
        result.map(drop).map_err(|error| match error {
            ServerError::Failed { program, .. } => {
                ServerError::Failed { program, output: fs::read_to_string(&log).unwrap_or_default() }
            }
            other => other,
        })
    }

    fn pg_ctl(&self, action: &str) -> Command {
        let mut command = self.program("pg_ctl");
        command.arg(action).arg("--silent").arg("--pgdata").arg(self.data());
        command
    }

    fn program(&self, name: &str) -> Command {
        self.owner.command(self.installation.bin().join(name))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Waiting closes the keeper's standard input first, which is its sign to clear up.
        let _ = self.keeper.wait();
    }
}

/// Starts the process that clears up; in a group of its own, so that Ctrl-C does not reach it.
fn keep(installation: &Installation, owner: Owner, folder: &Path) -> Result<Child, ServerError> {
    let mut shell = owner.command("sh");
    shell.args(["-c", CLEAR_UP]);
    shell.arg(installation.bin().join("pg_ctl")).arg(folder);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = shell.process_group(0).spawn();
    child.map_err(|source| ServerError::NotStarted { program: "sh".to_owned(), source })
}

fn append(path: &Path, lines: &str) -> io::Result<()> {
    let mut file = File::options().append(true).open(path)?;
    file.write_all(lines.as_bytes())
}

fn percent_encoded(byte: u8) -> String {
    match byte {
        b'.' | b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}
