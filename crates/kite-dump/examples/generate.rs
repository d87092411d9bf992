//! Writes a dump of synthetic `PipelineRuns` to stdout: a list as `kubectl get -o json|yaml` prints
//! it, but JSON with one run on a line.
//!
//! `cargo run --release -p kite-dump --example generate -- --runs 100000 > runs.json` gives 1 GB.
//! The same arguments give the same bytes. About one run in ten failed, a few were superseded
//! (and may say `Failed` nevertheless), never started, or still run.

#![expect(clippy::indexing_slicing, reason = "a `Value` grows where it is indexed")]

use std::io::{self, BufWriter, Write};

use clap::{Parser, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};

#[derive(Parser)]
struct Arguments {
    /// How many runs to write.
    #[arg(long, default_value_t = 1000)]
    runs: u64,
    /// How many components the runs are spread over.
    #[arg(long, default_value_t = 500)]
    components: u64,
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Another seed gives other failures.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Yaml,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let runs = (0..arguments.runs).map(|index| Run::new(index, &arguments).to_value());
    match arguments.format {
        Format::Json => write_json(out, runs),
        Format::Yaml => write_yaml(out, runs),
    }
}

fn write_json(mut out: impl Write, runs: impl Iterator<Item = Value>) -> io::Result<()> {
    out.write_all(b"{\"apiVersion\":\"v1\",\"items\":[")?;
    for (index, run) in runs.enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut out, &run)?;
    }
    out.write_all(b"\n],\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"\"}}\n")?;
    out.flush()
}

fn write_yaml(mut out: impl Write, runs: impl Iterator<Item = Value>) -> io::Result<()> {
    out.write_all(b"apiVersion: v1\nitems:\n")?;
    for run in runs {
        let text = yaml_serde::to_string(&run).map_err(io::Error::other)?;
        for (index, line) in text.lines().enumerate() {
            writeln!(out, "{}{line}", if index == 0 { "- " } else { "  " })?;
        }
    }
    out.write_all(b"kind: List\nmetadata:\n  resourceVersion: \"\"\n")?;
    out.flush()
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Completed,
    Failed,
    TimedOut,
    NeverStarted,
    /// Cancelled for a newer commit, after a task had failed.
    SupersededAfterFailure,
    Running,
}

impl Outcome {
    fn draw(random: u64) -> Self {
        match random % 1000 {
            0..70 => Self::Failed,
            70..85 => Self::TimedOut,
            85..100 => Self::NeverStarted,
            100..130 => Self::SupersededAfterFailure,
            130..135 => Self::Running,
            _ => Self::Completed,
        }
    }

    /// Status, reason and message of the `Succeeded` condition.
    fn condition(self, run: &str) -> (&'static str, &'static str, String) {
        let counts = |failed, cancelled, skipped| {
            let done = TASKS.len() - skipped;
            format!("Tasks Completed: {done} (Failed: {failed}, Cancelled {cancelled}), Skipped: {skipped}")
        };
        match self {
            Self::Completed => ("True", "Completed", counts(0, 0, 3)),
            Self::Failed => ("False", "Failed", counts(1, 0, 6)),
            Self::SupersededAfterFailure => ("False", "Failed", counts(1, 1, 7)),
            Self::TimedOut => {
                let message = format!("PipelineRun \"{run}\" failed to finish within \"1h0m0s\"");
                ("False", "PipelineRunTimeout", message)
            }
            Self::NeverStarted => {
                let message = format!(
                    "PipelineRun team/{run} can't be Run; couldn't resolve all references: \
                     error requesting remote resource: cannot retrieve the oci image: manifest unknown"
                );
                ("False", "CouldntGetTask", message)
            }
            Self::Running => {
                let message = "Tasks Completed: 4 (Failed: 0, Cancelled 0), Incomplete: 8, Skipped: 0";
                ("Unknown", "Running", message.to_owned())
            }
        }
    }
}

