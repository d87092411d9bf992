//! `/api/v1/causes`: what issues have in common.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kite_api::{CauseDetails, CauseList};

use super::answer::fresh;
use super::parameters::{CauseKey, CausePaging, Filters, InNamespace};
use crate::app::App;
use crate::input::cause::CauseListing;
use crate::input::{Asking, cursor};
use crate::problem::Problem;
use crate::use_cases::causes;
use crate::wire;

/// Lists what issues have in common: what is overdue first, then what reaches furthest.
///
/// Causes are told from the issues that match and that the caller may read. What the caller may
/// not read is a number. `state=RESOLVED` lists causes whose last issue was resolved in the last 14 days.
#[utoipa::path(get, path = "/api/v1/causes", tag = "causes", params(Filters, CausePaging),
    responses((status = 200, description = "A page of causes", body = CauseList)))]
pub async fn list_causes(
    State(app): State<App>,
    headers: HeaderMap,
    CauseListing { asking, query }: CauseListing,
) -> Result<Response, Problem> {
    let (page, spreads) = causes::list_causes(&app, &asking, &query).await?;
    let shown = page.causes.into_iter().map(|cause| {
        let spread = spreads.get(&cause.key).copied().unwrap_or_default();
        wire::cause::cause(cause, spread)
    });
    let list = CauseList {
        data: shown.collect(),
        total: page.total,
        is_complete: page.is_complete,
        limit: query.limit,
        next_cursor: page.next.as_ref().map(cursor::write_cause),
    };
    fresh(&headers, &list)
}

/// Reads one cause: its issues by reason and by namespace, and how it went.
///
/// A cause of which the caller may read nothing is the same 404 as none.
#[utoipa::path(get, path = "/api/v1/causes/{key}", tag = "causes", params(("key" = String, Path), InNamespace),
    responses((status = 200, description = "The cause", body = CauseDetails)))]
pub async fn read_cause(
    State(app): State<App>,
    asking: Asking,
    CauseKey(key): CauseKey,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    fresh(&headers, &wire::cause::details(causes::read_cause(&app, &asking, &key).await?))
}
