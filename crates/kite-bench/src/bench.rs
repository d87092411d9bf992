//! What every measurement has at hand.

use std::{
    cell::{Cell, OnceCell, RefCell},
    time::Duration,
};

use anyhow::Result;

use crate::{
    database::{Database, Postgres},
    fill,
    load::Window,
    machine,
};

/// One run of the benchmark.
#[derive(Debug)]
pub struct Bench {
    quick: bool,
    postgres: OnceCell<Postgres>,
    is_million_filled: Cell<bool>,
    used_by_others: RefCell<Vec<u64>>,
}

impl Bench {
    /// Prepares a run; servers are started when they are needed.
    pub fn new(quick: bool) -> Self {
        Self {
            quick,
            postgres: OnceCell::new(),
            is_million_filled: Cell::default(),
            used_by_others: RefCell::default(),
        }
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

    /// How long to measure one figure that is compared with nothing.
    pub fn window(&self) -> Window {
        window(2, if self.quick { 4 } else { 10 })
    }

    /// How long to measure one of many figures.
    pub fn short_window(&self) -> Window {
        window(1, if self.quick { 2 } else { 4 })
    }

    /// Lets two sides measure in turns, so that both see the machine's moods.
    ///
    /// The first turn of each counts only as warm-up. A checkpoint belongs before it: the pages that
    /// PostgreSQL writes in full after one are then written.
    pub fn take_turns<A, B>(
        &self,
        mut one: impl FnMut(Window) -> Result<A>,
        mut other: impl FnMut(Window) -> Result<B>,
    ) -> Result<(Vec<A>, Vec<B>)> {
        one(window(0, 3))?;
        other(window(0, 3))?;
        let turns = if self.quick { 2 } else { 5 };
        let (mut ones, mut others) = (Vec::new(), Vec::new());
        for _ in 0..turns {
            ones.push(one(window(0, 2))?);
            others.push(other(window(0, 2))?);
        }
        Ok((ones, others))
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

    /// Notes how busy others keep the machine.
    pub fn look_around(&self) -> Result<()> {
        self.used_by_others.borrow_mut().push(machine::used_by_others()?);
        Ok(())
    }

    /// Describes the machine and the server.
    pub fn describe(&self) -> String {
        let postgres = self.postgres.get().map_or_else(|| "no PostgreSQL".to_owned(), Postgres::describe);
        let others: Vec<_> = self.used_by_others.borrow().iter().map(|share| format!("{share} %")).collect();
        let others = others.join(", ");
        format!("{}, of which others used before each measurement: {others}\n{postgres}", machine::describe())
    }
}

fn window(warm_up: u64, measured: u64) -> Window {
    Window { warm_up: Duration::from_secs(warm_up), measured: Duration::from_secs(measured) }
}
