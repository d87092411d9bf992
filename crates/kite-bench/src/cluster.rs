//! A real API server with many objects, and an operator beside it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::{StreamExt, TryStreamExt, stream};
use kite_test_cluster::{Cluster, Options, Programs};
use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    fill::now,
    program::{self, Running},
};

/// What etcd takes in one transaction, with room for its own words.
const TRANSACTION_BYTES: usize = 800_000;
const TRANSACTION_KEYS: usize = 100;
/// Requests in flight.
const SIDE_BY_SIDE: usize = 16;
/// Kinds in the cluster: plural and kind.
const KINDS: [(&str, &str); 2] = [("pipelineruns", "PipelineRun"), ("taskruns", "TaskRun")];

/// An API server and access to it.
pub struct ApiServer {
    cluster: Cluster,
    client: Client,
}

impl ApiServer {
    /// Starts one in which Tekton's kinds are not known yet.
    pub fn start() -> Result<Self> {
        Self::start_with(&Options::default())
    }

    /// Starts one with these users.
    pub fn start_with(options: &Options) -> Result<Self> {
        let programs = Programs::find().context("find the test cluster's programs (`cargo xtask setup` gets them)")?;
        let cluster = Cluster::start(&programs, options)?;
        let authority = Certificate::from_pem(&fs::read(cluster.certificates())?)?;
        let client = Client::builder().tls_certs_only([authority]).timeout(Duration::from_mins(2)).build()?;
        Ok(Self { cluster, client })
    }

    /// Puts objects where the API server will find them, much faster than through it.
    pub async fn fill(&self, objects: impl Iterator<Item = Value>) -> Result<()> {
        let puts = Transactions { objects: objects.peekable() };
        let url = format!("{}/v3/kv/txn", self.cluster.etcd_url());
        let url = &url;
        let sent = stream::iter(puts).map(|puts| async move {
            let answer = self.client.post(url).json(&json!({"success": puts})).send().await?;
            ensure!(answer.status().is_success(), "etcd refused objects: {}", answer.text().await?);
            Ok(())
        });
        sent.buffer_unordered(4).try_collect::<()>().await
    }

    /// Makes Tekton's kinds known; their objects may have any fields.
    pub async fn install_kinds(&self) -> Result<()> {
        for (plural, kind) in KINDS {
            let any = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
            let schema = json!({"type": "object", "properties": {"spec": any, "status": any}});
            let version = json!({"name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": schema}});
            let names = json!({"kind": kind, "plural": plural, "singular": kind.to_lowercase()});
            let definition = json!({
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": {"name": format!("{plural}.tekton.dev")},
                "spec": {"group": "tekton.dev", "scope": "Namespaced", "names": names, "versions": [version]},
            });
            self.send(Method::POST, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &definition).await?;
            // Served as soon as it is established, which the first list waits for.
            let list = format!("/apis/tekton.dev/v1/{plural}?limit=1");
            while self.send(Method::GET, &list, &Value::Null).await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Ok(())
    }

    /// Makes the namespaces of [`place`], which writing wants and reading does not.
    pub async fn create_namespaces(&self, count: usize) -> Result<()> {
        let sent = stream::iter(0..count).map(|number| async move {
            let namespace = json!({"metadata": {"name": format!("team-{number}")}});
            self.send(Method::POST, "/api/v1/namespaces", &namespace).await.map(drop)
        });
        sent.buffer_unordered(SIDE_BY_SIDE).try_collect::<()>().await
    }

