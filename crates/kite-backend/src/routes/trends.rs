//! `/api/v1/trends`: what was broken when.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kite_api::Trends;

use super::answer::fresh;
use super::parameters::{Filters, Window};
use crate::app::App;
use crate::input::query::Trending;
use crate::problem::Problem;
use crate::use_cases::trends;
use crate::wire;

/// Tells what was broken in the last days, of the issues that match now.
#[utoipa::path(get, path = "/api/v1/trends", tag = "issues", params(Filters, Window),
    responses((status = 200, description = "What was broken", body = Trends)))]
pub async fn read_trends(
    State(app): State<App>,
    headers: HeaderMap,
    Trending { filter, days }: Trending,
) -> Result<Response, Problem> {
    fresh(&headers, &wire::trends(trends::read_trends(&app, &filter, days).await?))
}
