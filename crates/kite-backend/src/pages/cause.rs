//! One cause.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kite_core::Issue;
use kite_core::affected::{Group, by_namespace, by_reason};
use kite_dashboard::cause::{CausePage, Example, Namespace, Reason};
use kite_dashboard::overview::Day;
use kite_dashboard::query::Address;
use kite_dashboard::shell::Place;

use super::causes::row;
use super::html::page;
use super::trends::day;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;
use crate::routes::parameters::CauseKey;
use crate::use_cases::causes::read_cause;

/// Issues of a reason that are named.
const EXAMPLES: usize = 10;

/// Shows a cause.
pub async fn show(State(app): State<App>, visit: Visit, CauseKey(key): CauseKey) -> Result<Response, Problem> {
    let story = read_cause(&app, &visit.asking, &key).await?;
    let spreads = BTreeMap::from([(story.cause.key.clone(), story.spread)]);
    let cause = row(story.cause, &spreads);
    let shell = visit.shell(&app, Place::Causes, cause.headline.as_str()).await?;
    let issues = shell.in_namespace("/issues").with("cause", &cause.key);
    let dates = story.days.dates();
    let strip = dates.iter().zip(&story.health).map(|(date, health)| Day {
        date: *date,
        worst: health.worst,
        issues: health.issues.into(),
    });
    let cause = CausePage {
        reasons: by_reason(&story.issues).iter().map(reason).collect(),
        namespaces: by_namespace(&story.issues).iter().map(|group| namespace(group, &issues)).collect(),
        movement: story.movement,
        active_yesterday: story.active_yesterday,
        strip: strip.collect(),
        days: dates.iter().copied().zip(story.daily).map(day).collect(),
        is_complete: story.is_complete,
        live: Address::new("/live").with("cause", &cause.key),
        cause,
        shell,
    };
    page(StatusCode::OK, &cause, &visit.cookies)
}

fn reason(group: &Group<'_>) -> Reason {
    Reason {
        name: group.name.to_owned(),
        remedy: group.remedy().map(str::to_owned),
        issues: group.issues.len() as u64,
        components: group.components() as u64,
        examples: group.issues.iter().take(EXAMPLES).map(|issue| example(issue)).collect(),
    }
}

fn example(issue: &Issue) -> Example {
    Example {
        id: issue.id,
        title: issue.title.clone(),
        severity: issue.severity,
        namespace: issue.identity.scope.namespace.clone(),
    }
}

fn namespace(group: &Group<'_>, issues: &Address) -> Namespace {
    Namespace {
        name: group.name.to_owned(),
        address: issues.with("namespace", group.name),
        issues: group.issues.len() as u64,
        components: group.components() as u64,
    }
}