struct Run {
    name: String,
    component: String,
    application: String,
    namespace: String,
    revision: String,
    /// The pull request; none for a push.
    pull_request: Option<u64>,
    outcome: Outcome,
    created: Timestamp,
    ended: Timestamp,
}

/// 2025-06-01; the runs are spread over the half year that follows, so that none is in the future.
const FIRST_SECOND: u64 = 1_748_736_000;
const SPREAD_SECONDS: u64 = 180 * 24 * 3600;

const TASKS: [&str; 12] = [
    "init",
    "clone-repository",
    "prefetch-dependencies",
    "build-container",
    "build-image-index",
    "deprecated-base-image-check",
    "clair-scan",
    "ecosystem-cert-preflight-checks",
    "sast-snyk-check",
    "clamav-scan",
    "apply-tags",
    "push-dockerfile",
];

impl Run {
    fn new(index: u64, arguments: &Arguments) -> Self {
        let random = mix(index ^ mix(arguments.seed));
        let number = index % arguments.components.max(1);
        let component = format!("component-{number:04}");
        let pull_request = (random >> 20).is_multiple_of(3).then(|| 1 + (random >> 24) % 20);
        let trigger = if pull_request.is_some() { "pull-request" } else { "push" };
        let offset = SPREAD_SECONDS / arguments.runs.max(1) * index;
        let duration = 240 + (random >> 30) % 1200;
        Self {
            name: format!("{component}-on-{trigger}-{index:06x}"),
            component,
            application: format!("application-{:03}", number / 8),
            namespace: format!("team-{:02}-tenant", number / 24),
            revision: format!("{:016x}{:016x}{:08x}", mix(random), mix(random + 1), index),
            pull_request,
            outcome: Outcome::draw(random),
            created: second(FIRST_SECOND + offset),
            ended: second(FIRST_SECOND + offset + duration),
        }
    }

    fn to_value(&self) -> Value {
        json!({
            "apiVersion": "tekton.dev/v1",
            "kind": "PipelineRun",
            "metadata": self.metadata(),
            "spec": self.spec(),
            "status": self.status(),
        })
    }

    fn metadata(&self) -> Value {
        let Self { name, component, application, namespace, revision, .. } = self;
        let event = if self.pull_request.is_some() { "pull_request" } else { "push" };
        let mut metadata = json!({
            "name": name,
            "namespace": namespace,
            "uid": format!("{}-{}-4000-8000-{}", &revision[..8], &revision[8..12], &revision[12..24]),
            "resourceVersion": "4711",
            "creationTimestamp": self.created.to_string(),
            "finalizers": ["chains.tekton.dev/pipelinerun"],
            "labels": {
                "appstudio.openshift.io/application": application,
                "appstudio.openshift.io/component": component,
                "pipelines.appstudio.openshift.io/type": "build",
                "pipelinesascode.tekton.dev/event-type": event,
                "pipelinesascode.tekton.dev/sha": revision,
                "pipelinesascode.tekton.dev/repository": component,
                "pipelinesascode.tekton.dev/url-org": "example",
                "tekton.dev/pipeline": name,
            },
            "annotations": {
                "build.appstudio.openshift.io/repo": format!("https://github.com/example/{component}?rev={revision}"),
                "build.appstudio.redhat.com/commit_sha": revision,
                "build.appstudio.redhat.com/target_branch": "main",
                "pipelinesascode.tekton.dev/branch": "main",
                "pipelinesascode.tekton.dev/log-url": format!("https://ui.example.com/ns/{namespace}/pipelinerun/{name}"),
                "pipelinesascode.tekton.dev/on-cel-expression": "event == \"push\" && target_branch == \"main\"\n",
                "pipelinesascode.tekton.dev/sender": "a-developer",
                "pipelinesascode.tekton.dev/sha-title": format!("fix: update {component}, see \"notes\": é → ü"),
                "pipelinesascode.tekton.dev/source-branch": "refs/heads/main",
            },
        });
        if let Some(number) = self.pull_request {
            let number = Value::String(number.to_string());
            metadata["labels"]["pipelinesascode.tekton.dev/pull-request"] = number.clone();
            metadata["annotations"]["build.appstudio.redhat.com/pull_request_number"] = number;
            metadata["annotations"]["pipelinesascode.tekton.dev/source-branch"] = "feature".into();
        }
        metadata
    }

