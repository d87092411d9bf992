//! What issues have in common, as a list.

use askama::Template;
use jiff::Timestamp;
use kite_core::{IssueType, Severity};

use crate::facet::{Chip, Facet};
use crate::query::Address;
use crate::same::Hidden;
use crate::shell::Shell;
use crate::words;

/// The list of causes: what is late first, then what reaches furthest.
#[derive(Debug, Template)]
#[template(path = "causes.html")]
pub struct Causes {
    /// What is around it.
    pub shell: Shell,
    /// The causes of this page.
    pub causes: Vec<Cause>,
    /// How many match in all.
    pub total: u64,
    /// Whether they are told from all issues.
    pub is_complete: bool,
    /// The next page.
    pub next: Option<Address>,
    /// Filters and their values.
    pub facets: Vec<Facet>,
    /// Filters in force.
    pub chips: Vec<Chip>,
    /// Where news of their issues come from.
    pub live: Address,
}

/// One cause in a list.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Names it.
    pub key: String,
    /// What it is about: its key when that says something, or what went wrong.
    pub headline: String,
    /// The other of the two.
    pub detail: String,
    /// What kind of work is broken by it.
    pub issue_type: IssueType,
    /// How bad the worst of its issues is.
    pub severity: Severity,
    /// Whether one of them is active.
    pub is_active: bool,
    /// How many issues.
    pub issues: u64,
    /// In how many namespaces.
    pub namespaces: u64,
    /// How many components are broken.
    pub components: u64,
    /// When the first of the issues began.
    pub first_seen_at: Timestamp,
    /// When the last of the issues began.
    pub last_seen_at: Timestamp,
    /// When the last of them was resolved, if none is active.
    pub resolved_at: Option<Timestamp>,
    /// When the first of them must be fixed.
    pub due_at: Option<Timestamp>,
    /// How many should be fixed by now.
    pub overdue: u64,
    /// What the person may not read.
    pub hidden: Hidden,
}

impl Cause {
    /// Its page.
    pub fn address(&self) -> Address {
        Address::of("/causes", &self.key)
    }

    /// "14 issues of 9 components in 6 namespaces".
    pub fn reach(&self) -> String {
        let issues = words::count(self.issues, "issue");
        let components = words::count(self.components, "component");
        format!("{issues} of {components} in {}", words::count(self.namespaces, "namespace"))
    }
}
