//! `/api/v1/issues/{id}/related`: which issues have to do with each other.

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use kite_api::{Message, RelateIssue};
use uuid::Uuid;

use super::parameters::{InNamespace, IssueId, RelatedId};
use crate::app::App;
use crate::input::{Asking, Json};
use crate::problem::Problem;
use crate::use_cases::relations;

/// Says that an issue has to do with another of its namespace.
#[utoipa::path(post, path = "/api/v1/issues/{id}/related", tag = "issues", params(("id" = Uuid, Path), InNamespace),
    request_body = RelateIssue, responses((status = 201, description = "They are related now", body = Message)))]
pub async fn relate(
    State(app): State<App>,
    asking: Asking,
    IssueId(id): IssueId,
    Json(sent): Json<RelateIssue>,
) -> Result<(StatusCode, JsonAnswer<Message>), Problem> {
    let request = sent.check(Ok).map_err(Problem::Invalid)?;
    let related = request.related_id.filter(|text| !text.trim().is_empty());
    let related = related.ok_or_else(|| Problem::invalid("relatedId", "is required"))?;
    let related: Uuid = related.trim().parse().map_err(|_| Problem::invalid("relatedId", "must be a UUID"))?;
    relations::relate(&app, &asking, id, related).await?;
    let message = "Issues related successfully".to_owned();
    Ok((StatusCode::CREATED, JsonAnswer(Message { message })))
}

/// Takes that back.
#[utoipa::path(delete, path = "/api/v1/issues/{id}/related/{relatedId}", tag = "issues",
    params(("id" = Uuid, Path), ("relatedId" = Uuid, Path), InNamespace),
    responses((status = 204, description = "They are not related any more")))]
pub async fn unrelate(
    State(app): State<App>,
    asking: Asking,
    IssueId(id): IssueId,
    RelatedId(related): RelatedId,
) -> Result<StatusCode, Problem> {
    relations::unrelate(&app, &asking, id, related).await?;
    Ok(StatusCode::NO_CONTENT)
}
