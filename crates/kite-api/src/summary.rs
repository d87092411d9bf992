//! All counts of a dashboard in one call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Counts over the issues that match the filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Active and resolved issues together.
    pub total: Count,
    /// By severity.
    pub by_severity: BTreeMap<String, Count>,
    /// By issue type.
    pub by_type: BTreeMap<String, Count>,
    /// By application; issues without one are under the empty name.
    pub by_application: BTreeMap<String, Count>,
    /// Issues whose last episode ended in the last 24 hours.
    pub resolved_last24h: u64,
    /// Active issues that should be fixed by now.
    pub overdue: u64,
    /// Active issues that must be fixed within the next 7 days.
    pub due_soon: u64,
}

/// Issues by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Count {
    /// Broken right now.
    pub active: u64,
    /// Over.
    pub resolved: u64,
}
