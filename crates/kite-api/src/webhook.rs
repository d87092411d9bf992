//! The answer to a webhook.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Issue;

/// What a webhook did. A failing one carries the issue, the others a sentence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WebhookResponse {
    /// `success`; absent when there was nothing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why nothing was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<String>,
    /// The issue that the failure belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Box<Issue>>,
    /// What was changed to make the payload fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}
