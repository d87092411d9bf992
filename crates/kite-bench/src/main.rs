//! `cargo xtask bench`: the project's measuring stick.
//!
//! Reading order: [`mod@bench`] (what every measurement has at hand) and [`row`] (what it gives), then
//! the measurements under [`rows`]. Below them: [`world`] (which failures), [`fill`] (into a
//! database), [`load`] (over HTTP), [`mod@wire`] (what a browser sends and gets), [`database`] and [`upsert`] (PostgreSQL itself), [`program`]
//! and [`backend`] (the programs that are measured), [`cluster`] (with an operator beside it), [`insight`] (how well failures are told).

mod bench;
mod row;
mod rows;

mod fill;
mod insight;
mod load;
mod wire;
mod world;

mod database;
mod upsert;

mod backend;
mod cluster;
mod machine;
mod program;

use std::{
    io::{Write, stderr, stdout},
    process::ExitCode,
};

use anyhow::Result;
use clap::Parser;

use crate::{bench::Bench, row::Row, rows::Name};

/// Measures KITE against its targets, and beside what PostgreSQL itself can do
///
/// Builds what it measures, starts a throw-away PostgreSQL with default durability, and prints one
/// table. Everything shares this machine's processors on purpose: what counts are ratios within
/// one run. Fails when a target is missed.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench")]
struct Args {
    /// Measures for 4 seconds instead of 10, once instead of twice, and 100,000 issues stand for a million
    #[arg(long)]
    quick: bool,
    /// What to measure; all when none is named
    #[arg(value_enum)]
    names: Vec<Name>,
}

fn main() -> Result<ExitCode> {
    let args = Args::parse();
    let bench = Bench::new(args.quick);
    let names = if args.names.is_empty() { Name::all() } else { args.names };
    let rows: Vec<_> = names.into_iter().flat_map(|name| measure(&bench, name)).collect();
    writeln!(stdout(), "{}\n\n{}", bench.describe(), row::table(&rows))?;
    Ok(ExitCode::from(u8::from(rows.iter().any(Row::is_bad))))
}

fn measure(bench: &Bench, name: Name) -> Vec<Row> {
    say(&format!("measuring {name}"));
    let rows = bench.look_around().and_then(|()| name.measure(bench));
    let rows = rows.unwrap_or_else(|error| vec![Row::failed(name.to_string(), &error)]);
    for row in &rows {
        say(&row.to_string());
    }
    rows
}

/// Tells the person at the terminal what happens.
fn say(what: &str) {
    // A closed terminal is no reason to fail.
    let _ = writeln!(stderr(), "{what}");
}
