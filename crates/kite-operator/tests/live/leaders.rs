//! Two operators, one lease.

use std::time::Duration;

use kite_operator::lease;
use kite_rules::RuleSet;
use kube::api::DeleteParams;

use crate::support::{Backend, Kube, Line, Outcome, Watching, eventually, run, same};

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
    let start = |holder| Watching::with(&kube, &backend, &namespace, RuleSet::builtin(), Some(lease(holder)));
    let first = start("first");
    eventually("the first leads", async || same(leads(&first), true)).await;
    let second = start("second");
    second.idle().await;
    // It hangs: it neither reports nor renews nor gives back.
    backend.set(Line::Down);
    kube.create(&runs, run("a-1", "a", Outcome::Failed)).await;
    runs.delete("a-1", &DeleteParams::default()).await.unwrap();
    first.stop_without_sending().await;
    backend.set(Line::Up);
    eventually("the next leader reports it", async || same(backend.broken(&namespace).await.len(), 1)).await;
    second.stop().await;
}
