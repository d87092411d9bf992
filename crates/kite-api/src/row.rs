//! An issue, or a cause, as a line of a table.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::{Cause, Issue, IssueType, Severity, State};

/// An issue as a line of CSV, whose columns are the fields in their order.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueRow {
    id: Uuid,
    state: State,
    severity: Severity,
    #[serde(rename = "type")]
    issue_type: IssueType,
    namespace: Text,
    application: Text,
    component: Text,
    title: Text,
    detected_at: Timestamp,
    resolved_at: Option<Timestamp>,
    last_failed_at: Timestamp,
    count: u64,
    link: Text,
}

impl IssueRow {
    /// What the columns are called: the head of a table without lines, which serde would leave out.
    pub const COLUMNS: [&str; 13] = [
        "id",
        "state",
        "severity",
        "type",
        "namespace",
        "application",
        "component",
        "title",
        "detectedAt",
        "resolvedAt",
        "lastFailedAt",
        "count",
        "link",
    ];

    /// The row with its texts changed; that none is taken for a formula is seen to when it is written.
    #[must_use]
    pub fn with_texts(self, change: impl Fn(&str) -> String) -> Self {
        let text = |text: Text| Text(change(&text.0));
        Self {
            namespace: text(self.namespace),
            application: text(self.application),
            component: text(self.component),
            title: text(self.title),
            link: text(self.link),
            ..self
        }
    }
}

impl From<Issue> for IssueRow {
    fn from(mut issue: Issue) -> Self {
        let mut label = |name: &str| Text(issue.labels.remove(name).unwrap_or_default());
        Self {
            id: issue.id,
            state: issue.state,
            severity: issue.severity,
            issue_type: issue.issue_type,
            application: label("application"),
            component: label("component"),
            namespace: Text(issue.namespace),
            title: Text(issue.title),
            detected_at: issue.detected_at,
            resolved_at: issue.resolved_at,
            last_failed_at: issue.last_failed_at,
            count: issue.count,
            link: Text(issue.links.into_iter().next().map(|link| link.url).unwrap_or_default()),
        }
    }
}

/// A cause as a line of CSV, whose columns are the fields in their order.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CauseRow {
    key: Text,
    title: Text,
    state: State,
    severity: Severity,
    issues: u64,
    components: u64,
    namespaces: u64,
    hidden_issues: u64,
    hidden_namespaces: u64,
    overdue: u64,
    due_at: Option<Timestamp>,
    first_seen_at: Timestamp,
    last_seen_at: Timestamp,
    resolved_at: Option<Timestamp>,
}

impl CauseRow {
    /// What the columns are called: the head of a table without lines, which serde would leave out.
    pub const COLUMNS: [&str; 14] = [
        "key",
        "title",
        "state",
        "severity",
        "issues",
        "components",
        "namespaces",
        "hiddenIssues",
        "hiddenNamespaces",
        "overdue",
        "dueAt",
        "firstSeenAt",
        "lastSeenAt",
        "resolvedAt",
    ];

    /// The row with its texts changed; that none is taken for a formula is seen to when it is written.
    #[must_use]
    pub fn with_texts(self, change: impl Fn(&str) -> String) -> Self {
        Self { key: Text(change(&self.key.0)), title: Text(change(&self.title.0)), ..self }
    }
}

impl From<Cause> for CauseRow {
    fn from(cause: Cause) -> Self {
        Self {
            key: Text(cause.key),
            title: Text(cause.title),
            state: cause.state,
            severity: cause.severity,
            issues: cause.issues,
            components: cause.components,
            namespaces: cause.namespaces,
            hidden_issues: cause.hidden.issues,
            hidden_namespaces: cause.hidden.namespaces,
            overdue: cause.overdue,
            due_at: cause.due_at,
            first_seen_at: cause.first_seen_at,
            last_seen_at: cause.last_seen_at,
            resolved_at: cause.resolved_at,
        }
    }
}

/// What somebody wrote, in a cell that no spreadsheet takes for a formula.
#[derive(Clone, Debug)]
struct Text(String);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            return serializer.collect_str(&format_args!("'{}", self.0));
        }
        serializer.serialize_str(&self.0)
    }
}
