//! What the store is asked about causes, and what it answers.

use jiff::Timestamp;
use uuid::Uuid;

use kite_core::{Issue, IssueFilter, Severity, State};

/// A page of causes to read.
#[derive(Clone, Debug)]
pub struct CauseQuery {
    /// The issues whose causes are wanted.
    pub filter: IssueFilter,
    /// Active: causes with active issues. Resolved: causes of which none is active any more.
    pub state: State,
    /// Causes whose last issue was resolved before are left out.
    pub resolved_since: Timestamp,
    /// What is due before is overdue.
    pub now: Timestamp,
    /// How many at most.
    pub limit: u32,
    /// Start after this one.
    pub after: Option<CauseCursor>,
}

/// A place in a list of causes, between two of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseCursor {
    /// Whether the cause before is overdue.
    pub is_overdue: bool,
    /// How far it reaches.
    pub radius: u64,
    /// Its key.
    pub key: String,
}

/// A page of causes.
#[derive(Clone, Debug)]
pub struct CausePage {
    /// The causes, in order.
    pub causes: Vec<Cause>,
    /// How many match in all.
    pub total: u64,
    /// Whether they are told from all issues that match, and not only from the worst and newest.
    pub is_complete: bool,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<CauseCursor>,
}

/// What several issues have in common, told from those that match and are within reach: the active
/// ones, or all when none is active.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Names it.
    pub key: String,
    /// The worst and newest of its issues, which speaks for it.
    pub example: Issue,
    /// Whether one of its issues is active.
    pub state: State,
    /// How many issues.
    pub issues: u64,
    /// In how many namespaces.
    pub namespaces: u64,
    /// How many components are broken.
    pub components: u64,
    /// How bad the worst is.
    pub severity: Severity,
    /// How far it reaches: see [`kite_core::affected::blast_radius`].
    pub radius: u64,
    /// When the first of the issues began.
    pub first_seen_at: Timestamp,
    /// When the last of the issues began.
    pub last_seen_at: Timestamp,
    /// When the last of the issues was resolved, if none is active.
    pub resolved_at: Option<Timestamp>,
    /// When the first of the issues must be fixed.
    pub due_at: Option<Timestamp>,
    /// How many should be fixed by now.
    pub overdue: u64,
}

/// How many active issues a cause has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Within reach.
    pub issues: u64,
    /// Namespaces within reach.
    pub namespaces: u64,
    /// Beyond reach.
    pub hidden_issues: u64,
    /// Namespaces beyond reach.
    pub hidden_namespaces: u64,
}

/// "In this namespace the issues of this cause are of that one."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseDecision {
    /// Where it holds, and nowhere else.
    pub namespace: String,
    /// The cause.
    pub cause: String,
    /// Only these issues; all when there are none, those to come, too.
    pub issues: Vec<Uuid>,
    /// The cause that they are put down to.
    pub into: String,
    /// Who decided.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It holds: for the issues that were meant, with the cause that they have now (the first of them, when they differ).
    Holds(CauseDecision),
    /// None of the issues is one of that cause in that namespace.
    NoSuchIssue,
    /// The namespace holds as many decisions as it may.
    TooMany,
}

impl Cause {
    /// The place in a list after this cause.
    pub(crate) fn cursor(&self) -> CauseCursor {
        CauseCursor { is_overdue: self.overdue > 0, radius: self.radius, key: self.key.clone() }
    }
}
