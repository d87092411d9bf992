//! What was broken when.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{IssueRef, Severity};

/// What was broken in the last days, of the issues that match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Trends {
    /// The days in UTC, oldest first; the last one is today.
    pub days: Vec<TrendDay>,
    /// How long it took on average until what ended in these days was over; null when nothing ended.
    pub mean_time_to_recovery_seconds: Option<u64>,
    /// The components that were broken longest.
    pub components: Vec<TrendComponent>,
    /// The issues that came back most often.
    pub flapping: Vec<Flapping>,
    /// False when there is so much that only the worst of what is active, and what ended last, is
    /// in these figures: ask for fewer days or less.
    pub is_complete: bool,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendDay {
    /// The day, such as `2026-11-24`.
    pub date: String,
    /// Episodes that began.
    pub opened: u32,
    /// Episodes that ended.
    pub resolved: u32,
    /// Issues that were active at the end of the day; now, for today.
    pub active_at_end: u32,
    /// The worst that was active; absent when nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<Severity>,
}

/// One component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendComponent {
    /// Tenant in which its issues are filed.
    pub namespace: String,
    /// The label `application`; empty without one.
    pub application: String,
    /// The label `component`; empty for all issues without one.
    pub component: String,
    /// How long its issues were active, added up.
    pub active_seconds: u64,
    /// Episodes of its issues.
    pub episodes: u32,
}

/// An issue that comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Flapping {
    /// The issue.
    pub issue: IssueRef,
    /// The label `component`; empty without one.
    pub component: String,
    /// Its episodes in these days.
    pub episodes: u32,
}
