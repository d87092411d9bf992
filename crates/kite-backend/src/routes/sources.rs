//! `/api/v1/sources`: who reports.

use axum::Json;
use axum::extract::State;
use kite_api::SourceList;

use super::parameters::InNamespace;
use crate::app::App;
use crate::input::Asking;
use crate::problem::Problem;
use crate::use_cases::sources;
use crate::wire;

/// Lists who reports, and when each was heard last.
///
/// A source of one namespace is shown to those who may read there, a source that reports for
/// several to everybody who may read anything.
#[utoipa::path(get, path = "/api/v1/sources", tag = "reports", params(InNamespace),
    responses((status = 200, description = "At most 1,000 sources, the last one that was heard first", body = SourceList)))]
pub async fn list_sources(State(app): State<App>, asking: Asking) -> Result<Json<SourceList>, Problem> {
    let (sources, is_complete) = sources::list_sources(&app, &asking).await?;
    let data = sources.into_iter().map(|(source, is_silent)| wire::source(source, is_silent)).collect();
    Ok(Json(SourceList { data, is_complete }))
}
