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
    fn address(&self) -> &Address {
        &self.shell.address
    }

    /// Whether this is not the beginning of the list.
    fn is_later_page(&self) -> bool {
        self.address().one("cursor").is_some()
    }

    fn first_page(&self) -> Address {
        self.address().without("cursor")
    }

    /// What a new search keeps.
    fn other_filters(&self) -> Vec<(String, String)> {
        self.address().without("search").parameters().to_vec()
    }

    fn sorted(&self, by: &str) -> Address {
        self.address().with("sort", by)
    }

    fn export(&self, format: &str) -> Address {
        self.address().without("cursor").at(&format!("/issues/export.{format}"))
    }

    fn without_filters(&self) -> Address {
        self.shell.in_namespace("/issues")
    }

    fn counted(&self) -> String {
        let counted = words::count(self.total, "issue");
        if self.total_is_lower_bound { format!("more than {counted}") } else { counted }
    }
}
