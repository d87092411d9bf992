//! Causes: what several issues have in common.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{IssueRef, Severity, State, TrendDay};

/// What several issues have in common, told from those that the caller may read: the active ones,
/// or the resolved ones when none is active.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// Names the cause, such as `cve/CVE-2024-1234`. In a path it is one segment: `cve%2FCVE-2024-1234`.
    pub key: String,
    /// What went wrong, as the issue that speaks for it says: the summary of its diagnosis, or its title.
    pub title: String,
    /// The worst and newest of its issues.
    pub example: IssueRef,
    /// Active while one of its issues is.
    pub state: State,
    /// How bad the worst is.
    pub severity: Severity,
    /// How many issues.
    pub issues: u64,
    /// In how many namespaces.
    pub namespaces: u64,
    /// How many components are broken.
    pub components: u64,
    /// Namespaces × components × how bad the worst is (1, 2, 4 or 8).
    pub blast_radius: u64,
    /// When the first of the issues began.
    pub first_seen_at: Timestamp,
    /// When the last of the issues began.
    pub last_seen_at: Timestamp,
    /// When the last of the issues was resolved; absent while one is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// When the first of the issues must be fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// How many issues should be fixed by now.
    pub overdue: u64,
    /// Active issues that the caller may not read.
    pub hidden: Hidden,
}

/// What somebody may not read, as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hidden {
    /// How many active issues.
    pub issues: u64,
    /// In how many namespaces.
    pub namespaces: u64,
}

/// A page of causes: those that are overdue first, then those that reach furthest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CauseList {
    /// The causes of this page.
    pub data: Vec<Cause>,
    /// How many causes match.
    pub total: u64,
    /// False when there are so many issues that the causes are told from the worst and newest only.
    pub is_complete: bool,
    /// Page size that was used.
    pub limit: u32,
    /// Pass as `cursor` for the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Everything about one cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CauseDetails {
    /// The cause.
    pub cause: Cause,
    /// Which way it goes since yesterday.
    pub movement: Movement,
    /// Issues that were active 24 hours ago.
    pub active_yesterday: u64,
    /// Its issues by the reason of their newest failure, the most frequent first.
    pub by_reason: Vec<CauseReason>,
    /// Its issues by namespace, those with most first.
    pub by_namespace: Vec<CauseNamespace>,
    /// What all its issues have in common and hardly any other has: perhaps what did it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspicions: Vec<Suspicion>,
    /// The last 14 days in UTC, oldest first.
    pub days: Vec<TrendDay>,
    /// False when it has so many issues that only the worst and newest are in these figures.
    pub is_complete: bool,
}

/// What all issues of a cause have in common: a label, or where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Suspicion {
    /// The label, or the title of the link.
    pub what: String,
    /// Its value, or where it leads.
    pub value: String,
    /// How many of the other issues have it, too.
    pub elsewhere: u64,
    /// How many other issues were looked at.
    pub others: u64,
}

/// Which way a cause goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Movement {
    /// It has more active issues than before.
    Spreading,
    /// It has as many as before.
    Steady,
    /// It has fewer.
    Shrinking,
}

/// Issues of a cause that failed for one reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CauseReason {
    /// The summary of their diagnosis, or their reason; empty when none is known.
    pub reason: String,
    /// What helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// How many issues.
    pub issues: u64,
    /// How many components are broken.
    pub components: u64,
    /// The worst and newest of them, at most 10.
    pub examples: Vec<IssueRef>,
}

/// Issues of a cause in one namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CauseNamespace {
    /// The namespace.
    pub namespace: String,
    /// How many issues.
    pub issues: u64,
    /// How many components are broken.
    pub components: u64,
}

/// Who else has the cause of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SameCause {
    /// Other active issues that the caller may read.
    pub others: u64,
    /// In how many namespaces the cause has active issues that the caller may read.
    pub namespaces: u64,
    /// Active issues that the caller may not read.
    pub hidden: Hidden,
}

/// Asks to put issues of a cause in a namespace down to another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DecideCause {
    /// Where it holds, and nowhere else.
    pub namespace: Option<String>,
    /// The cause as it is now.
    pub cause: Option<String>,
    /// Ids of issues, at most 200. Absent: all of the cause, and those to come.
    pub issues: Option<Vec<String>>,
    /// Key of the cause that they have from now on; that of `cause` itself takes an earlier decision back. Absent,
    /// with `issues`: a cause of their own.
    pub into: Option<String>,
}

/// "In this namespace the issues of this cause are of that one."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CauseDecision {
    /// Where it holds, and nowhere else.
    pub namespace: String,
    /// The cause.
    pub cause: String,
    /// The issues that are meant; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<Uuid>,
    /// The cause that they are put down to.
    pub into: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Timestamp,
}

/// Decisions about all issues of a cause, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CauseDecisionList {
    /// At most 1,000.
    pub data: Vec<CauseDecision>,
}
