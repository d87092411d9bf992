//! What issues have in common, as a list.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kite_core::attribution::is_named;
use kite_core::{IssueFilter, State as Standing};
use kite_dashboard::causes::{Cause, Causes};
use kite_dashboard::facet::{Facet, chips, label};
use kite_dashboard::query::Address;
use kite_dashboard::same::{Hidden, Same};
use kite_dashboard::shell::Place;
use kite_store::{Dimension, Spread};

use super::facets::{Counts, uncounted};
use super::html::page;
use super::visit::Visit;
use crate::app::App;
use crate::input::cursor;
use crate::input::query::Parameters;
use crate::problem::Problem;
use crate::use_cases::causes::list_causes;
use crate::wire;

/// Applications that the filter offers.
const MOST_APPLICATIONS: u32 = 50;

/// Shows the list of causes.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let query = visit.address.query();
    let query = Parameters::of_query(&query)?.cause_listing(&visit.asking, visit.reach.clone(), visit.now)?;
    let ((found, spreads), shell, facets) = tokio::try_join!(
        list_causes(&app, &visit.asking, &query),
        visit.shell(&app, Place::Causes, "Causes"),
        facets(&app, &visit, &query.filter),
    )?;
    let causes = Causes {
        causes: found.causes.into_iter().map(|cause| row(cause, &spreads)).collect(),
        total: found.total,
        is_complete: found.is_complete,
        next: found.next.map(|next| visit.address.with("cursor", &cursor::write_cause(&next))),
        facets,
        chips: chips(&visit.address),
        // Whatever the state: one that is resolved changes a cause, too.
        live: visit.live(&visit.address.without("state").without("limit")),
        shell,
    };
    page(StatusCode::OK, &causes, &visit.cookies)
}

/// A cause as pages show it.
pub fn row(cause: kite_store::Cause, spreads: &BTreeMap<String, Spread>) -> Cause {
    let spread = spreads.get(&cause.key).copied().unwrap_or_default();
    let said = cause.example.headline().to_owned();
    let (headline, detail) = if is_named(&cause.key) { (cause.key.clone(), said) } else { (said, cause.key.clone()) };
    Cause {
        headline,
        detail,
        issue_type: cause.example.issue_type,
        severity: cause.severity,
        is_active: cause.state == Standing::Active,
        issues: cause.issues,
        namespaces: cause.namespaces,
        components: cause.components,
        first_seen_at: cause.first_seen_at,
        last_seen_at: cause.last_seen_at,
        resolved_at: cause.resolved_at,
        due_at: cause.due_at,
        overdue: cause.overdue,
        hidden: hidden(spread),
        key: cause.key,
    }
}

/// Who else has the cause of an issue.
pub fn same(issue: &kite_core::Issue, spreads: &BTreeMap<String, Spread>) -> Option<Same> {
    let key = issue.cause.as_ref()?;
    let spread = spreads.get(key).copied().unwrap_or_default();
    let others = wire::cause::same(issue, spread).others;
    Some(Same { address: Address::of("/causes", key), others, namespaces: spread.namespaces, hidden: hidden(spread) })
}

fn hidden(spread: Spread) -> Hidden {
    Hidden { issues: spread.hidden_issues, namespaces: spread.hidden_namespaces }
}

/// The filters of the list. What stands beside their values elsewhere are issues, so here nothing does.
async fn facets(app: &App, visit: &Visit, filter: &IssueFilter) -> Result<Vec<Facet>, Problem> {
    let of_all = IssueFilter { applications: Vec::new(), components: Vec::new(), ..filter.clone() };
    let applications = app.store.top(&of_all, Dimension::Application, MOST_APPLICATIONS).await?;
    let (address, counts) = (&visit.address, Counts { cube: None, filter });
    let states = Standing::ALL.iter().map(|state| (state.to_string(), label("state", state.as_str()), None));
    Ok(vec![
        Facet::new("Severity", "severity", address, counts.severities()),
        Facet::new("Type", "issueType", address, counts.types()),
        Facet::new("Application", "application", address, applications.iter().map(|(name, _)| uncounted(name))),
        Facet::single("State", "state", address, Some(Standing::Active.as_str()), states),
    ])
}
