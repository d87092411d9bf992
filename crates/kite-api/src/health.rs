//! Health and version, as existing clients read them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether the service and what it needs are up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `UP` or `DOWN`.
    pub status: String,
    /// The status in words.
    pub message: String,
    /// When it was looked at.
    pub timestamp: Timestamp,
    /// `api`, `database` and `response_time`.
    pub components: BTreeMap<String, Component>,
}

/// The health of one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Component {
    /// `UP` or `DOWN`.
    pub status: String,
    /// The status in words.
    pub message: String,
    /// Figures, as text.
    pub details: BTreeMap<String, String>,
}

/// Which KITE this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// The version.
    pub version: String,
    /// The service's name.
    pub name: String,
    /// What it is for.
    pub description: String,
}
