//! One cause.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kite_api::DecideCause;
use kite_core::Issue;
use kite_core::affected::{Group, by_namespace, by_reason};
use kite_dashboard::cause::{CausePage, Example, Merged, Namespace, Reason};
use kite_dashboard::facet::ANY;
use kite_dashboard::overview::Day;
use kite_dashboard::query::Address;
use kite_dashboard::shell::Place;
use kite_store::CauseDecision;

use super::causes::row;
use super::html::{page, redirect};
use super::session;
use super::trends::day;
use super::visit::Visit;
use crate::access::Verb;
use crate::app::App;
use crate::input::Form;
use crate::input::cause::decision;
use crate::problem::Problem;
use crate::routes::parameters::{CauseKey, IssueId};
use crate::use_cases::causes::{decide, list_decisions, read_cause};

/// Shows a cause.
pub async fn show(State(app): State<App>, visit: Visit, CauseKey(key): CauseKey) -> Result<Response, Problem> {
    let story = read_cause(&app, &visit.asking, &key).await?;
    let places = by_namespace(&story.issues);
    let names = places.iter().map(|group| group.name.to_owned()).collect();
    let (mergeable, decisions) = tokio::try_join!(
        visit.asking.allowed(Verb::Update, names),
        list_decisions(&app, &visit.asking, Some(&story.cause.key)),
    )?;
    let spreads = BTreeMap::from([(story.cause.key.clone(), story.spread)]);
    let cause = row(story.cause, &spreads);
    let shell = visit.shell(&app, Place::Causes, cause.headline.as_str()).await?;
    let issues = shell.in_namespace("/issues").with("cause", &cause.key);
    // A list is of what is broken now, unless it is asked for more.
    let issues = if cause.is_active { issues } else { issues.with("state", ANY) };
    let cause = CausePage {
        reasons: by_reason(&story.issues).iter().map(reason).collect(),
        namespaces: places.iter().map(|group| namespace(group, &issues)).collect(),
        merged: decisions.into_iter().map(|one| merged(one, &mergeable)).collect(),
        mergeable: mergeable.into_iter().collect(),
        movement: story.movement,
        active_yesterday: story.active_yesterday,
        suspicions: story.suspicions,
        others: story.others,
        strip: Day::all(story.days, story.health),
        days: story.days.dates().into_iter().zip(story.daily).map(day).collect(),
        is_complete: story.is_complete,
        live: visit.live(&shell.in_namespace("/live").with("cause", &cause.key)),
        issues,
        cause,
        shell,
    };
    page(StatusCode::OK, &cause, &visit.cookies)
}

/// Puts a cause down to another one, in one namespace.
pub async fn merge(
    State(app): State<App>,
    visit: Visit,
    CauseKey(key): CauseKey,
    form: Form,
) -> Result<Response, Problem> {
    let text = |name| form.text(name).map(str::to_owned);
    let request = DecideCause { namespace: text("namespace"), cause: Some(key), issues: None, into: text("into") };
    decided(&app, visit, request, "Done: it holds in this namespace, also for what comes later.").await
}

/// Puts an issue down to another cause, or to one of its own.
pub async fn split(
    State(app): State<App>,
    visit: Visit,
    IssueId(id): IssueId,
    form: Form,
) -> Result<Response, Problem> {
    let issue = visit.asking.issue(&app, id).await?;
    let request = DecideCause {
        namespace: Some(issue.identity.scope.namespace),
        cause: issue.cause,
        issues: Some(vec![id.to_string()]),
        into: form.text("into").map(str::to_owned),
    };
    decided(&app, visit, request, "Done: it holds as long as the issue fails as it does now.").await
}

/// Shows the cause as it is then.
async fn decided(app: &App, visit: Visit, request: DecideCause, said: &str) -> Result<Response, Problem> {
    let decision = decision(request, visit.now, visit.asking.name()).map_err(Problem::Invalid)?.value;
    let decision = decide(app, &visit.asking, decision).await?;
    let cookies: Vec<_> = visit.cookies.into_iter().chain(session::notice(said)).collect();
    Ok(redirect(&Address::of("/causes", &decision.into).to_string(), &cookies))
}

fn merged(decision: CauseDecision, mergeable: &BTreeSet<String>) -> Merged {
    Merged { may_undo: mergeable.contains(&decision.namespace), namespace: decision.namespace, cause: decision.cause }
}

fn reason(group: &Group<'_>) -> Reason {
    Reason {
        name: group.name.to_owned(),
        remedy: group.remedy().map(str::to_owned),
        issues: group.issues.len() as u64,
        components: group.components() as u64,
        examples: group.examples().iter().map(|issue| example(issue)).collect(),
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
