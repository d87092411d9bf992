//! What a client reads when something is wrong.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error answer: the fields of RFC 9457 plus `error` and `message`, which older clients read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// `about:blank`: the status says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status code.
    pub status: u16,
    /// What went wrong in this case.
    pub detail: String,
    /// The same as `title`, for older clients.
    pub error: String,
    /// The same as `detail`, for older clients.
    pub message: String,
    /// Names this request in the server's log.
    pub request_id: String,
    /// Every wrong field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<FieldError>,
}

/// One wrong field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Path of the field, such as `scope.resourceName` or `links[2].url`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}
