//! The measurements, by name.

mod store_apply;

use std::fmt;

use anyhow::Result;
use clap::ValueEnum;

use crate::{bench::Bench, row::Row};

/// A measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Name {
    /// The store alone, without HTTP: groups of 32 and of 500, two callers, PostgreSQL
    StoreApply,
}

impl Name {
    /// All of them, in the order of the table.
    pub fn all() -> Vec<Self> {
        Self::value_variants().to_vec()
    }

    /// Measures it.
    pub fn measure(self, bench: &Bench) -> Result<Vec<Row>> {
        match self {
            Self::StoreApply => store_apply::measure(bench),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("?", |value| value.get_name()))
    }
}