    fn spec(&self) -> Value {
        let component = &self.component;
        let mut spec = json!({
            "params": [
                {"name": "git-url", "value": format!("https://github.com/example/{component}")},
                {"name": "revision", "value": self.revision},
                {"name": "output-image", "value": format!("quay.io/example/{component}:{}", self.revision)},
                {"name": "dockerfile", "value": "Containerfile"},
                {"name": "build-platforms", "value": ["linux/x86_64", "linux/arm64"]},
            ],
            "pipelineRef": {"name": "docker-build-multi-platform-oci-ta"},
            "taskRunTemplate": {"serviceAccountName": format!("build-pipeline-{component}")},
            "timeouts": {"pipeline": "1h0m0s"},
            "workspaces": [{"name": "git-auth", "secret": {"secretName": "pac-gitauth-mgmx"}}],
        });
        if self.outcome == Outcome::SupersededAfterFailure {
            spec["status"] = "CancelledRunFinally".into();
        }
        spec
    }

    fn status(&self) -> Value {
        let (status, reason, message) = self.outcome.condition(&self.name);
        let started = match self.outcome {
            Outcome::NeverStarted => 0,
            Outcome::Running | Outcome::Failed | Outcome::SupersededAfterFailure => 5,
            Outcome::TimedOut | Outcome::Completed => TASKS.len(),
        };
        let children = TASKS.iter().take(started).map(|task| {
            json!({"apiVersion": "tekton.dev/v1", "kind": "TaskRun",
                "name": format!("{}-{task}", self.name), "pipelineTaskName": task})
        });
        let mut run = json!({
            "childReferences": children.collect::<Value>(),
            "conditions": [{"type": "Succeeded", "status": status, "reason": reason,
                "message": message, "lastTransitionTime": self.ended.to_string()}],
            "pipelineSpec": {
                "tasks": TASKS.iter().map(|task| self.task(task)).collect::<Value>(),
                "results": [
                    {"name": "IMAGE_URL", "value": "$(tasks.build-image-index.results.IMAGE_URL)"},
                    {"name": "IMAGE_DIGEST", "value": "$(tasks.build-image-index.results.IMAGE_DIGEST)"},
                    {"name": "CHAINS-GIT_URL", "value": "$(tasks.clone-repository.results.url)"},
                    {"name": "CHAINS-GIT_COMMIT", "value": "$(tasks.clone-repository.results.commit)"},
                ],
            },
            "results": [{"name": "CHAINS-GIT_COMMIT", "value": self.revision}],
            "startTime": self.created.to_string(),
        });
        if self.outcome != Outcome::Running {
            run["completionTime"] = self.ended.to_string().into();
        }
        run
    }

    fn task(&self, task: &str) -> Value {
        json!({
            "name": task,
            "params": [
                {"name": "image-url", "value": format!("quay.io/example/{}", self.component)},
                {"name": "image-digest", "value": "$(tasks.build-image-index.results.IMAGE_DIGEST)"},
            ],
            "when": [
                {"input": "$(params.skip-checks)", "operator": "in", "values": ["false"]},
            ],
            "runAfter": ["init"],
            "taskRef": {"kind": "Task", "params": [
                {"name": "bundle", "value": format!("quay.io/example/task-{task}:0.1@sha256:{}", &self.revision[..40])},
            ], "resolver": "bundles"},
        })
    }
}

fn second(second: u64) -> Timestamp {
    i64::try_from(second).ok().and_then(|s| Timestamp::from_second(s).ok()).unwrap_or_default()
}

/// A well-mixed number for each number (`SplitMix64`).
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
