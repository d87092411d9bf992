//! `/api/v1/issues`: list and create.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kite_api::{CreateIssue, Issue, IssuePage};
use kite_store::Start;

use super::answer::{fresh, with_warnings, written};
use super::parameters::{Filters, InNamespace, Paging};
use crate::app::App;
use crate::input::query::Listing;
use crate::input::{Agent, Asking, Checked, Delivery, Json, cursor, issue};
use crate::problem::Problem;
use crate::use_cases::issues;
use crate::wire;

/// Lists issues, newest first.
#[utoipa::path(get, path = "/api/v1/issues", tag = "issues", params(Filters, Paging),
    responses((status = 200, description = "A page of issues", body = IssuePage)))]
pub async fn list_issues(
    State(app): State<App>,
    headers: HeaderMap,
    Listing(query): Listing,
) -> Result<Response, Problem> {
    let (page, relations) = issues::list_issues(&app, &query).await?;
    let shown = page.issues.into_iter().map(|issue| wire::issue(issue, &relations));
    let offset = match query.start {
        Start::Offset(offset) => offset,
        Start::After(_) => 0,
    };
    let page = IssuePage {
        data: shown.collect(),
        total: page.total,
        total_is_lower_bound: page.total_is_lower_bound,
        limit: query.limit,
        offset,
        next_cursor: page.next.as_ref().map(cursor::write),
    };
    fresh(&headers, &page)
}

/// Opens an issue, or updates the one of the same namespace, type and scope.
#[utoipa::path(post, path = "/api/v1/issues", tag = "issues", params(InNamespace), request_body = CreateIssue,
    responses((status = 201, description = "The issue, new or updated", body = Issue)))]
pub async fn create_issue(
    State(app): State<App>,
    asking: Asking,
    agent: Agent,
    delivery: Delivery,
    Json(sent): Json<CreateIssue>,
) -> Result<Response, Problem> {
    let rules = Arc::clone(&app.rules.borrow());
    let checked = sent.check(|request| issue::create(request, app.clock.now(), &rules, &delivery, asking.name()));
    let Checked { value: submission, warnings } = checked.map_err(Problem::Invalid)?;
    let created = issues::create_issue(&app, &asking, &agent, submission).await?;
    Ok(with_warnings(StatusCode::CREATED, written(&app, created).await?, &warnings))
}
