//! What the store is asked, and what it answers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kite_core::{Change, Issue, IssueFilter, IssueType, Scope, Severity, State, Stretch};
use uuid::Uuid;

/// A page of issues to read.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// Which issues.
    pub filter: IssueFilter,
    /// In which order.
    pub sort: Sort,
    /// How many at most.
    pub limit: u32,
    /// Where to start.
    pub start: Start,
}

/// The order of a list. Every order ends in the id, so that it is total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Newest `detectedAt` first.
    #[default]
    Newest,
    /// Worst first, then newest.
    Worst,
}

/// Where a page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// After this many issues.
    Offset(u64),
    /// After the issue that this cursor names.
    After(Cursor),
}

/// A place in a list, between two issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Severity of the issue before; only the order "worst first" needs it.
    pub severity: Severity,
    /// `detectedAt` of the issue before.
    pub detected_at: Timestamp,
    /// Id of the issue before.
    pub id: Uuid,
}

/// A page of issues.
#[derive(Clone, Debug)]
pub struct Page {
    /// The issues, in order.
    pub issues: Vec<Issue>,
    /// How many match in all.
    pub total: u64,
    /// True when counting stopped early.
    pub total_is_lower_bound: bool,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<Cursor>,
}

/// "This issue has to do with that one."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Names the relation.
    pub id: Uuid,
    /// The issue it starts from.
    pub source: Related,
    /// The issue it points to.
    pub target: Related,
}

/// An issue as its relations show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Names the issue.
    pub id: Uuid,
    /// One line that says what is broken.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of work is broken.
    pub issue_type: IssueType,
    /// Whether the problem is there now.
    pub state: State,
    /// The first failure of the present (or last) episode.
    pub detected_at: Timestamp,
    /// The resource it is about.
    pub scope: Scope,
}

/// What became of a new relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relating {
    /// It is stored.
    Added,
    /// It exists, in one direction or the other.
    Exists,
    /// One of the issues is not there.
    Missing,
}

/// One stretch in which an issue was active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpisodeRow {
    /// Position in the issue's life, from 1.
    pub number: u64,
    /// The first failure.
    pub started_at: Timestamp,
    /// The recovery; `None` while active.
    pub ended_at: Option<Timestamp>,
    /// Failed runs in it.
    pub count: u64,
    /// Why it ended; one of `recovered`, `gone`, `expired`, `resolved_by`.
    pub end_reason: Option<kite_core::Reason>,
    /// The person who ended it.
    pub ended_by: Option<String>,
}

/// One entry of an issue's history, or of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its place in the feed.
    pub cursor: FeedCursor,
    /// When it was decided.
    pub at: Timestamp,
    /// The issue.
    pub issue_id: Uuid,
    /// The issue's namespace.
    pub namespace: String,
    /// What happened.
    pub change: Change,
}

/// What happened to one issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Its episodes, newest first (at most 100).
    pub episodes: Vec<EpisodeRow>,
    /// Its changes, newest first.
    pub changes: Vec<ChangeRow>,
    /// Whether there are older changes.
    pub more: bool,
}

/// All counts of a dashboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Issues by application, state, severity and type.
    pub issues: BTreeMap<(String, State, Severity, IssueType), u64>,
    /// Issues whose last episode ended at or after the asked time.
    pub resolved_since: u64,
}

/// How many issues there are of each state, severity and type.
pub type Cube = BTreeMap<(State, Severity, IssueType), u64>;

/// What issues are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// The label `application`.
    Application,
    /// The label `component`.
    Component,
}

/// One failed attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Names the attempt.
    pub run_id: String,
    /// When it began.
    pub occurred_at: Timestamp,
}

/// What was broken when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretches {
    /// Those that go on, worst and newest first; then those that ended, the last to end first.
    pub stretches: Vec<Stretch>,
    /// Whether these are all.
    pub is_complete: bool,
}

/// A place in the feed: everything up to it has been seen.
///
/// In PostgreSQL rows become visible in another order than their ids were drawn, so the place is
/// the pair of transaction and id; `epoch` tells one database from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedCursor {
    /// Which database.
    pub epoch: Uuid,
    /// The transaction that wrote the row.
    pub transaction: u64,
    /// The row.
    pub id: i64,
}

/// A piece of the feed.
#[derive(Clone, Debug)]
pub struct FeedPage {
    /// The changes after the asked cursor, in order, with the issue as it is now (absent when it
    /// was deleted).
    pub changes: Vec<(ChangeRow, Option<Issue>)>,
    /// Where to go on.
    pub next: FeedCursor,
}

/// An expiry that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The problem.
    pub identity: kite_core::Identity,
    /// The failed run that expires.
    pub run_id: String,
    /// When it expires.
    pub at: Timestamp,
}

/// How the database is doing.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulse {
    /// `PostgreSQL` or `SQLite`.
    pub engine: &'static str,
    /// Connections in all.
    pub open_connections: u32,
    /// Connections that wait for work.
    pub idle_connections: u32,
    /// Connections at most.
    pub max_connections: u32,
    /// Age of the oldest committed change that no feed may show yet, in seconds.
    pub feed_lag_seconds: f64,
}
