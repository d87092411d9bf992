//! Outages of either side.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream;
use kite_operator::metrics::ReportLabels;
use kite_operator::operator::Operator;
use kite_operator::settings::Settings;
use kite_rules::RuleSet;
use kite_runtime::shutdown::Shutdown;
use kube::api::DeleteParams;
use tokio::sync::watch;

use crate::support::{
    Backend, Kube, Line, Outcome, OwnCluster, PATIENCE, Process, Watching, eventually, plan, run, same,
};

/// Requests that a test has in flight.
const SIDE_BY_SIDE: usize = 16;

async fn fail_many(kube: &Kube, namespace: &str, count: usize) {
    let runs = kube.runs(namespace);
    let made = stream::iter(0..count).map(|number| {
        let runs = runs.clone();
        async move { kube.create(&runs, run(&format!("c{number}-1"), &format!("c{number}"), Outcome::Failed)).await }
    });
    made.buffer_unordered(SIDE_BY_SIDE).for_each(async |_| {}).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_that_was_down_for_500_failures_gets_500_issues() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let watching = Watching::start(&kube, &backend, &namespace);
    watching.idle().await;
    backend.set(Line::Down);
    fail_many(&kube, &namespace, 500).await;
    eventually("the operator says that the backend is down", async || {
        let reasons = watching.operator.readiness().reasons.join(" ");
        if reasons.contains("backend is not reached") { Ok(()) } else { Err(reasons) }
    })
    .await;
    backend.set(Line::Up);
    eventually("there are 500 issues", async || same(backend.broken(&namespace).await.len(), 500)).await;
    watching.idle().await;
    assert!(backend.broken(&namespace).await.values().all(|count| *count == 1), "no failure counts twice");
    watching.stop().await;
}

/// A detector of a kind that no cluster has.
const LAMP: &str = "
apiVersion: kite.dev/v1alpha1
kind: Detector
metadata: {name: lamp}
spec:
  watches: [{group: faults.example.com, kind: Lamp}]
  reports:
    - failing: 'true'
      namespace: ${object.metadata.namespace}
      issueType: pipeline
      scope: {resourceType: lamp, resourceName: '${object.metadata.name}'}
      title: The lamp is out
      description: The lamp is out
      severity: minor
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_into_the_queue_is_said_by_the_next_shift() {
    // Each takes at least a KiB of the one MiB that the queue has.
    const FAILURES: usize = 1_100;
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Down).await);
    fail_many(&kube, &namespace, FAILURES).await;
    let mut settings = Settings::default();
    settings.namespaces.names = [namespace.clone()].into();
    settings.delivery.queue_mebibytes = 1;
    let mut plan = plan(&kube, &backend, settings, RuleSet::builtin());
    let rules = watch::Sender::new(Arc::new(RuleSet::builtin()));
    plan.rules = rules.subscribe();
    let shutdown = Shutdown::new();
    let operator = Operator::start(plan, &shutdown);
    let labels = ReportLabels { detector: "build".to_owned(), verdict: "failing".to_owned() };
    let said = || operator.metrics().reports.get_or_create(&labels).get();
    let mut before = 0;
    eventually("the queue is full", async || {
        let now = said();
        let is_stuck = now == before && now > 500;
        before = now;
        if is_stuck { Ok(()) } else { Err(now.to_string()) }
    })
    .await;
    assert!(said() < FAILURES as u64, "not all fit");
    // The watch waits for room; another shift begins.
    let (more, errors) = RuleSet::builtin().with_files([("lamp.yaml".to_owned(), LAMP.to_owned())]);
    assert_eq!(errors, []);
    rules.send_replace(Arc::new(more));
    eventually("the next shift looks for the new kind", async || {
        let readiness = format!("{:?}", operator.readiness());
        if readiness.contains("Lamp.faults.example.com") { Ok(()) } else { Err(readiness) }
    })
    .await;
    backend.set(Line::Up);
    eventually("all are issues", async || same(backend.broken(&namespace).await.len(), FAILURES)).await;
    shutdown.drain(PATIENCE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shaky_line_loses_and_doubles_nothing() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Shaky).await);
    let watching = Watching::start(&kube, &backend, &namespace);
    fail_many(&kube, &namespace, 100).await;
    eventually("there are 100 issues", async || same(backend.broken(&namespace).await.len(), 100)).await;
    watching.idle().await;
    assert!(backend.broken(&namespace).await.values().all(|count| *count == 1), "no failure counts twice");
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_server_that_dies_and_comes_back_means_no_recovery() {
    let Some(mut own) = OwnCluster::start().await else { return };
    own.kube.install_kinds().await;
    let (namespace, backend) = (own.kube.namespace().await, Backend::start(Line::Up).await);
    let runs = own.kube.runs(&namespace);
    let watching = Watching::start(&own.kube, &backend, &namespace);
    fail_many(&own.kube, &namespace, 20).await;
    eventually("there are 20 issues", async || same(backend.broken(&namespace).await.len(), 20)).await;

    own.cluster.kill_api_server();
    let cluster = tokio::task::spawn_blocking(move || {
        own.cluster.restart_api_server().unwrap();
        own.cluster
    });
    let _cluster = cluster.await.unwrap();
    runs.delete("c0-1", &DeleteParams::default()).await.unwrap();
    own.kube.create(&runs, run("c1-2", "c1", Outcome::Succeeded)).await;
    own.kube.create(&runs, run("new-1", "new", Outcome::Failed)).await;
    eventually("what happens afterwards is seen", async || {
        let broken = backend.broken(&namespace).await;
        same((broken.len(), broken.contains_key("new"), broken.contains_key("c1")), (20, true, false))
    })
    .await;
    assert!(backend.broken(&namespace).await.contains_key("c0"), "a pruned run is not a recovered one");
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_that_is_killed_50_times_misses_nothing_that_exists() {
    const COMPONENTS: usize = 50;
    const ROUNDS: usize = 50;
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let runs = kube.runs(&namespace);
    let mut last = BTreeMap::new();
    let mut process = Process::start(&kube.kubeconfig, &backend, &namespace);
    for round in 0..ROUNDS {
        // Each component has a run that starts and ends in each round: 5,000 events in all.
        let made = stream::iter(0..COMPONENTS).map(|number| {
            let (runs, kube) = (runs.clone(), &kube);
            async move {
                // Fixed but unlike patterns of red and green.
                let outcome = if (round * 31 + number * 17) % 5 < 2 { Outcome::Failed } else { Outcome::Succeeded };
                let mut object = run(&format!("c{number}-{round}"), &format!("c{number}"), outcome);
                object["status"]["startTime"] = format!("2025-03-04T{:02}:{:02}:00Z", round / 60, round % 60).into();
                kube.create(&runs, object).await;
                (format!("c{number}"), outcome)
            }
        });
        last.extend(made.buffer_unordered(SIDE_BY_SIDE).collect::<Vec<_>>().await);
        process.kill().await;
        process = Process::start(&kube.kubeconfig, &backend, &namespace);
    }
    let wanted: Vec<_> =
        last.into_iter().filter(|(_, outcome)| *outcome == Outcome::Failed).map(|(name, _)| name).collect();
    eventually("the list is that of the final objects", async || {
        same(backend.broken(&namespace).await.into_keys().collect::<Vec<_>>(), wanted.clone())
    })
    .await;
    process.kill().await;
}
