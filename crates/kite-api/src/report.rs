//! Reports: what a source says about a subject at a moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::FieldError;

/// What a source says about one scope at one moment.
///
/// `title`, `description`, `severity` and `issueType` are required when `verdict` is `failing`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Report {
    /// `failing`, `healthy` or `gone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// Tenant in which the issue is filed. A report never acts outside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Cluster the resource lives in; empty for the only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// `build`, `test`, `release`, `dependency` or `pipeline`. Absent in a healthy or gone report: all types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_type: Option<String>,
    /// The resource the report is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeInput>,
    /// Separates problems of one scope, such as `push/main` and `pr/42`. Absent in a healthy or gone report: all variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// When the attempt began (RFC 3339). Absent: stamped by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<String>,
    /// When the attempt ended (RFC 3339). Absent: `occurredAt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// Names the attempt; reports with the same scope, run and verdict count once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Later texts of the same run carry a higher revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// One line that says what is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What happened, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `info`, `minor`, `major` or `critical`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Where to look.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::null_is_empty")]
    pub links: Vec<LinkInput>,
    /// Facts to filter by, such as `application` and `component`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "crate::null_is_empty")]
    pub labels: BTreeMap<String, String>,
    /// When the failure stops counting if nothing newer is heard (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// When it must be fixed (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// Key of the cause, when the source knows it, such as `cve/CVE-2024-1234`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Short machine-readable reason, such as a Tekton condition reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it failed, when the source made that out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<Diagnosis>,
}

/// Why an attempt failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Diagnosis {
    /// What kind of failure it is, such as `out_of_memory`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The task that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The step of the task that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What went wrong, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// How sure that is: `low`, `medium` or `high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// The lines of the log that say so, at most 20 and 4 KiB. Shown to those who may read logs in the
    /// namespace, where one issue is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// What went wrong in the words of the log, by which failures are compared. Shown as the excerpt is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The resource a report or an issue is about, as clients write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ScopeInput {
    /// Kind of the resource, such as `pipelinerun` or `component`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Name of the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// Namespace of the resource, when it is not the issue's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_namespace: Option<String>,
}

/// A link as clients write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct LinkInput {
    /// What is behind the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `http`, `https` or `mailto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// "These scopes are healthy as of the end of the anchor's previous run."
///
/// A finished run of the anchor proves that what an earlier run reported, and this one did not
/// report again, is over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Sweep {
    /// Tenant of the anchor and of all scopes.
    pub namespace: String,
    /// Cluster of the anchor and of all scopes; empty for the only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The scope whose runs give the time.
    pub anchor: SweepScope,
    /// The scopes that become healthy.
    pub scopes: Vec<SweepScope>,
}

/// A scope named by a sweep, inside the sweep's namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SweepScope {
    /// Kind of the resource.
    pub resource_type: String,
    /// Name of the resource.
    pub resource_name: String,
}

/// One thing that a rule file yields for an object or a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A report, as posted to `/api/v1/reports`.
    Report(Box<Report>),
    /// A sweep; only webhook files yield it.
    Sweep(Sweep),
}

/// What became of one report of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReportOutcome {
    /// It opened a new issue.
    Created,
    /// It was the newest word about its subject.
    Updated,
    /// It was known already.
    Duplicate,
    /// It was stored behind newer reports, in its place in time.
    Late,
    /// It was refused; see `errors`.
    Rejected,
}

/// The answer to one report of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportResult {
    /// Position of the report in the request, from 0.
    pub index: usize,
    /// What became of it.
    pub result: ReportOutcome,
    /// The issue it belongs to, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_id: Option<Uuid>,
    /// What was changed to make it fit, such as a text that was cut.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Every wrong field, when it was rejected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// The answer to a batch: one result per report, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchResponse {
    /// One result per report, in the order of the request.
    pub results: Vec<ReportResult>,
}
