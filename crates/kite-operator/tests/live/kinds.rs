//! Kinds that come and go, and rules that break.

use std::fs;
use std::sync::Arc;

use kite_operator::operator::Operator;
use kite_operator::settings::Settings;
use kite_operator::sources::Sources;
use kite_rules::RuleSet;
use kite_runtime::shutdown::Shutdown;
use serde_json::json;
use tokio::sync::watch;

use crate::support::{Backend, Kube, Line, Outcome, PATIENCE, Watching, eventually, plan, run, same};

/// A detector of a kind of a group that only one test has.
fn detector(group: &str) -> String {
    format!(
        "
apiVersion: kite.dev/v1alpha1
kind: Detector
metadata: {{name: bell}}
spec:
  watches: [{{group: {group}, kind: Bell}}]
  reports:
    - failing: object.?status.?silent.orValue(false)
      namespace: ${{object.metadata.namespace}}
      issueType: pipeline
      scope: {{resourceType: bell, resourceName: '${{object.metadata.name}}'}}
      occurredAt: ${{object.metadata.creationTimestamp}}
      runId: ${{object.metadata.uid}}
      title: The bell is silent
      description: Nobody hears it
      severity: minor
"
    )
}

fn rules(group: &str) -> RuleSet {
    let (rules, errors) = RuleSet::builtin().with_files([("bell.yaml".to_owned(), detector(group))]);
    assert_eq!(errors, []);
    rules
}

async fn ring(kube: &Kube, group: &str, namespace: &str, name: &str) {
    let bells = kube.api(group, "Bell", "v1", namespace);
    let bell = json!({"apiVersion": format!("{group}/v1"), "kind": "Bell", "metadata": {"name": name}, "status": {"silent": true}});
    kube.create(&bells, bell).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kind_may_come_later_go_and_come_back() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let group = format!("{namespace}.example.com");
    let watching = Watching::with(&kube, &backend, &namespace, rules(&group), None);
    watching.idle().await;
    let missing = || watching.operator.readiness().details["missing_kinds"].to_string();
    assert!(missing().contains("Bell"), "{}", missing());

    kube.install(&group, "Bell", "v1").await;
    ring(&kube, &group, &namespace, "one").await;
    eventually("the new kind is watched", async || same(backend.broken(&namespace).await.len(), 1)).await;

    kube.uninstall(&format!("bells.{group}")).await;
    eventually("the kind is missing again", async || if missing().contains("Bell") { Ok(()) } else { Err(missing()) })
        .await;
    assert_eq!(backend.broken(&namespace).await.len(), 1, "nothing recovered");

    kube.install(&group, "Bell", "v1").await;
    ring(&kube, &group, &namespace, "two").await;
    eventually("the kind that came back is watched", async || same(backend.broken(&namespace).await.len(), 2)).await;
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_rules_are_in_force_at_once_and_say_nothing_twice() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let group = format!("{namespace}.example.com");
    kube.install(&group, "Bell", "v1").await;
    ring(&kube, &group, &namespace, "one").await;
    kube.create(&kube.runs(&namespace), run("a-1", "a", Outcome::Failed)).await;
    let mut settings = Settings::default();
    settings.namespaces.names = [namespace.clone()].into();
    let mut plan = plan(&kube, &backend, settings, RuleSet::builtin());
    let current = watch::Sender::new(Arc::new(RuleSet::builtin()));
    plan.rules = current.subscribe();
    let shutdown = Shutdown::new();
    let operator = Operator::start(plan, &shutdown);
    eventually("the run is an issue", async || same(backend.broken(&namespace).await.len(), 1)).await;

    current.send_replace(Arc::new(rules(&group)));
    eventually("the bell is an issue too", async || same(backend.broken(&namespace).await.len(), 2)).await;
    let mut text = String::new();
    let mut registry = prometheus_client::registry::Registry::default();
    operator.metrics().register(&mut registry);
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    assert!(text.contains(r#"reports_total{detector="build",verdict="failing"} 1"#), "{text}");
    shutdown.drain(PATIENCE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_breaks_while_running_changes_nothing_else() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let group = format!("{namespace}.example.com");
    kube.install(&group, "Bell", "v1").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bell.yaml");
    fs::write(&file, detector(&group)).unwrap();
    let mut flags = Settings { rules_dir: Some(folder.path().to_owned()), ..Settings::default() };
    flags.backend.url.clone_from(&backend.url);
    flags.namespaces.names = [namespace.clone()].into();
    let (sources, follower) = Sources::load(None, flags.clone()).unwrap();
    let follower = tokio::spawn(follower.run());
    let mut plan = plan(&kube, &backend, flags, RuleSet::builtin());
    (plan.rules, plan.broken) = (sources.rules, sources.broken);
    let shutdown = Shutdown::new();
    let operator = Operator::start(plan, &shutdown);
    ring(&kube, &group, &namespace, "one").await;
    eventually("the bell is an issue", async || same(backend.broken(&namespace).await.len(), 1)).await;

    fs::write(&file, "kind: Detector\nnonsense: [").unwrap();
    eventually("the broken file is told", async || {
        let told = operator.readiness().details["broken_files"].to_string();
        if told.contains("bell.yaml") { Ok(()) } else { Err(told) }
    })
    .await;
    ring(&kube, &group, &namespace, "two").await;
    eventually("its last good version is in force", async || same(backend.broken(&namespace).await.len(), 2)).await;
    follower.abort();
    shutdown.drain(PATIENCE).await.unwrap();
}
