//! What happened to one issue.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Severity, State};

/// Everything that happened to one issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// The issue.
    pub issue_id: Uuid,
    /// Its episodes, newest first.
    pub episodes: Vec<Episode>,
    /// Its changes, newest first.
    pub changes: Vec<Change>,
    /// Pass as `cursor` for older changes; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One stretch in which the issue was active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Episode {
    /// Position in the issue's life, from 1.
    pub number: u64,
    /// The first failure.
    pub started_at: Timestamp,
    /// The recovery; null while active.
    pub ended_at: Option<Timestamp>,
    /// Failed runs in it.
    pub count: u64,
    /// Why it ended, such as `recovered`, `gone`, `expired` or `resolved_by`.
    pub end_reason: Option<String>,
    /// The person who ended it.
    pub ended_by: Option<String>,
}

/// One entry of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Names the entry.
    pub id: String,
    /// When it was decided.
    pub at: Timestamp,
    /// Why, such as `first_failure`, `seen_again`, `came_back` or `recovered`.
    pub reason: String,
    /// The person who did it; absent when KITE decided by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What the person said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The state before; absent for the first entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_state: Option<State>,
    /// The state after; absent when the issue was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_state: Option<State>,
    /// The severity before, when it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_severity: Option<Severity>,
    /// The severity after, when it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_severity: Option<Severity>,
    /// The run that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
}
