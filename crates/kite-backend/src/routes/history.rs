//! `/api/v1/issues/{id}/history`: what happened to an issue.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use kite_api::History;

use super::answer::fresh;
use super::parameters::{InNamespace, IssueId};
use crate::app::App;
use crate::input::query::Parameters;
use crate::input::{Asking, cursor};
use crate::problem::Problem;
use crate::use_cases::issues;
use crate::wire;

/// Tells what happened to an issue, newest first.
#[utoipa::path(get, path = "/api/v1/issues/{id}/history", tag = "issues",
    params(("id" = Uuid, Path), InNamespace, ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "Its episodes and changes", body = History)))]
pub async fn read_history(
    State(app): State<App>,
    asking: Asking,
    IssueId(id): IssueId,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let parameters = Parameters::of(&uri)?;
    let before = parameters.place("cursor", cursor::read_history)?;
    let history = issues::read_history(&app, &asking, id, before, parameters.limit()?).await?;
    fresh(&headers, &wire::history(id, history))
}
