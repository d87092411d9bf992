//! Many submissions decided at once, as a conversation with a store.
//!
//! The batch knows the rules, the store knows the rows. They take turns inside one transaction:
//!
//! 1. the store locks [`Batch::scopes`] and hands them over with [`Batch::locked`];
//! 2. it reads what [`Batch::lookups`] names and hands it over with [`Batch::apply`];
//! 3. for the identities whose past must be rewritten ([`Batch::rewrites`]) it reads the stored
//!    reports and hands them over with [`Batch::refold`];
//! 4. it writes what [`Batch::finish`] returns and commits.
//!
//! In the common case, every report newer than all before it, step 3 is empty.

mod apply;
mod finish;
mod refold;
mod slot;
mod stamp;
mod sweeps;
mod tell;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::change::{Change, Standing};
use crate::issue::{Identity, Issue, IssueType, Scope, Severity, State, Target, View};
use crate::ledger::{Episode, Ledger};
use crate::position::Position;
use crate::report::{Action, Clear, Content, Submission};

pub use refold::Reread;

/// Many submissions on their way through a transaction.
pub struct Batch {
    submissions: Arc<[Submission]>,
    new_id: Box<dyn FnMut() -> Uuid + Send>,
    clock: Timestamp,
    scopes: HashMap<Scope, Held>,
    stamps: Vec<Timestamp>,
    reports: HashMap<ReportKey, Filed>,
    slots: BTreeMap<Identity, Box<Slot>>,
    sweeps: Vec<StoredReport>,
    attempts: HashMap<Scope, Vec<StoredReport>>,
    previous: HashMap<(Scope, Timestamp), Position>,
    changes: Vec<IssueChange>,
    outcomes: Vec<Outcome>,
}

/// A scope as the store keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeState {
    /// The newest time that was stamped in it; the lock hands out the next free one.
    pub stamped_at: Timestamp,
    /// Its newest clear. Nothing newer than this can be late.
    pub horizon: Option<Position>,
    /// The newest sweep that is anchored here.
    pub swept_at: Option<Timestamp>,
    /// The scopes of all sweeps that are anchored here.
    pub sweeps: BTreeSet<Scope>,
}

/// What makes two deliveries the same report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportKey {
    /// The identity, or the part of a scope, that it speaks of.
    pub target: Target,
    /// The attempt, or the name of the decision.
    pub run_id: String,
    /// What is said.
    pub kind: Kind,
}

crate::issue::words! {
    /// What a stored report says.
    Kind {
        /// An attempt failed.
        Failing = 0 "failing",
        /// An attempt succeeded.
        Healthy = 1 "healthy",
        /// The subject was deleted.
        Gone = 2 "gone",
        /// Clear as of the anchor's previous run.
        Sweep = 3 "sweep",
        /// A person resolved it.
        Resolve = 4 "resolve",
        /// A person reopened it.
        Reopen = 5 "reopen",
        /// A person edited it.
        Edit = 6 "edit",
        /// A person deleted it.
        Delete = 7 "delete",
        /// The sweeper saw it expire.
        Expiry = 8 "expiry",
    }
}

/// A report as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReport {
    /// What makes it this report.
    pub key: ReportKey,
    /// Its place in the order.
    pub position: Position,
    /// What it says.
    pub said: Said,
}

/// The contents of a stored report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A failure with its content.
    Failed(Box<Content>),
    /// A failure whose content was not read, only the times that matter for the order.
    FailedAt {
        /// When the attempt ended.
        ended_at: Timestamp,
        /// When it stops counting.
        expires_at: Option<Timestamp>,
    },
    /// A clear.
    Cleared(Clear),
    /// A clear that a sweep means.
    Swept {
        /// The scope whose runs give the time.
        anchor: Scope,
        /// When the sweep was said.
        at: Timestamp,
    },
    /// A person's decision.
    Decided {
        /// Who.
        by: Option<String>,
        /// What.
        action: Action,
    },
    /// An expiry that the sweeper noticed.
    Ticked,
}

/// An identity as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which one.
    pub identity: Identity,
    /// The issue's name; a new one after a deletion.
    pub id: Uuid,
    /// Its standing.
    pub ledger: Ledger,
    /// Severity as shown.
    pub severity: Severity,
    /// Type as shown.
    pub issue_type: IssueType,
    /// The label `application` as shown, or nothing.
    pub application: String,
    /// The label `component` as shown, or nothing.
    pub component: String,
    /// Key of the cause, or nothing.
    pub cause: String,
    /// When it must be fixed, as shown.
    pub due_at: Option<Timestamp>,
    /// When the issue was first stored.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// Whether it has relations to other issues.
    pub related: bool,
    /// What it shows, when that was (re)written; otherwise as stored.
    pub view: Option<View>,
}

/// What a batch must read before it can decide.
#[derive(Debug, Default)]
pub struct Lookups {
    /// Reports that may be known already; and the identities they speak of.
    pub reports: Vec<ReportKey>,
    /// Scopes that become clear: their identities that are active, or were settled at or after the time.
    pub cleared: Vec<(Scope, Timestamp)>,
    /// The newest attempt of each scope before the time.
    pub previous: Vec<(Scope, Timestamp)>,
    /// Anchors in whose past something changed: all their attempts, and all sweeps anchored there.
    pub anchors: Vec<Scope>,
}

