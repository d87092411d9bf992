//! `/api/v1/issues/summary`: all counts of a dashboard in one call.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kite_api::Summary;

use super::answer::fresh;
use super::parameters::Filters;
use crate::app::App;
use crate::input::query::Filtering;
use crate::problem::Problem;
use crate::use_cases::issues;
use crate::wire;

/// Counts issues by state, severity, type and application.
#[utoipa::path(get, path = "/api/v1/issues/summary", tag = "issues", params(Filters),
    responses((status = 200, description = "All counts", body = Summary)))]
pub async fn summarize(
    State(app): State<App>,
    headers: HeaderMap,
    Filtering(filter): Filtering,
) -> Result<Response, Problem> {
    let (counts, deadlines) = issues::count_issues(&app, &filter).await?;
    fresh(&headers, &wire::summary(counts, deadlines))
}
