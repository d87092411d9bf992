//! Is anything blocking me?

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::SignedDuration;
use kite_core::{IssueFilter, IssueType, Severity, State as Standing};
use kite_dashboard::overview::{Count, Overview};
use kite_dashboard::row::Row;
use kite_dashboard::shell::Place;
use kite_store::{Cube, ListQuery, Sort, Start};

use super::html::page;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;

/// The worst issues that are shown.
const WORST: u32 = 10;
/// Resolved issues that are shown.
const RESOLVED: u32 = 10;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Shows what is broken, and how it was yesterday.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let all = IssueFilter::all(visit.reach.clone());
    let active = IssueFilter { states: vec![Standing::Active], ..all.clone() };
    let worst = ListQuery { filter: active, sort: Sort::Worst, limit: WORST, start: Start::Offset(0) };
    let yesterday = visit.now - DAY;
    let (shell, cube, worst, resolved) = tokio::try_join!(
        visit.shell(&app, Place::Overview, "Overview"),
        async { Ok::<_, Problem>(app.store.cube(&all).await?.unwrap_or_default()) },
        async { Ok::<_, Problem>(app.store.issue_list(&worst).await?) },
        async { Ok::<_, Problem>(app.store.resolved_list(&all, yesterday, RESOLVED).await?) },
    )?;
    let rows = |issues: Vec<_>| issues.into_iter().map(|issue| Row::new(issue, visit.now)).collect();
    let overview = Overview {
        severities: Severity::ALL.iter().rev().map(|of| count(&cube, *of, |key| key.1 == *of)).collect(),
        types: IssueType::ALL.iter().map(|of| count(&cube, *of, |key| key.2 == *of)).collect(),
        resolved_count: resolved.len() as u64,
        worst: rows(worst.issues),
        resolved: rows(resolved),
        strips: Vec::new(),
        strips_of: "application",
        silent: Vec::new(),
        is_new: cube.is_empty(),
        live: visit.address.at("/live"),
        shell,
    };
    page(StatusCode::OK, &overview, &visit.cookies)
}

fn count<T>(cube: &Cube, of: T, is_counted: impl Fn(&(Standing, Severity, IssueType)) -> bool) -> Count<T> {
    let counted = cube.iter().filter(|(key, _)| key.0 == Standing::Active && is_counted(key));
    let now = counted.map(|(_, count)| count).sum();
    Count { of, now, yesterday: now }
}
