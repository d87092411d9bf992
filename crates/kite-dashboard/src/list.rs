//! The list of issues.

use askama::Template;

use crate::facet::{Chip, Facet};
use crate::query::Address;
use crate::row::Row;
use crate::shell::Shell;
use crate::words;

/// Sizes of a page.
pub const SIZES: [u32; 3] = [25, 50, 100];

/// The list of issues, worst first.
#[derive(Debug, Template)]
#[template(path = "list.html")]
pub struct List {
    /// What is around it.
    pub shell: Shell,
    /// The issues of this page.
    pub rows: Vec<Row>,
    /// How many match in all.
    pub total: u64,
    /// Whether there are more than counted.
    pub total_is_lower_bound: bool,
    /// The next page.
    pub next: Option<Address>,
    /// Rows on a page.
    pub limit: u32,
    /// Filters and their values.
    pub facets: Vec<Facet>,
    /// Filters in force.
    pub chips: Vec<Chip>,
    /// Whether the worst come first; otherwise the newest.
    pub is_worst_first: bool,
    /// What there is to say when nothing matches.
    pub empty: Empty,
    /// Whether the person may resolve something.
    pub may_resolve: bool,
    /// Where news of these issues come from.
    pub live: Address,
}

/// Why a list is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Empty {
    /// The filters leave nothing; without them there is something.
    Filtered,
    /// Nothing is broken; this was the last time that something was.
    AllClear(Option<jiff::Timestamp>),
    /// Nothing was ever reported.
    NeverAny,
}

impl List {
    fn sorted(&self, by: &str) -> Address {
        self.shell.address.with("sort", by)
    }

    fn export(&self, format: &str) -> Address {
        self.shell.address.without("cursor").at(&format!("/issues/export.{format}"))
    }

    fn counted(&self) -> String {
        let counted = words::count(self.total, "issue");
        if self.total_is_lower_bound { format!("more than {counted}") } else { counted }
    }
}
