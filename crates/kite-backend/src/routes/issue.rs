//! `/api/v1/issues/{id}`: read, change, delete, resolve.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kite_api::{Issue, ResolveIssue, UpdateIssue};

use super::answer::{fresh, whole, with_warnings, written};
use super::parameters::{InNamespace, IssueId};
use crate::access::Verb;
use crate::app::App;
use crate::input::{Asking, Checked, Json, OptionalJson, issue};
use crate::problem::Problem;
use crate::use_cases::{causes, issues};
use crate::wire;

/// Reads an issue. The excerpt of its diagnosis is for those who may read logs in the namespace.
#[utoipa::path(get, path = "/api/v1/issues/{id}", tag = "issues", params(("id" = Uuid, Path), InNamespace),
    responses((status = 200, description = "The issue", body = Issue), (status = 304, description = "It is as known (`If-None-Match`)")))]
pub async fn get_issue(
    State(app): State<App>,
    asking: Asking,
    IssueId(id): IssueId,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let issue = asking.issue(&app, id).await?;
    let spread = causes::spread_of(&app, &asking, &issue).await?;
    let same_cause = spread.map(|spread| wire::cause::same(&issue, spread));
    let issue = issues::readable(&asking, issue).await?;
    fresh(&headers, &Issue { same_cause, ..whole(&app, issue).await? })
}

/// Changes the given fields of an issue.
#[utoipa::path(put, path = "/api/v1/issues/{id}", tag = "issues", params(("id" = Uuid, Path), InNamespace),
    request_body = UpdateIssue, responses((status = 200, description = "The issue after that", body = Issue)))]
pub async fn update_issue(
    State(app): State<App>,
    asking: Asking,
    IssueId(id): IssueId,
    Json(sent): Json<UpdateIssue>,
) -> Result<Response, Problem> {
    let found = asking.issue(&app, id).await?;
    let checked = sent.check(|request| issue::update(request, &found, app.clock.now()));
    let Checked { value: decisions, warnings } = checked.map_err(Problem::Invalid)?;
    let updated = issues::decide(&app, &asking, Verb::Update, found, decisions).await?;
    Ok(with_warnings(StatusCode::OK, written(&app, updated).await?, &warnings))
}

/// Deletes an issue.
#[utoipa::path(delete, path = "/api/v1/issues/{id}", tag = "issues", params(("id" = Uuid, Path), InNamespace),
    responses((status = 204, description = "It is gone")))]
pub async fn delete_issue(State(app): State<App>, asking: Asking, IssueId(id): IssueId) -> Result<StatusCode, Problem> {
    let found = asking.issue(&app, id).await?;
    issues::delete_issue(&app, &asking, &found).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Declares an issue resolved.
#[utoipa::path(post, path = "/api/v1/issues/{id}/resolve", tag = "issues", params(("id" = Uuid, Path), InNamespace),
    request_body = Option<ResolveIssue>, responses((status = 200, description = "The issue after that", body = Issue)))]
pub async fn resolve_issue(
    State(app): State<App>,
    asking: Asking,
    IssueId(id): IssueId,
    OptionalJson(sent): OptionalJson<ResolveIssue>,
) -> Result<Response, Problem> {
    let resolve = sent.check(|request| Ok(issue::resolve(request))).map_err(Problem::Invalid)?;
    let found = asking.issue(&app, id).await?;
    let resolved = issues::decide(&app, &asking, Verb::Resolve, found, vec![resolve]).await?;
    Ok(with_warnings(StatusCode::OK, written(&app, resolved).await?, &[]))
}
