//! Who calls, and what the caller may do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who calls, and what the caller may do in a namespace, or in all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// The caller's name; null where nobody signs in.
    pub user: Option<String>,
    /// The caller's groups.
    pub groups: Vec<String>,
    /// The namespace that is meant; null: all.
    pub namespace: Option<String>,
    /// Whether the caller may `read`, `create`, `update`, `delete`, `resolve` issues, read what their logs said
    /// (`readLogs`) and `report`.
    pub may: BTreeMap<String, bool>,
}
