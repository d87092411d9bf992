//! How it went.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use kite_core::trend::Daily;
use kite_dashboard::chart;
use kite_dashboard::shell::Place;
use kite_dashboard::trends::{Component, Flapping, Trends};

use super::html::page;
use super::visit::Visit;
use crate::app::App;
use crate::input::query::Parameters;
use crate::problem::Problem;
use crate::use_cases::trends::read_trends;

/// Shows how it went.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let query = visit.address.query();
    let parameters = Parameters::of_query(&query)?;
    let days = parameters.days()?;
    let filter = parameters.filter(&visit.asking, visit.reach.clone(), visit.now)?;
    let (shell, read) = tokio::try_join!(visit.shell(&app, Place::Trends, "Trends"), read_trends(&app, &filter, days))?;
    let components = read.components.into_iter().map(|part| {
        let address = shell.in_namespace("/issues").with("namespace", &part.namespace).with("state", "any");
        let name = if part.component.is_empty() { &part.application } else { &part.component };
        let parameter = if part.component.is_empty() { "application" } else { "component" };
        Component { address: address.with(parameter, name), name: name.clone(), broken_for: part.active }
    });
    let flapping = read.flapping.into_iter().map(|(issue, episodes)| Flapping {
        id: issue.id,
        title: issue.title,
        episodes: episodes.into(),
    });
    let trends = Trends {
        days: read.days.dates().into_iter().zip(read.daily).map(day).collect(),
        recovery: read.mean_time_to_recovery,
        components: components.filter(|component| !component.name.is_empty()).collect(),
        flapping: flapping.collect(),
        is_complete: read.is_complete,
        shell,
    };
    page(StatusCode::OK, &trends, &visit.cookies)
}

/// A day of a chart.
pub fn day((date, daily): (Date, Daily)) -> chart::Daily {
    chart::Daily {
        date,
        opened: daily.opened.into(),
        resolved: daily.resolved.into(),
        active: daily.active_at_end.into(),
    }
}
