//! Is anything blocking me?

use askama::Template;
use jiff::{Timestamp, civil};
use kite_core::trend::{DayHealth, Days};
use kite_core::{IssueType, Severity};

use crate::query::Address;
use crate::row::Row;
use crate::shell::Shell;
use crate::value::Value;
use crate::{time, words};

/// Is anything blocking me?
#[derive(Debug, Template)]
#[template(path = "overview.html")]
pub struct Overview {
    /// What is around it.
    pub shell: Shell,
    /// Active issues by severity, worst first.
    pub severities: Vec<Count<Severity>>,
    /// Active issues by kind of work.
    pub types: Vec<Count<IssueType>>,
    /// The worst issues.
    pub worst: Vec<Row>,
    /// What was resolved in the last 24 hours, newest first.
    pub resolved: Vec<Row>,
    /// How many were resolved in the last 24 hours.
    pub resolved_count: u64,
    /// The last days of applications and of components.
    pub strips: Vec<Strips>,
    /// Active issues that should be fixed by now.
    pub overdue: u64,
    /// Sources that should have been heard of by now.
    pub silent: Vec<Silent>,
    /// Whether anything was ever reported.
    pub is_new: bool,
    /// Where news come from.
    pub live: Address,
}

/// How many there are, and how many there were.
#[derive(Clone, Debug)]
pub struct Count<T> {
    /// What is counted.
    pub of: T,
    /// Active now.
    pub now: u64,
    /// Active 24 hours ago.
    pub yesterday: u64,
}

/// The last days of several parts.
#[derive(Clone, Debug)]
pub struct Strips {
    /// What they are: `application` or `component`.
    pub of: &'static str,
    /// Their days, worst first.
    pub strips: Vec<Strip>,
}

/// The last days of an application or a component.
#[derive(Clone, Debug)]
pub struct Strip {
    /// Its name.
    pub name: String,
    /// Its issues.
    pub address: Address,
    /// Active now.
    pub active: u64,
    /// Its days, oldest first.
    pub days: Vec<Day>,
}

/// One day.
#[derive(Clone, Debug)]
pub struct Day {
    /// Which (UTC).
    pub date: civil::Date,
    /// The worst issue that was active in it.
    pub worst: Option<Severity>,
    /// How many were active in it.
    pub issues: u64,
}

/// A source that should have been heard of by now.
#[derive(Clone, Debug)]
pub struct Silent {
    /// What it is.
    pub name: String,
    /// When it was last heard of.
    pub heard_at: Timestamp,
}

impl<T> Count<T> {
    /// More or fewer than yesterday, in words.
    fn change(&self) -> String {
        match (self.now.checked_sub(self.yesterday), self.yesterday.saturating_sub(self.now)) {
            (Some(0), _) => "as yesterday".to_owned(),
            (Some(more), _) => format!("{} more than yesterday", words::grouped(more)),
            (None, fewer) => format!("{} fewer than yesterday", words::grouped(fewer)),
        }
    }
}

impl Silent {
    fn headline(&self) -> String {
        format!("{} is silent", self.name)
    }

    fn words(&self, now: impl Value<Timestamp>) -> String {
        format!("It was last heard of {}. What is shown may be as old as that.", time::ago(self.heard_at, now))
    }
}

impl Day {
    /// Days, and how each of them was.
    pub fn all(days: Days, health: Vec<DayHealth>) -> Vec<Self> {
        let day = |(date, health): (_, DayHealth)| Self { date, worst: health.worst, issues: health.issues.into() };
        days.dates().into_iter().zip(health).map(day).collect()
    }

    pub(crate) fn words(&self) -> String {
        match self.worst {
            Some(worst) => format!("{}: {}, worst {worst}", self.date, words::count(self.issues, "issue")),
            None => format!("{}: nothing broken", self.date),
        }
    }

    pub(crate) fn class(&self) -> &'static str {
        match self.worst {
            None => "kite-day-none",
            Some(Severity::Info) => "kite-day-info",
            Some(Severity::Minor) => "kite-day-minor",
            Some(Severity::Major) => "kite-day-major",
            Some(Severity::Critical) => "kite-day-critical",
        }
    }
}

impl Strip {
    /// The days in a sentence, for those who do not see them.
    fn words(&self) -> String {
        format!("{}: something was broken {}", self.name, on_days(&self.days))
    }
}

/// On how many days something was broken.
pub(crate) fn on_days(days: &[Day]) -> String {
    let broken = days.iter().filter(|day| day.worst.is_some()).count();
    format!("on {broken} of the last {} days", days.len())
}

impl Overview {
    fn active(&self) -> u64 {
        self.severities.iter().map(|count| count.now).sum()
    }

    fn overdue_address(&self) -> Address {
        self.shell.in_namespace("/issues").with("dueBefore", "now")
    }

    fn severity_address(&self, severity: impl Value<Severity>) -> Address {
        self.shell.in_namespace("/issues").with("severity", severity.value().as_str())
    }

    fn type_address(&self, issue_type: impl Value<IssueType>) -> Address {
        self.shell.in_namespace("/issues").with("issueType", issue_type.value().as_str())
    }
}
