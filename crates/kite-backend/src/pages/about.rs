//! What runs here, and who reports.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kite_dashboard::about::{About, Rule, Source};
use kite_dashboard::shell::Place;
use kite_store::SourceKind;

use super::html::page;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;
use crate::use_cases::sources::list_sources;

/// Shows what runs here.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let (shell, (sources, _)) =
        tokio::try_join!(visit.shell(&app, Place::About, "About"), list_sources(&app, &visit.asking))?;
    let rules = app.rules.borrow().clone();
    let detectors = rules.detector_names().into_iter().map(|name| ("Detector", name.to_owned()));
    let webhooks = rules.webhook_names().map(|name| ("Webhook", name.to_owned()));
    let mut named: Vec<_> = detectors.chain(webhooks).map(|(kind, name)| Rule { kind, name }).collect();
    named.sort_by(|left, right| (left.kind, &left.name).cmp(&(right.kind, &right.name)));
    let about = About {
        version: app.settings.version.clone(),
        sources: sources.into_iter().map(source).collect(),
        rules: named,
        broken: app.broken_rules.borrow().clone(),
        shell,
    };
    page(StatusCode::OK, &about, &visit.cookies)
}

fn source((source, is_silent): (kite_store::Source, bool)) -> Source {
    let kind = match source.kind {
        SourceKind::Operator => "operator",
        SourceKind::Webhook => "webhook",
        SourceKind::Api => "program",
    };
    Source {
        kind,
        name: source.name,
        cluster: source.cluster,
        namespace: source.namespace,
        version: source.version,
        heard_at: source.last_heard_at,
        reports: source.reports,
        is_silent,
    }
}
