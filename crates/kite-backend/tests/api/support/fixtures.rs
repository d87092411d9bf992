//! Requests with defaults; a test changes only what matters to it.

use serde_json::{Value, json};

/// A new issue of a component in `team-a`.
pub fn issue(component: &str) -> Value {
    json!({
        "title": format!("the build of {component} failed"),
        "description": "the compiler found a mistake",
        "severity": "major",
        "issueType": "build",
        "namespace": "team-a",
        "scope": {"resourceType": "component", "resourceName": component},
    })
}

/// A failing report of a component in `team-a`.
pub fn report(component: &str) -> Value {
    with(issue(component), json!({"verdict": "failing"}))
}

/// A healthy report of a component in `team-a`.
pub fn healthy(component: &str) -> Value {
    json!({
        "verdict": "healthy",
        "namespace": "team-a",
        "scope": {"resourceType": "component", "resourceName": component},
    })
}

/// The payload of `pipeline-failure`.
pub fn pipeline_failure() -> Value {
    json!({
        "pipelineName": "github.com/acme_shop@main",
        "namespace": "team-a",
        "failureReason": "2 of 9 updates failed",
        "runId": "renovate-01010101-1a2b3c4d",
    })
}

/// The payload of `pipeline-success`.
pub fn pipeline_success() -> Value {
    json!({"pipelineName": "github.com/acme_shop@main", "namespace": "team-a"})
}

/// The payload of `mintmaker-custom`.
pub fn mintmaker(kind: &str) -> Value {
    json!({
        "pipelineId": "github.com/acme_shop@main",
        "namespace": "team-a",
        "type": kind,
        "logs": ["the token has expired", "lock file: unknown error"],
    })
}

/// The payload of `release-failure`.
pub fn release_failure() -> Value {
    json!({
        "application": "shop",
        "namespace": "team-a",
        "failurePhase": "managed",
        "release": "shop-7",
        "pipelineRunUrl": "https://ci.example.org/ns/team-a/pipelinerun/managed-1",
    })
}

/// A value with some of its fields changed; null takes a field away.
pub fn with(mut value: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("changes are an object: {changes}") };
    for (key, change) in changes {
        match change {
            Value::Null => drop(value.as_object_mut().and_then(|fields| fields.remove(&key))),
            change => value[key] = change,
        }
    }
    value
}