    /// Lets a user read and report in a namespace.
    pub async fn grant(&self, user: &str, namespace: &str) -> Result<()> {
        let group = "rbac.authorization.k8s.io";
        let role = json!({"metadata": {"name": "caller"}, "rules": [
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
            {"apiGroups": ["kite.dev"], "resources": ["reports"], "verbs": ["create"]},
        ]});
        let binding = json!({
            "metadata": {"name": "caller"},
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "caller"},
            "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
        });
        for (kind, object) in [("roles", role), ("rolebindings", binding)] {
            let path = format!("/apis/{group}/v1/namespaces/{namespace}/{kind}");
            self.send(Method::POST, &path, &object).await?;
        }
        Ok(())
    }

    /// The token of a user that it was started with.
    pub fn token_of(&self, user: &str) -> Result<String> {
        self.cluster.token_of(user).map(str::to_owned).with_context(|| format!("find the token of `{user}`"))
    }

    /// Changes the status of runs, as fast as the API server takes it.
    pub async fn end_runs(&self, runs: impl Iterator<Item = (String, String)>) -> Result<()> {
        let status = json!({"status": failed()});
        let sent = stream::iter(runs).map(|(namespace, name)| {
            let path = format!("/apis/tekton.dev/v1/namespaces/{namespace}/pipelineruns/{name}/status");
            let status = &status;
            async move { self.send(Method::PATCH, &path, status).await.map(drop) }
        });
        sent.buffer_unordered(SIDE_BY_SIDE).try_collect::<()>().await
    }

    /// How many lists and watches of Tekton's objects it was asked for.
    pub async fn asked(&self, verb: &str) -> Result<u64> {
        let metrics = self.text(Method::GET, "/metrics", &Value::Null).await?;
        let lines = metrics.lines().filter(|line| {
            line.starts_with("apiserver_request_total")
                && line.contains(r#"group="tekton.dev""#)
                && line.contains(&format!(r#"verb="{verb}""#))
        });
        let counts = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counters are whole numbers")]
        Ok(counts.sum::<f64>() as u64)
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        Ok(serde_json::from_str(&self.text(method, path, body).await?)?)
    }

    async fn text(&self, method: Method, path: &str, body: &Value) -> Result<String> {
        let url = format!("{}{path}", self.cluster.url());
        let kind = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let mut request = self.client.request(method, url).bearer_auth(self.cluster.token());
        if !body.is_null() {
            request = request.header("content-type", kind).body(body.to_string());
        }
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "`{path}` answered {status}: {text}");
        Ok(text)
    }

    /// The file with which its administrator finds it.
    pub fn kubeconfig(&self) -> PathBuf {
        self.cluster.kubeconfig().to_owned()
    }
}

/// How a failed run says so.
fn failed() -> Value {
    json!({
        "conditions": [{"type": "Succeeded", "status": "False", "reason": "Failed",
            "message": "Tasks Completed: 4 (Failed: 1, Cancelled 0), Skipped: 10"}],
        "completionTime": "2026-03-04T08:12:00Z",
        "childReferences": [{"apiVersion": "tekton.dev/v1", "kind": "TaskRun", "name": "build"}],
    })
}

/// Objects as transactions of etcd.
struct Transactions<I: Iterator<Item = Value>> {
    objects: std::iter::Peekable<I>,
}

impl<I: Iterator<Item = Value>> Iterator for Transactions<I> {
    type Item = Vec<Value>;

    fn next(&mut self) -> Option<Vec<Value>> {
        self.objects.peek()?;
        let (mut puts, mut bytes) = (Vec::new(), 0);
        while puts.len() < TRANSACTION_KEYS && bytes < TRANSACTION_BYTES {
            let Some(object) = self.objects.next() else { break };
            let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            let plural = format!("{}s", text("/kind").to_lowercase());
            let place =
                format!("/registry/tekton.dev/{plural}/{}/{}", text("/metadata/namespace"), text("/metadata/name"));
            let value = object.to_string();
            bytes += value.len();
            puts.push(json!({"requestPut": {"key": STANDARD.encode(place), "value": STANDARD.encode(value)}}));
        }
        Some(puts)
    }
}

/// Runs and their tasks, as they are in a cluster: so many runs, four tasks each, one run in
/// `fail_every` failed and the others still running or green.
pub fn objects(runs: usize, namespaces: usize, fail_every: usize) -> impl Iterator<Item = Value> {
    (0..runs).flat_map(move |number| {
        let (namespace, name) = place(number, namespaces);
        let status = match number % fail_every {
            0 => failed(),
            1 => json!({"conditions": [{"type": "Succeeded", "status": "Unknown", "reason": "Running"}]}),
            _ => json!({"conditions": [{"type": "Succeeded", "status": "True", "reason": "Completed"}],
                "childReferences": [{"kind": "TaskRun", "name": "build"}]}),
        };
        let is_failed = number % fail_every == 0;
        let run = with_status(run(&namespace, &name, number), status);
        let tasks = (0..4).map(move |task| task_run(&namespace, &name, task, is_failed && task == 3));
        std::iter::once(run).chain(tasks)
    })
}

/// Namespace and name of a run.
pub fn place(number: usize, namespaces: usize) -> (String, String) {
    (format!("team-{}", number % namespaces), format!("component-{number}-on-push-x7k2p"))
}

fn with_status(mut object: Value, mut status: Value) -> Value {
    // As large as what Tekton keeps there.
    if let Some(fields) = status.as_object_mut() {
        fields.insert("pipelineSpec".to_owned(), json!({"tasks": ["x".repeat(10_000)]}));
    }
    if let Some(fields) = object.as_object_mut() {
        fields.insert("status".to_owned(), status);
    }
    object
}

fn run(namespace: &str, name: &str, number: usize) -> Value {
    json!({
        "apiVersion": "tekton.dev/v1", "kind": "PipelineRun",
        "metadata": {
            "name": name, "namespace": namespace, "uid": Uuid::now_v7(), "generation": 1,
            "creationTimestamp": format!("{:.0}", now()),
            "labels": {
                "pipelines.appstudio.openshift.io/type": "build",
                "appstudio.openshift.io/application": format!("application-{}", number % 500),
                "appstudio.openshift.io/component": format!("component-{number}"),
                "pipelinesascode.tekton.dev/event-type": "push",
            },
            "annotations": {
                "pipelinesascode.tekton.dev/branch": "main",
                "pipelinesascode.tekton.dev/repo-url": "https://git.example.com/acme/component",
                "chains.tekton.dev/notes": "n".repeat(2_000),
            },
        },
        "spec": {"params": [{"name": "text", "value": "p".repeat(6_000)}]},
    })
}

fn task_run(namespace: &str, run: &str, task: usize, is_failed: bool) -> Value {
    let condition = if is_failed {
        json!({"type": "Succeeded", "status": "False", "reason": "StepFailed", "message": "\"step-build\" exited with code 1: Error"})
    } else {
        json!({"type": "Succeeded", "status": "True", "reason": "Succeeded"})
    };
    json!({
        "apiVersion": "tekton.dev/v1", "kind": "TaskRun",
        "metadata": {
            "name": format!("{run}-task-{task}"), "namespace": namespace, "uid": Uuid::now_v7(), "generation": 1,
            "creationTimestamp": format!("{:.0}", now()),
            "labels": {"tekton.dev/pipelineRun": run, "tekton.dev/pipelineTask": format!("task-{task}")},
        },
        "spec": {"params": [{"name": "text", "value": "p".repeat(1_500)}]},
        "status": {
            "conditions": [condition], "taskSpec": {"steps": ["s".repeat(3_000)]}, "podName": format!("{run}-task-{task}-pod"),
            "steps": [{"name": "build", "container": "step-build", "terminated": {"exitCode": i32::from(is_failed), "reason": "Error"}}],
        },
    })
}

/// A detector that has every task run looked at, and finds nothing wrong.
const WATCHES_TASK_RUNS: &str = "
apiVersion: kite.dev/v1alpha1
kind: Detector
metadata: {name: task-run}
spec:
  watches: [{group: tekton.dev, kind: TaskRun}]
  reports:
    - failing: find(object.?status.?conditions, 'type', 'Succeeded').?status.orValue('') == 'Lost'
      namespace: ${object.metadata.namespace}
      issueType: pipeline
      scope: {resourceType: taskrun, resourceName: '${object.metadata.name}'}
      title: Lost
      description: Lost
      severity: minor
";

/// A running `kite-operator`; killed when dropped.
pub struct Operator {
    /// The process.
    pub process: Running,
    _rules: TempDir,
}

impl Operator {
    /// Starts one that also watches task runs.
    pub fn start(server: &ApiServer, backend: &str) -> Result<Self> {
        let program = program::build("kite-operator")?;
        let rules = tempfile::tempdir().context("make a temporary folder")?;
        fs::write(rules.path().join("task-run.yaml"), WATCHES_TASK_RUNS)?;
        let process =
            Running { child: command(&program, rules.path(), server, backend).spawn().context("start kite-operator")? };
        Ok(Self { process, _rules: rules })
    }
}

fn command(program: &Path, rules: &Path, server: &ApiServer, backend: &str) -> Command {
    let mut command = Command::new(program);
    command.env("KUBECONFIG", server.kubeconfig()).env("KITE_LOG_LEVEL", "error").stdin(Stdio::null());
    command.args(["--no-lease", "--metrics-listen", "127.0.0.1:0", "--backend", backend]);
    command.arg("--rules-dir").arg(rules);
    command
}
