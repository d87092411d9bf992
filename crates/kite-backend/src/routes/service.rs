//! `/api/v1/health` and `/api/v1/version`: the service itself.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use kite_api::{Component, Health, Version};
use kite_store::Pulse;

use crate::access::Caller;
use crate::app::App;

const PATIENCE: Duration = Duration::from_secs(5);
const UP: &str = "UP";
const DOWN: &str = "DOWN";

/// Says whether the service and its database are up.
#[utoipa::path(get, path = "/api/v1/health", tag = "service", responses(
    (status = 200, description = "All is up", body = Health), (status = 503, description = "The database is down", body = Health)))]
pub async fn health(State(app): State<App>, caller: Option<Extension<Caller>>) -> (StatusCode, Json<Health>) {
    let begun = Instant::now();
    let pulse = tokio::time::timeout(PATIENCE, app.store.pulse()).await;
    let took = begun.elapsed();
    let pulse = pulse.ok().and_then(|pulse| {
        pulse.inspect_err(|error| tracing::warn!(error = error as &dyn std::error::Error, "the database is down")).ok()
    });
    let (code, status, message) = match pulse {
        Some(_) => (StatusCode::OK, UP, "All systems operational"),
        None => (StatusCode::SERVICE_UNAVAILABLE, DOWN, "The database cannot be reached"),
    };
    // Strangers learn no more than whether it is up.
    let components = match caller {
        Some(_) => BTreeMap::from([
            ("api".to_owned(), api(&app.settings.version)),
            ("database".to_owned(), database(pulse.as_ref(), took)),
            ("response_time".to_owned(), response_time(took)),
        ]),
        None => BTreeMap::new(),
    };
    let timestamp = app.clock.now();
    (code, Json(Health { status: status.to_owned(), message: message.to_owned(), timestamp, components }))
}

/// Says which version this is.
#[utoipa::path(get, path = "/api/v1/version", tag = "service",
    responses((status = 200, description = "The version", body = Version)))]
pub async fn version(State(app): State<App>) -> Json<Version> {
    Json(Version {
        version: app.settings.version.clone(),
        name: "KITE".to_owned(),
        description: "Keeps one live list of what is broken right now and blocks a release".to_owned(),
    })
}

fn api(version: &str) -> Component {
    component(UP, "The API answers", [("version", version.to_owned())])
}

fn database(pulse: Option<&Pulse>, took: Duration) -> Component {
    let seconds = ("response_time_seconds", seconds(took));
    let Some(pulse) = pulse else {
        let down = [("connection_status", "disconnected".to_owned()), seconds];
        return component(DOWN, "The database cannot be reached", down);
    };
    let up = [
        ("connection_status", "connected".to_owned()),
        seconds,
        ("engine", pulse.engine.to_owned()),
        ("open_connections", pulse.open_connections.to_string()),
        ("idle_connections", pulse.idle_connections.to_string()),
        ("max_open_connections", pulse.max_connections.to_string()),
        ("feed_lag_seconds", format!("{:.3}", pulse.feed_lag_seconds)),
    ];
    component(UP, "The database answers", up)
}

fn response_time(took: Duration) -> Component {
    component(UP, "The time that the database took to answer", [("duration_seconds", seconds(took))])
}

fn component<const N: usize>(status: &str, message: &str, details: [(&str, String); N]) -> Component {
    let details = details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Component { status: status.to_owned(), message: message.to_owned(), details }
}

fn seconds(duration: Duration) -> String {
    format!("{:.6}", duration.as_secs_f64())
}
