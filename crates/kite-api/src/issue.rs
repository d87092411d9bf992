//! Issues and what clients may ask of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Diagnosis, LinkInput, SameCause, ScopeInput};

/// How bad it is, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Annoying.
    Minor,
    /// Blocks somebody.
    Major,
    /// Blocks a release or never ran at all.
    Critical,
}

/// What kind of work is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum IssueType {
    /// A build.
    Build,
    /// An integration test.
    Test,
    /// A release.
    Release,
    /// A dependency update.
    Dependency,
    /// Any other pipeline.
    Pipeline,
}

/// Whether the problem is there now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// Broken right now.
    Active,
    /// Over.
    Resolved,
}

/// One problem, however often it failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// Names the issue for good.
    pub id: Uuid,
    /// One line that says what is broken.
    pub title: String,
    /// What happened, in words.
    pub description: String,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of work is broken.
    pub issue_type: IssueType,
    /// Whether the problem is there now.
    pub state: State,
    /// The first failure of the present (or last) episode.
    pub detected_at: Timestamp,
    /// When the last episode ended; null while active.
    pub resolved_at: Option<Timestamp>,
    /// Tenant in which the issue is filed.
    pub namespace: String,
    /// Names the scope.
    pub scope_id: Uuid,
    /// The resource the issue is about.
    pub scope: Scope,
    /// Where to look.
    pub links: Vec<Link>,
    /// Relations in which this issue is the source.
    pub related_from: Vec<Relation>,
    /// Relations in which this issue is the target.
    pub related_to: Vec<Relation>,
    /// When the issue was first stored.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// Cluster the resource lives in; empty for the only one.
    pub cluster: String,
    /// Separates problems of one scope; empty by default.
    pub variant: String,
    /// Facts to filter by.
    pub labels: BTreeMap<String, String>,
    /// Failed runs over the issue's life.
    pub count: u64,
    /// Episodes over the issue's life.
    pub episodes: u64,
    /// When the newest failed run began.
    pub last_failed_at: Timestamp,
    /// The newest failed run.
    pub run_id: String,
    /// Key of the cause that it is put down to, when one is known.
    pub cause: Option<String>,
    /// Who else has that cause; only where one issue is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_cause: Option<SameCause>,
    /// Short machine-readable reason of the newest failure.
    pub reason: Option<String>,
    /// Why the newest failure happened, when the source made that out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<Diagnosis>,
    /// When it must be fixed.
    pub due_at: Option<Timestamp>,
    /// When the newest failure stops counting if nothing newer is heard.
    pub expires_at: Option<Timestamp>,
}

/// The resource an issue is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    /// Names the scope.
    pub id: Uuid,
    /// Kind of the resource.
    pub resource_type: String,
    /// Name of the resource.
    pub resource_name: String,
    /// Namespace of the resource.
    pub resource_namespace: String,
}

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// Names the link within its issue.
    pub id: Uuid,
    /// What is behind the link.
    pub title: String,
    /// `http`, `https` or `mailto`.
    pub url: String,
    /// The issue it belongs to.
    pub issue_id: Uuid,
}

/// "This issue has to do with that one."
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Relation {
    /// Names the relation.
    pub id: Uuid,
    /// The issue the relation starts from.
    pub source_id: Uuid,
    /// The issue the relation points to.
    pub target_id: Uuid,
    /// The issue the relation starts from.
    pub source: IssueRef,
    /// The issue the relation points to.
    pub target: IssueRef,
}

/// An issue as its relations show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssueRef {
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
    /// Tenant in which the issue is filed.
    pub namespace: String,
    /// Names the scope.
    pub scope_id: Uuid,
    /// The resource the issue is about.
    pub scope: Scope,
}

/// One page of issues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuePage {
    /// The issues of this page.
    pub data: Vec<Issue>,
    /// How many issues match.
    pub total: u64,
    /// True when counting stopped early and more than `total` may match.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub total_is_lower_bound: bool,
    /// Page size that was used.
    pub limit: u32,
    /// Issues skipped before this page.
    pub offset: u64,
    /// Pass as `cursor` for the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Asks for a new issue (or updates the one with the same identity).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateIssue {
    /// Required. One line that says what is broken.
    pub title: Option<String>,
    /// Required. What happened, in words.
    pub description: Option<String>,
    /// Required. `info`, `minor`, `major` or `critical`.
    pub severity: Option<String>,
    /// Required. `build`, `test`, `release`, `dependency` or `pipeline`.
    pub issue_type: Option<String>,
    /// `ACTIVE` (default) or `RESOLVED`.
    pub state: Option<String>,
    /// Required. Tenant in which the issue is filed.
    pub namespace: Option<String>,
    /// Required. The resource the issue is about.
    pub scope: Option<ScopeInput>,
    /// Where to look.
    pub links: Option<Vec<LinkInput>>,
    /// Facts to filter by.
    pub labels: Option<BTreeMap<String, String>>,
}

/// Changes the given fields of an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateIssue {
    /// One line that says what is broken.
    pub title: Option<String>,
    /// What happened, in words.
    pub description: Option<String>,
    /// `info`, `minor`, `major` or `critical`.
    pub severity: Option<String>,
    /// `build`, `test`, `release`, `dependency` or `pipeline`.
    pub issue_type: Option<String>,
    /// `ACTIVE` reopens, `RESOLVED` resolves.
    pub state: Option<String>,
    /// When it was resolved (RFC 3339), with `state: RESOLVED` only.
    pub resolved_at: Option<String>,
    /// Replaces all links.
    pub links: Option<Vec<LinkInput>>,
}

/// Optional body of a resolve.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ResolveIssue {
    /// Why, in a person's words; kept in the history.
    pub reason: Option<String>,
}

/// Asks to relate two issues.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RelateIssue {
    /// Required. The issue to relate to.
    pub related_id: Option<String>,
}

/// A sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// The sentence.
    pub message: String,
}
