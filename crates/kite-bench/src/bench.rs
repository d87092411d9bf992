//! What every measurement has at hand.

use std::{
    cell::{Cell, OnceCell},
    fs,
    time::Duration,
};

use anyhow::Result;

use crate::{
    database::{Database, Postgres},
    fill,
    load::Window,
};

/// One run of the benchmark.
#[derive(Debug)]
pub struct Bench {
    quick: bool,
    postgres: OnceCell<Postgres>,
    is_million_filled: Cell<bool>,
}

impl Bench {
    /// Prepares a run; servers are started when they are needed.
    pub fn new(quick: bool) -> Self {
        Self { quick, postgres: OnceCell::new(), is_million_filled: Cell::new(false) }
    }

    /// Whether rough figures will do.
    pub fn is_quick(&self) -> bool {
        self.quick
    }

    /// The database server.
    pub fn postgres(&self) -> Result<&Postgres> {
        if let Some(postgres) = self.postgres.get() {
            return Ok(postgres);
        }
        let postgres = Postgres::start()?;
        Ok(self.postgres.get_or_init(|| postgres))
    }

    /// How long to measure one figure.
    pub fn window(&self) -> Window {
        let seconds = if self.quick { 4 } else { 10 };
        Window { warm_up: Duration::from_secs(2), measured: Duration::from_secs(seconds) }
    }

    /// How long to measure one of many figures.
    pub fn short_window(&self) -> Window {
        let seconds = if self.quick { 2 } else { 4 };
        Window { warm_up: Duration::from_secs(1), measured: Duration::from_secs(seconds) }
    }

    /// How often KITE and PostgreSQL take turns; the machine's mood changes.
    pub fn turns(&self) -> u32 {
        if self.quick { 1 } else { 2 }
    }

    /// Issues of a database that has seen years.
    pub fn million(&self) -> u64 {
        if self.quick { 100_000 } else { 1_000_000 }
    }

    /// The database with them, filled when it is first needed.
    pub fn million_database(&self) -> Result<Database<'_>> {
        let postgres = self.postgres()?;
        if self.is_million_filled.get() {
            return Ok(postgres.database("million"));
        }
        let database = postgres.create("million")?;
        fill::fill(&database.url(), self.million())?;
        database.vacuum()?;
        self.is_million_filled.set(true);
        Ok(database)
    }

    /// Describes the machine and the server.
    pub fn describe(&self) -> String {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let postgres = self.postgres.get().map_or_else(|| "no PostgreSQL".to_owned(), Postgres::describe);
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').take(3).collect::<Vec<_>>().join(" ");
        format!("{cores} cores, {} GiB, load {load}; {postgres}", memory_gib())
    }
}

fn memory_gib() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = total.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / (1 << 20)
}
