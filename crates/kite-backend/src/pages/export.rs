//! The list as a file.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use kite_api::IssueRow;
use kite_core::Issue;
use kite_store::{ListQuery, Start};

use super::list::listing;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;
use crate::wire;

/// Issues in a file; whoever wants more asks the interface for programs.
const MOST: usize = 10_000;
const PAGE: u32 = 1_000;

/// As a table.
pub async fn csv(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let failed = |error: csv::Error| Problem::Failed(error.into());
    let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    table.write_record(IssueRow::COLUMNS).map_err(failed)?;
    for issue in everything(&app, &visit).await? {
        table.serialize(IssueRow::from(wire::issue(issue, &[]))).map_err(failed)?;
    }
    let bytes = table.into_inner().map_err(|error| Problem::Failed(error.to_string().into()))?;
    Ok(file("text/csv; charset=utf-8", "issues.csv", bytes))
}

/// As the interface for programs gives it.
pub async fn json(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let issues = everything(&app, &visit).await?;
    let issues: Vec<_> = issues.into_iter().map(|issue| wire::issue(issue, &[])).collect();
    let bytes = serde_json::to_vec_pretty(&issues).map_err(|error| Problem::Failed(error.into()))?;
    Ok(file("application/json", "issues.json", bytes))
}

async fn everything(app: &App, visit: &Visit) -> Result<Vec<Issue>, Problem> {
    let mut query = ListQuery { limit: PAGE, ..listing(visit)? };
    let mut issues = Vec::new();
    while issues.len() < MOST {
        let page = app.store.issue_list(&query).await?;
        issues.extend(page.issues);
        let Some(next) = page.next else { break };
        query.start = Start::After(next);
    }
    Ok(issues)
}

fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let place = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, place.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, bytes).into_response()
}
