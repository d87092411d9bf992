//! What comes in: reports of sources, decisions of people, the passing of time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::issue::{Identity, IssueType, Scope, Severity, Target};
use crate::link::Link;

/// What must be stored together or not at all: one request, or one item of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Its parts, in order.
    pub entries: Vec<Entry>,
}

/// One thing that is said about a scope or an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// An attempt failed.
    Failing {
        /// The problem.
        identity: Identity,
        /// The attempt.
        run_id: String,
        /// When the attempt began; absent: stamped under the lock of its scope.
        occurred_at: Option<Timestamp>,
        /// What the source says of it.
        content: Content,
    },
    /// A scope, or a part of it, has no problem.
    Clear {
        /// What is clear.
        target: Target,
        /// Why.
        clear: Clear,
        /// The attempt that proved it.
        run_id: String,
        /// When the attempt began; absent: stamped under the lock of its scope.
        occurred_at: Option<Timestamp>,
    },
    /// The scopes are clear as of the anchor's previous run.
    Sweep {
        /// The scope whose runs give the time.
        anchor: Scope,
        /// The scopes that become clear.
        scopes: Vec<Scope>,
        /// Names the sweep.
        run_id: String,
        /// When it was said; absent: stamped under the locks.
        occurred_at: Option<Timestamp>,
    },
    /// A person decided something.
    Person {
        /// The problem it is about.
        identity: Identity,
        /// The issue the person saw; when it is another one by now, nothing happens.
        issue_id: Option<Uuid>,
        /// Names the decision.
        run_id: String,
        /// Who; `None` when the request did not say.
        by: Option<String>,
        /// When, if not now. Never in the future.
        at: Option<Timestamp>,
        /// What.
        action: Action,
    },
    /// The newest failure was not heard of again in time.
    Expiry {
        /// The problem.
        identity: Identity,
        /// The failed run that expires.
        run_id: String,
        /// When it expires.
        at: Timestamp,
    },
}

/// Why a scope is clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clear {
    /// An attempt succeeded.
    Healthy,
    /// The subject was deleted.
    Gone,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The failures so far are dealt with.
    Resolve {
        /// Why, in the person's words.
        note: Option<String>,
    },
    /// It is still broken.
    Reopen,
    /// The failures so far should read otherwise.
    Edit(Edit),
    /// The failures so far should not be seen at all.
    Delete,
}

/// New values for what an issue shows; absent ones stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// One line that says what is broken.
    pub title: Option<String>,
    /// What happened, in words.
    pub description: Option<String>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// What kind of work is broken.
    pub issue_type: Option<IssueType>,
    /// Where to look; replaces all links.
    pub links: Option<Vec<Link>>,
}

/// What a source says of a failed attempt.
///
/// The field order is the order in which two copies of one report are compared: the greater stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Content {
    /// Later texts of the same run carry a higher revision.
    pub revision: u32,
    /// When the attempt ended; absent: when it began.
    pub ended_at: Option<Timestamp>,
    /// One line that says what is broken.
    pub title: String,
    /// What happened, in words.
    pub description: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where to look.
    pub links: Vec<Link>,
    /// Facts to filter by.
    pub labels: BTreeMap<String, String>,
    /// When the failure stops counting if nothing newer is heard.
    pub expires_at: Option<Timestamp>,
    /// When it must be fixed.
    pub due_at: Option<Timestamp>,
    /// Key of the cause, when the source knows it.
    pub cause: Option<String>,
    /// Short machine-readable reason.
    pub reason: Option<String>,
    /// Why it failed, when the source made that out.
    pub diagnosis: Option<Box<ReportedDiagnosis>>,
}

/// Why an attempt failed, as its source makes it out. What is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReportedDiagnosis {
    /// What kind of failure it is.
    pub class: String,
    /// The task that failed.
    pub task: String,
    /// The step of the task that failed.
    pub step: String,
    /// What went wrong, in one sentence.
    pub summary: String,
    /// What helps.
    pub remedy: String,
    /// How sure that is.
    pub confidence: String,
    /// The lines of the log that say so. Only for those who may read logs.
    pub excerpt: String,
    /// What went wrong in the words of the log, by which failures are compared. As confidential as the excerpt.
    pub message: String,
}

impl Entry {
    /// The scopes that must be locked for it.
    pub fn scopes(&self) -> Vec<&Scope> {
        match self {
            Self::Failing { identity, .. } | Self::Person { identity, .. } | Self::Expiry { identity, .. } => {
                vec![&identity.scope]
            }
            Self::Clear { target, .. } => vec![&target.scope],
            Self::Sweep { anchor, scopes, .. } => std::iter::once(anchor).chain(scopes).collect(),
        }
    }
}

/// The run id of a report that says when but not which: the same words at the same time are the same run.
pub fn derived_run_id(target: &Target, verdict: &str, occurred_at: Timestamp, content: Option<&Content>) -> String {
    let text = format!("{target:?} {verdict} {occurred_at} {content:?}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()).to_string()
}

/// The run id of a report delivered under a client's idempotency key.
pub fn keyed_run_id(key: &str, index: usize) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{index} {key}").as_bytes()).to_string()
}
