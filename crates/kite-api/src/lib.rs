//! What goes over the wire between KITE's programs and everyone else: requests, responses,
//! problem bodies. Plain data with serde and OpenAPI schemas; no rule is decided here.
//!
//! Requests keep every field optional and enums as text, so that the backend can name *all*
//! wrong fields of a request in one answer instead of stopping at the first.

pub mod access;
pub mod cause;
pub mod health;
pub mod history;
pub mod issue;
pub mod problem;
pub mod report;
pub mod row;
pub mod source;
pub mod summary;
pub mod trends;
pub mod webhook;

pub use access::Access;
pub use cause::{
    Cause, CauseDecision, CauseDecisionList, CauseDetails, CauseList, CauseNamespace, CauseReason, DecideCause, Hidden,
    Movement, SameCause, Suspicion,
};
pub use health::{Component, Health, Version};
pub use history::{Change, Episode, History};
pub use issue::{
    CreateIssue, Issue, IssuePage, IssueRef, IssueType, Link, Message, RelateIssue, Relation, ResolveIssue, Scope,
    Severity, State, UpdateIssue,
};
pub use problem::{FieldError, Problem};
pub use report::{
    BatchResponse, Diagnosis, Entry, LinkInput, Report, ReportOutcome, ReportResult, ScopeInput, Sweep, SweepScope,
};
pub use row::{CauseRow, IssueRow};
pub use source::{Source, SourceKind, SourceList};
pub use summary::{Count, Summary};
pub use trends::{Flapping, TrendComponent, TrendDay, Trends};
pub use webhook::WebhookResponse;

/// Reads `null` as nothing: that is how Go writes an empty slice or map.
fn null_is_empty<'de, D: serde::Deserializer<'de>, T: serde::Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value: Option<T> = serde::Deserialize::deserialize(deserializer)?;
    Ok(value.unwrap_or_default())
}
