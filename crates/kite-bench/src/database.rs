//! A PostgreSQL server with default durability, for one run of the benchmark.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use kite_postgres_server::{Installation, Options, Server};

/// What PostgreSQL would do out of the box, unlike the servers of the tests.
const SETTINGS: [(&str, &str); 4] =
    [("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on"), ("shared_buffers", "128MB")];

/// A running server; gone when dropped.
#[derive(Debug)]
pub struct Postgres {
    server: Server,
}

/// One database of a server.
#[derive(Clone, Copy, Debug)]
pub struct Database<'a> {
    postgres: &'a Postgres,
    name: &'a str,
}

impl Postgres {
    /// Starts a server that loses nothing in a power cut.
    pub fn start() -> Result<Self> {
        let options = SETTINGS.iter().fold(Options::default(), |options, (name, value)| options.with(name, value));
        let server = Server::start(Installation::find()?, &options).context("start a PostgreSQL server")?;
        Ok(Self { server })
    }

    /// Makes an empty database, in place of an earlier one of that name.
    pub fn create<'a>(&'a self, name: &'a str) -> Result<Database<'a>> {
        let own = self.database("postgres");
        own.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        own.run(&format!("CREATE DATABASE {name}"))?;
        Ok(self.database(name))
    }

    /// A database that there is.
    pub fn database<'a>(&'a self, name: &'a str) -> Database<'a> {
        Database { postgres: self, name }
    }

    /// Describes the server.
    pub fn describe(&self) -> String {
        let settings = SETTINGS.map(|(name, value)| format!("{name} {value}")).join(", ");
        format!("PostgreSQL {}, {settings}", self.server.installation().version())
    }
}

impl Database<'_> {
    /// The address, for KITE.
    pub fn url(self) -> String {
        self.postgres.server.url().replacen("/postgres?", &format!("/{}?", self.name), 1)
    }

    /// Runs SQL.
    pub fn run(self, sql: &str) -> Result<()> {
        let mut psql = self.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", sql]);
        output(psql.arg("--dbname").arg(self.name)).map(drop)
    }

    /// Does what autovacuum does sooner or later.
    pub fn vacuum(self) -> Result<()> {
        self.run("VACUUM ANALYZE")
    }

    /// Writes everything to disk, so that two measurements begin alike.
    pub fn checkpoint(self) -> Result<()> {
        self.run("CHECKPOINT")
    }

    /// Runs `pgbench` and gives what it prints.
    pub fn pgbench(self, arguments: &[&str]) -> Result<String> {
        let mut pgbench = self.program("pgbench");
        output(pgbench.args(arguments).arg(self.name))
    }

    fn program(self, name: &str) -> Command {
        let server = &self.postgres.server;
        let mut command = Command::new(server.installation().bin().join(name));
        command.arg("--host").arg(server.socket_folder()).args(["--username", "postgres"]);
        command
    }
}

fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("start `{program}`"))?;
    ensure!(output.status.success(), "`{program}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
