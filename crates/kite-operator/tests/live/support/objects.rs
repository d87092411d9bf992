//! Objects as tests want them.

use jiff::SignedDuration;
use serde_json::{Value, json};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Running,
    Failed,
    Succeeded,
}

impl Outcome {
    /// The status of a run that ended so.
    pub fn status(self) -> Value {
        let (status, reason) = match self {
            Self::Running => ("Unknown", "Running"),
            Self::Failed => ("False", "Failed"),
            Self::Succeeded => ("True", "Succeeded"),
        };
        json!({
            "conditions": [{"type": "Succeeded", "status": status, "reason": reason, "message": "Tasks Completed: 3"}],
            "childReferences": [{"apiVersion": "tekton.dev/v1", "kind": "TaskRun", "name": "init"}],
        })
    }
}

/// A run that began some minutes ago. Runs of one test are created within a second, which says
/// nothing of their order.
pub fn began(minutes_ago: i64, mut run: Value) -> Value {
    let start = kite_operator::clock::now() - SignedDuration::from_mins(minutes_ago);
    run["status"]["startTime"] = format!("{start:.0}").into();
    run
}

/// A push build of a component.
pub fn run(name: &str, component: &str, outcome: Outcome) -> Value {
    json!({
        "apiVersion": "tekton.dev/v1", "kind": "PipelineRun",
        "metadata": {
            "name": name,
            "labels": {
                "pipelines.appstudio.openshift.io/type": "build",
                "appstudio.openshift.io/application": "shop",
                "appstudio.openshift.io/component": component,
                "pipelinesascode.tekton.dev/event-type": "push",
            },
            "annotations": {"pipelinesascode.tekton.dev/branch": "main"},
        },
        "spec": {},
        "status": outcome.status(),
    })
}
