//! Two operators, one lease.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use kite_operator::lease;
use kite_rules::RuleSet;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use crate::support::{Backend, Kube, Line, Outcome, OwnCluster, Watching, eventually, run, same};

fn lease(holder: &str) -> lease::Options {
    lease::Options {
        name: "test".to_owned(),
        holder: holder.to_owned(),
        duration: Duration::from_secs(3),
        retry: Duration::from_millis(100),
    }
}

fn leads(watching: &Watching) -> bool {
    watching.operator.readiness().details["leading"] == true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_reports_and_the_other_takes_over() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let runs = kube.runs(&namespace);
    let start = |holder| Watching::with(&kube, &backend, &namespace, RuleSet::builtin(), Some(lease(holder)));
    let first = start("first");
    eventually("the first leads", async || same(leads(&first), true)).await;
    let second = start("second");
    second.idle().await;
    kube.create(&runs, run("a-1", "a", Outcome::Failed)).await;
    eventually("the leader reports", async || same(backend.broken(&namespace).await.len(), 1)).await;
    assert_eq!((leads(&first), leads(&second)), (true, false));

    first.stop().await;
    kube.create(&runs, run("b-1", "b", Outcome::Failed)).await;
    eventually("the other one takes over", async || same(leads(&second), true)).await;
    eventually("and reports what came meanwhile", async || same(backend.broken(&namespace).await.len(), 2)).await;
    assert_eq!(backend.broken(&namespace).await["a"], 1);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_vanished_while_nobody_led_is_reported_by_the_next_leader() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let runs = kube.runs(&namespace);
    // The first one leads, and reaches no backend.
    let nowhere = Backend::start(Line::Down).await;
    let start = |holder, backend| Watching::with(&kube, backend, &namespace, RuleSet::builtin(), Some(lease(holder)));
    let first = start("first", &nowhere);
    eventually("the first leads", async || same(leads(&first), true)).await;
    let second = start("second", &backend);
    second.idle().await;
    kube.create(&runs, run("a-1", "a", Outcome::Failed)).await;
    runs.delete("a-1", &DeleteParams::default()).await.unwrap();
    first.stop_without_sending().await;
    eventually("the next leader reports it", async || same(backend.broken(&namespace).await.len(), 1)).await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leads_again_says_everything_anew() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let runs = kube.runs(&namespace);
    let operator = Watching::with(&kube, &backend, &namespace, RuleSet::builtin(), Some(lease("one")));
    eventually("it leads", async || same(leads(&operator), true)).await;
    operator.idle().await;
    backend.set(Line::Down);
    kube.create(&runs, run("a-1", "a", Outcome::Failed)).await;
    eventually("a report waits", async || same(operator.operator.is_idle(), false)).await;

    // Another one leads for a while: whatever waits here is not this one's to say any more.
    let leases = Api::<Lease>::namespaced(kube.client.clone(), &namespace);
    let stolen = Patch::Merge(json!({"spec": {"holderIdentity": "other"}}));
    leases.patch("test", &PatchParams::default(), &stolen).await.unwrap();
    eventually("it does not lead any more", async || same(leads(&operator), false)).await;
    backend.set(Line::Up);
    eventually("it leads again", async || same(leads(&operator), true)).await;
    eventually("what was dropped is said again", async || same(backend.broken(&namespace).await.len(), 1)).await;
    operator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_renew_the_lease_does_not_lead() {
    let Some(mut own) = OwnCluster::start().await else { return };
    own.kube.install_kinds().await;
    let (namespace, backend) = (own.kube.namespace().await, Backend::start(Line::Up).await);
    let operator = Watching::with(&own.kube, &backend, &namespace, RuleSet::builtin(), Some(lease("one")));
    eventually("it leads", async || same(leads(&operator), true)).await;
    own.cluster.kill_api_server();
    eventually("it does not lead any more", async || same(leads(&operator), false)).await;
    operator.stop_without_sending().await;
}
