//! Is anything blocking me?

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::SignedDuration;
use kite_core::trend::{self, Days, Place as Part};
use kite_core::{IssueFilter, IssueType, Severity, State as Standing, Stretch};
use kite_dashboard::overview::{Count, Day, Overview, Silent, Strip, Strips};
use kite_dashboard::row::Row;
use kite_dashboard::shell::{Place, Shell};
use kite_store::{Cube, ListQuery, Sort, Start};

use super::html::page;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;
use crate::use_cases::sources::list_sources;

/// The worst issues that are shown.
const WORST: u32 = 10;
/// Resolved issues that are shown.
const RESOLVED: u32 = 10;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Days of a strip.
const DAYS: u16 = 14;
/// Open and ended episodes that are looked at, each.
const MOST_STRETCHES: u32 = 2_000;
/// Applications or components that have a strip.
const STRIPS: usize = 12;

/// Active issues by severity and type.
type Active = BTreeMap<(Severity, IssueType), u64>;

/// Shows what is broken, and how it was yesterday.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let all = IssueFilter::all(visit.reach.clone());
    let active = IssueFilter { states: vec![Standing::Active], ..all.clone() };
    let worst = ListQuery { filter: active, sort: Sort::Worst, limit: WORST, start: Start::Offset(0) };
    let (yesterday, days) = (visit.now - DAY, Days::until(visit.now, DAYS));
    let (shell, cube, before, worst, resolved, counts, due, stretches, silent) = tokio::try_join!(
        visit.shell(&app, Place::Overview, "Overview"),
        async { Ok::<_, Problem>(app.store.cube(&all).await?.unwrap_or_default()) },
        async { Ok::<_, Problem>(app.store.active_at(&all, yesterday).await?) },
        async { Ok::<_, Problem>(app.store.issue_list(&worst).await?) },
        async { Ok::<_, Problem>(app.store.resolved_list(&all, yesterday, RESOLVED).await?) },
        async { Ok::<_, Problem>(app.store.resolved_count(&all, yesterday).await?) },
        async { Ok::<_, Problem>(app.store.due_counts(&all, visit.now, visit.now).await?) },
        async { Ok::<_, Problem>(app.store.stretches(&all, days.start(), MOST_STRETCHES).await?) },
        silent(&app, &visit),
    )?;
    let now = active_now(&cube);
    let rows = |issues: Vec<_>| issues.into_iter().map(|issue| Row::new(issue, visit.now)).collect();
    let mut strips = strips(&stretches.stretches, days, &shell);
    strips.retain(|strips| !strips.strips.is_empty());
    let overview = Overview {
        severities: Severity::ALL.iter().rev().map(|of| count(&now, &before, *of, |key| key.0 == *of)).collect(),
        types: IssueType::ALL.iter().map(|of| count(&now, &before, *of, |key| key.1 == *of)).collect(),
        worst: rows(worst.issues),
        resolved: rows(resolved),
        resolved_count: counts,
        strips,
        overdue: due.0,
        silent,
        is_new: cube.is_empty(),
        live: visit.live(&visit.address),
        shell,
    };
    page(StatusCode::OK, &overview, &visit.cookies)
}

fn active_now(cube: &Cube) -> Active {
    let active = cube.iter().filter(|((state, ..), _)| *state == Standing::Active);
    active.map(|((_, severity, issue_type), n)| ((*severity, *issue_type), *n)).collect()
}

fn count<T>(now: &Active, before: &Active, of: T, is_counted: impl Fn(&(Severity, IssueType)) -> bool) -> Count<T> {
    let sum = |active: &Active| active.iter().filter(|(key, _)| is_counted(key)).map(|(_, n)| n).sum();
    Count { of, now: sum(now), yesterday: sum(before) }
}

/// The last days of applications, where there are several, and of components.
fn strips(stretches: &[Stretch], days: Days, shell: &Shell) -> Vec<Strips> {
    let applications = trend::by_application(stretches);
    let groups = [("application", applications), ("component", trend::by_component(stretches))];
    let strips = groups.map(|(of, groups)| Strips { of, strips: worst_first(groups, days, shell) });
    strips.into_iter().filter(|strips| strips.of == "component" || strips.strips.len() > 1).collect()
}

fn worst_first(groups: BTreeMap<Part<'_>, Vec<&Stretch>>, days: Days, shell: &Shell) -> Vec<Strip> {
    let named = groups.into_iter().filter(|(part, _)| !name(part).is_empty());
    let mut strips: Vec<_> = named.map(|(part, group)| (worst(&group), strip(part, &group, days, shell))).collect();
    // Stable, so that what is equal stays in the order of the names.
    strips.sort_by_key(|(worst, strip)| Reverse((*worst, strip.active)));
    strips.truncate(STRIPS);
    strips.into_iter().map(|(_, strip)| strip).collect()
}

fn name<'a>(part: &Part<'a>) -> &'a str {
    if part.component.is_empty() { part.application } else { part.component }
}

/// The worst that is broken now.
fn worst(group: &[&Stretch]) -> Option<Severity> {
    group.iter().filter(|stretch| stretch.ended_at.is_none()).map(|stretch| stretch.severity).max()
}

fn strip(part: Part<'_>, group: &[&Stretch], days: Days, shell: &Shell) -> Strip {
    let health = trend::strip(group.iter().copied(), days);
    let day = |(date, day): (_, trend::DayHealth)| Day { date, worst: day.worst, issues: day.issues.into() };
    let parameter = if part.component.is_empty() { "application" } else { "component" };
    let address = shell.in_namespace("/issues").with("namespace", part.namespace).with(parameter, name(&part));
    let is_elsewhere = shell.namespace.is_none() && shell.namespaces.len() > 1;
    Strip {
        name: if is_elsewhere { format!("{} / {}", part.namespace, name(&part)) } else { name(&part).to_owned() },
        address: address.with("state", kite_dashboard::facet::ANY),
        active: group.iter().filter(|stretch| stretch.ended_at.is_none()).count() as u64,
        days: days.dates().into_iter().zip(health).map(day).collect(),
    }
}

/// Sources that should have been heard of by now.
async fn silent(app: &App, visit: &Visit) -> Result<Vec<Silent>, Problem> {
    let (sources, _) = list_sources(app, &visit.asking).await?;
    let silent = sources.into_iter().filter(|(_, is_silent)| *is_silent);
    Ok(silent.map(|(source, _)| Silent { name: source.name, heard_at: source.last_heard_at }).collect())
}
