//! The measurements, by name.

mod access;
mod batch;
mod cli;
mod dashboard;
mod dump;
mod insight;
mod lists;
mod memory;
mod operator;
mod store_apply;
mod webhook;

use std::fmt;

use anyhow::Result;
use clap::ValueEnum;

use crate::{bench::Bench, row::Row};

/// A measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Name {
    /// The store alone, without HTTP: groups of 32 and of 500, two callers, PostgreSQL
    StoreApply,
    /// Durable webhook posts over 32 connections, beside pgbench's upserts
    #[value(name = "webhook-32")]
    Webhook32,
    /// Durable webhook posts over one connection, beside pgbench's upserts
    #[value(name = "webhook-1")]
    Webhook1,
    /// Batches of 500 reports over 8 connections
    Batch,
    /// 10,000 runs of one component, newest first, in batches and one by one
    Reverse,
    /// Lists, searches and totals at 1,000,000 issues on PostgreSQL
    ListsPostgres,
    /// Lists, searches and totals at 1,000,000 issues on SQLite
    ListsSqlite,
    /// Webhook posts over 32 connections at 1,000,000 issues
    #[value(name = "webhook-1m")]
    Webhook1M,
    /// The backend's memory at rest and after its first load, and its time to start
    Memory,
    /// A dump of 100,000 pipeline runs in JSON (1 GB), read by kite-local
    DumpJson,
    /// A dump of 20,000 pipeline runs in YAML (200 MB), read by kite-local
    DumpYaml,
    /// What signing in costs: 32 callers with tokens of their own, and what the time of a 404 tells
    Access,
    /// The command line: its start, and a list of 10,000 issues
    Cli,
    /// Pages at 1,000,000 issues: time of the server, visits with a real Chromium, 500 open pages
    Dashboard,
    /// How well and how fast failures are told: excerpts, classes, fingerprints
    Insight,
    /// Of that, what is told of the half of the failures that may be looked at
    InsightTuning,
    /// The operator beside a real API server: start with 100,000 objects, events, a burst, at rest
    Operator,
}

impl Name {
    /// All of them, in the order of the table.
    pub fn all() -> Vec<Self> {
        let all = Self::value_variants().iter().copied();
        all.filter(|name| *name != Self::InsightTuning).collect()
    }

    /// Measures it.
    pub fn measure(self, bench: &Bench) -> Result<Vec<Row>> {
        match self {
            Self::StoreApply => store_apply::measure(bench),
            Self::Webhook32 => webhook::measure_32(bench),
            Self::Webhook1 => webhook::measure_1(bench),
            Self::Batch => batch::measure(bench),
            Self::Reverse => batch::measure_reverse(bench),
            Self::ListsPostgres => lists::measure_postgres(bench),
            Self::ListsSqlite => lists::measure_sqlite(bench),
            Self::Webhook1M => webhook::measure_million(bench),
            Self::Memory => memory::measure(bench),
            Self::DumpJson => dump::measure_json(bench),
            Self::DumpYaml => dump::measure_yaml(bench),
            Self::Access => access::measure(bench),
            Self::Cli => cli::measure(bench),
            Self::Dashboard => dashboard::measure(bench),
            Self::Insight => insight::measure(bench),
            Self::InsightTuning => insight::measure_tuning(bench),
            Self::Operator => operator::measure(bench),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("?", |value| value.get_name()))
    }
}
