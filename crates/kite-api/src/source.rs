//! Who reports.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Everybody who reports and may be shown to the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceList {
    /// The sources, the last one that was heard first.
    pub data: Vec<Source>,
    /// Whether these are all.
    pub is_complete: bool,
}

/// Somebody who reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// What it is.
    pub kind: SourceKind,
    /// The program or the caller; the name of the webhook.
    pub name: String,
    /// The cluster that it reports for; empty when there is only one.
    pub cluster: String,
    /// The only namespace that it reports for; empty when there may be several.
    pub namespace: String,
    /// The version of the program, as far as it says.
    pub version: String,
    /// When it was heard for the first time.
    pub first_heard_at: Timestamp,
    /// When it was heard last.
    pub last_heard_at: Timestamp,
    /// How many reports of it were taken.
    pub reports: u64,
    /// Whether it should have been heard since. Only operators are heard even when all is quiet.
    pub is_silent: bool,
}

/// What somebody who reports is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// An operator, which watches a cluster.
    Operator,
    /// A tool that posts to a webhook.
    Webhook,
    /// Anybody else.
    Api,
}