/// What the store read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// For [`Lookups::reports`], with contents.
    pub reports: Vec<StoredReport>,
    /// The identities that [`Lookups::reports`] and [`Lookups::cleared`] speak of.
    pub records: Vec<Record>,
    /// For [`Lookups::previous`].
    pub previous: Vec<(Scope, Timestamp, Position)>,
    /// Attempts of [`Lookups::anchors`].
    pub attempts: Vec<StoredReport>,
    /// Sweeps anchored at [`Lookups::anchors`].
    pub sweeps: Vec<StoredReport>,
}

/// An identity whose past must be rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// Which one.
    pub identity: Identity,
    /// The oldest position that changed; `None`: everything must be read.
    pub from: Option<Position>,
}

/// The past of one identity.
#[derive(Clone, Debug)]
pub struct Past {
    /// Which one.
    pub identity: Identity,
    /// Its last clean episode that ended before [`Rewrite::from`].
    pub checkpoint: Option<Episode>,
    /// Its decisions of all times, and its reports and its scope's clears from the end of that episode on.
    pub reports: Vec<StoredReport>,
}

/// What a batch decided: everything that must be written, and the answers.
#[derive(Debug, Default)]
pub struct Decision {
    /// Scopes that changed.
    pub scopes: Vec<(Scope, ScopeState)>,
    /// New reports.
    pub reports: Vec<StoredReport>,
    /// Stored reports that say more, or are somewhere else, now.
    pub corrected: Vec<StoredReport>,
    /// Identities that changed.
    pub records: Vec<Written>,
    /// New entries of histories, in order.
    pub changes: Vec<IssueChange>,
    /// Differences to the counters, none of them 0.
    pub counters: BTreeMap<Counter, i64>,
    /// One answer per submission, in order.
    pub outcomes: Vec<Outcome>,
}

/// An identity that changed.
#[derive(Clone, Debug)]
pub struct Written {
    /// What it is now.
    pub record: Record,
    /// Whether the store has a row for it.
    pub is_new: bool,
    /// The issue was deleted: its texts, episodes and relations go.
    pub purged: Option<Uuid>,
    /// Stored episodes from this number on are replaced.
    pub replace_from: Option<u64>,
    /// Episodes that ended.
    pub ended: Vec<Episode>,
}

/// One entry of an issue's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueChange {
    /// The issue.
    pub issue_id: Uuid,
    /// Its identity.
    pub identity: Identity,
    /// What happened.
    pub change: Change,
}

/// What issues are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Counter {
    /// Tenant.
    pub namespace: String,
    /// The label `application`, or nothing.
    pub application: String,
    /// State.
    pub state: State,
    /// Severity as shown.
    pub severity: Severity,
    /// Type as shown.
    pub issue_type: IssueType,
}

/// What became of a submission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// It opened a new issue.
    Created,
    /// It was the newest word about its subject.
    #[default]
    Updated,
    /// It was known already.
    Duplicate,
    /// It was stored behind newer reports.
    Late,
    /// The issue it speaks of is not there.
    Missing,
}

/// The answer to a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What became of it.
    pub verdict: Verdict,
    /// The issue its first failure or decision belongs to, when there is one.
    pub issue_id: Option<Uuid>,
    /// That issue, when it could be told without reading it again.
    pub issue: Option<Box<Issue>>,
    /// Issues that it resolved.
    pub resolved: Vec<Uuid>,
}

/// More scopes must be locked before the batch can go on; start again with all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoreScopes(pub BTreeSet<Scope>);

struct Held {
    state: ScopeState,
    stored: ScopeState,
}

struct Filed {
    report: StoredReport,
    is_stored: bool,
    is_changed: bool,
}

struct Slot {
    record: Record,
    stored: Option<Record>,
    purged: Option<Uuid>,
    replace_from: Option<u64>,
    ended: Vec<Episode>,
    rewrite: Option<Pending>,
    renew: bool,
}

/// A rewrite that waits for the past to be read, and the entry it is put down to.
struct Pending {
    from: Option<Position>,
    submission: usize,
    entry: usize,
    before: Standing,
}

impl Batch {
    /// A batch of submissions; `new_id` names new issues.
    pub fn new(submissions: impl Into<Arc<[Submission]>>, new_id: impl FnMut() -> Uuid + Send + 'static) -> Self {
        let submissions = submissions.into();
        let outcomes = vec![Outcome::default(); submissions.len()];
        Self {
            submissions,
            new_id: Box::new(new_id),
            clock: Timestamp::UNIX_EPOCH,
            scopes: HashMap::new(),
            stamps: Vec::new(),
            reports: HashMap::new(),
            slots: BTreeMap::new(),
            sweeps: Vec::new(),
            attempts: HashMap::new(),
            previous: HashMap::new(),
            changes: Vec::new(),
            outcomes,
        }
    }

    /// The database's time, once the scopes are locked.
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// The scopes to lock, in the order in which every writer locks them.
    pub fn scopes(&self) -> BTreeSet<Scope> {
        self.submissions
            .iter()
            .flat_map(|submission| &submission.entries)
            .flat_map(crate::Entry::scopes)
            .cloned()
            .collect()
    }

    /// What every entry says as a report, one for each scope at least, when none is a sweep: those
    /// concern further scopes.
    pub fn plain_reports(&self) -> Option<Vec<ReportKey>> {
        let mut reports = Vec::new();
        for entry in self.submissions.iter().flat_map(|submission| &submission.entries) {
            if matches!(entry, crate::Entry::Sweep { .. }) {
                return None;
            }
            reports.extend(stamp::report_keys(entry));
        }
        Some(reports)
    }
}
