//! Builds pipeline runs for tests.

use kite_api::Report;
use serde_json::{Value, json};

use crate::judging;

pub(crate) const TYPE: &str = "pipelines.appstudio.openshift.io/type";
pub(crate) const PAC: &str = "pipelinesascode.tekton.dev";

/// A pipeline run as a test wants it: an ordinary push build of `frontend` that failed, changed.
pub(crate) struct Run(pub(crate) Value);

impl Run {
    pub(crate) fn build() -> Self {
        Self(json!({
            "apiVersion": "tekton.dev/v1",
            "kind": "PipelineRun",
            "metadata": {
                "name": "frontend-on-push-x7k2p",
                "namespace": "team-shop",
                "uid": "8c5f3b9e-0000-4000-8000-000000000001",
                "creationTimestamp": "2025-03-04T08:00:00Z",
                "generateName": "frontend-on-push-",
                "labels": {
                    TYPE: "build",
                    "appstudio.openshift.io/application": "shop",
                    "appstudio.openshift.io/component": "frontend",
                    "pipelinesascode.tekton.dev/original-prname": "frontend-on-push",
                    "pipelinesascode.tekton.dev/event-type": "push",
                },
                "annotations": {
                    "pipelinesascode.tekton.dev/branch": "refs/heads/main",
                    "pipelinesascode.tekton.dev/source-branch": "refs/heads/main",
                    "pipelinesascode.tekton.dev/repo-url": "https://github.com/acme/frontend",
                    "pipelinesascode.tekton.dev/sha-url": "https://github.com/acme/frontend/commit/abc",
                    "pipelinesascode.tekton.dev/git-provider": "github",
                },
            },
            "spec": {},
            "status": {
                "completionTime": "2025-03-04T08:12:00Z",
                "childReferences": [{"kind": "TaskRun", "name": "frontend-on-push-x7k2p-init"}],
                "conditions": [{
                    "type": "Succeeded",
                    "status": "False",
                    "reason": "Failed",
                    "message": "Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 8",
                }],
            },
        }))
    }

    pub(crate) fn of_pull_request(number: &str) -> Self {
        Self::build()
            .label(&format!("{PAC}/event-type"), "pull_request")
            .label(&format!("{PAC}/pull-request"), number)
            .annotation(&format!("{PAC}/source-branch"), "fix-cart")
    }

    pub(crate) fn of_test() -> Self {
        Self::build()
            .label(TYPE, "test")
            .label("test.appstudio.openshift.io/scenario", "smoke")
            .set("/metadata/name", json!("smoke-9xk2p"))
    }

    pub(crate) fn plain(name: &str) -> Self {
        Self::build()
            .set("/metadata/labels", json!({}))
            .set("/metadata/annotations", json!({}))
            .set("/metadata/generateName", json!(""))
            .set("/metadata/name", json!(name))
    }

    pub(crate) fn label(self, key: &str, value: &str) -> Self {
        self.metadata("labels", key, value)
    }

    pub(crate) fn annotation(self, key: &str, value: &str) -> Self {
        self.metadata("annotations", key, value)
    }

    fn metadata(mut self, map: &str, key: &str, value: &str) -> Self {
        self.0["metadata"][map][key] = json!(value);
        self
    }

    pub(crate) fn set(mut self, pointer: &str, value: Value) -> Self {
        *self.0.pointer_mut(pointer).unwrap() = value;
        self
    }

    pub(crate) fn ended(self, status: &str, reason: &str) -> Self {
        self.set("/status/conditions/0/status", json!(status)).set("/status/conditions/0/reason", json!(reason))
    }

    pub(crate) fn succeeded(self) -> Self {
        self.ended("True", "Completed")
    }

    pub(crate) fn reports(&self) -> Vec<Report> {
        judging::reports(&self.0)
    }

    pub(crate) fn report(&self) -> Report {
        <[Report; 1]>::try_from(self.reports()).unwrap()[0].clone()
    }
}
