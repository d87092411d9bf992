//! A server that says what a test wants, also what KITE never would.

use std::process::Command;

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::{Ran, kite_asking};

/// The id of the first made-up issue.
pub const ID: &str = "01a21ab7-2fef-77b6-8721-7d12e69a91ae";

/// A server that says what a test wants.
pub struct Fake {
    /// Where it serves.
    pub url: String,
    /// The program's configuration, and whatever a test writes.
    pub folder: tempfile::TempDir,
    server: MockServer,
    runtime: Runtime,
}

impl Fake {
    /// A server that knows nothing yet.
    pub fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(MockServer::start());
        Self { url: server.uri(), folder: tempfile::tempdir().unwrap(), server, runtime }
    }

    /// A server that knows these issues.
    pub fn with(issues: &[Value]) -> Self {
        let fake = Self::start();
        fake.answer("/issues", page(issues));
        fake
    }

    /// Answers requests for a path below `/api/v1` like this.
    pub fn answer(&self, at: &str, answer: Value) {
        self.mount(Mock::given(path(format!("/api/v1{at}"))).respond_with(json_of(answer)));
    }

    /// Answers as the mock says.
    pub fn mount(&self, mock: Mock) {
        self.runtime.block_on(self.server.register(mock));
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Request> {
        self.runtime.block_on(self.server.received_requests()).unwrap()
    }

    /// The program, which asks this server.
    pub fn kite(&self) -> Command {
        kite_asking(&self.url, self.folder.path())
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.kite().args(arguments).output().unwrap().into()
    }
}

/// An answer in JSON.
pub fn json_of(value: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(value)
}

/// A page of a list that has no more.
pub fn page(issues: &[Value]) -> Value {
    json!({"data": issues, "total": issues.len(), "limit": 1_000, "offset": 0})
}

/// An issue with another title, and whatever else is given.
pub fn issue(title: &str, more: Value) -> Value {
    let time = "2020-01-01T00:00:00Z";
    let mut issue = json!({
        "id": ID, "title": title, "description": "", "severity": "major", "issueType": "build", "state": "ACTIVE",
        "detectedAt": time, "resolvedAt": null, "namespace": "team-a", "scopeId": ID, "links": [], "relatedFrom": [],
        "scope": {"id": ID, "resourceType": "component", "resourceName": "shop", "resourceNamespace": "team-a"},
        "relatedTo": [], "createdAt": time, "updatedAt": time, "cluster": "", "variant": "", "labels": {},
        "count": 1, "episodes": 1, "lastFailedAt": time, "runId": "1", "cause": null, "reason": null, "dueAt": null,
        "expiresAt": null,
    });
    let (Value::Object(issue_fields), Value::Object(more)) = (&mut issue, more) else { panic!("an object is meant") };
    issue_fields.extend(more);
    issue
}
