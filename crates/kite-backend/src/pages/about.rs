//! What runs here, and who reports.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kite_dashboard::about::{About, Rule};
use kite_dashboard::shell::Place;

use super::html::page;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;

/// Shows what runs here.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let shell = visit.shell(&app, Place::About, "About").await?;
    let rules = app.rules.borrow().clone();
    let detectors = rules.detector_names().into_iter().map(|name| ("Detector", name.to_owned()));
    let webhooks = rules.webhook_names().map(|name| ("Webhook", name.to_owned()));
    let mut named: Vec<_> = detectors.chain(webhooks).map(|(kind, name)| Rule { kind, name }).collect();
    named.sort_by(|left, right| (left.kind, &left.name).cmp(&(right.kind, &right.name)));
    let about =
        About { version: app.settings.version.clone(), sources: Vec::new(), rules: named, broken: Vec::new(), shell };
    page(StatusCode::OK, &about, &visit.cookies)
}
