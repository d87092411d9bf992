//! From objects to issues, in any order and whatever the objects look like.

use k8s_openapi::api::core::v1::Namespace;
use kite_api::State;
use kite_operator::metrics::KindLabels;
use kite_operator::operator::Operator;
use kite_operator::settings::Settings;
use kite_rules::RuleSet;
use kite_runtime::shutdown::Shutdown;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use crate::support::{Backend, Kube, Line, Outcome, PATIENCE, Watching, began, eventually, plan, run, same};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_run_is_an_issue_until_a_later_one_succeeds() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let runs = kube.runs(&namespace);
    kube.create(&runs, began(5, run("a-1", "a", Outcome::Failed))).await;
    let watching = Watching::start(&kube, &backend, &namespace);
    eventually("the run from before is an issue", async || {
        same(backend.broken(&namespace).await, [("a".to_owned(), 1)].into())
    })
    .await;

    kube.create(&runs, run("b-1", "b", Outcome::Running)).await;
    Kube::set_status(&runs, "b-1", Outcome::Failed.status()).await;
    eventually("the run that fails now is an issue", async || same(backend.broken(&namespace).await.len(), 2)).await;

    kube.create(&runs, run("a-2", "a", Outcome::Succeeded)).await;
    eventually("the later success resolves", async || {
        same(backend.broken(&namespace).await, [("b".to_owned(), 1)].into())
    })
    .await;
    eventually("it is ready", async || {
        let readiness = watching.operator.readiness();
        if readiness.is_ready() { Ok(()) } else { Err(format!("{readiness:?}")) }
    })
    .await;
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pruned_runs_are_not_recovered_ones() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let runs = kube.runs(&namespace);
    let watching = Watching::start(&kube, &backend, &namespace);
    watching.idle().await;
    for name in ["a-1", "b-1"] {
        kube.create(&runs, run(name, &name[..1], Outcome::Failed)).await;
    }
    eventually("both are issues", async || same(backend.broken(&namespace).await.len(), 2)).await;
    runs.delete("a-1", &DeleteParams::default()).await.unwrap();
    kube.create(&runs, run("c-1", "c", Outcome::Failed)).await;
    eventually("what came after the deletion arrived", async || same(backend.broken(&namespace).await.len(), 3)).await;

    // A new operator does not find it at all.
    watching.stop().await;
    let watching = Watching::start(&kube, &backend, &namespace);
    watching.idle().await;
    assert_eq!(backend.broken(&namespace).await.len(), 3);
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_ends_and_is_deleted_at_once_is_not_missed() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let runs = kube.runs(&namespace);
    let watching = Watching::start(&kube, &backend, &namespace);
    watching.idle().await;
    for number in 0..20 {
        kube.create(&runs, run(&format!("x{number}-1"), &format!("x{number}"), Outcome::Failed)).await;
        runs.delete(&format!("x{number}-1"), &DeleteParams::default()).await.unwrap();
    }
    eventually("all are issues", async || same(backend.broken(&namespace).await.len(), 20)).await;
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_that_overlap_count_by_their_beginning() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let runs = kube.runs(&namespace);
    let watching = Watching::start(&kube, &backend, &namespace);
    for (name, minutes_ago, component) in [("a-1", 10, "a"), ("a-2", 5, "a"), ("b-1", 10, "b"), ("b-2", 5, "b")] {
        kube.create(&runs, began(minutes_ago, run(name, component, Outcome::Running))).await;
    }
    // The later run ends first.
    Kube::set_status(&runs, "a-2", Outcome::Succeeded.status()).await;
    Kube::set_status(&runs, "b-2", Outcome::Failed.status()).await;
    eventually("the later ones arrived", async || same(backend.broken(&namespace).await.len(), 1)).await;
    Kube::set_status(&runs, "a-1", Outcome::Failed.status()).await;
    Kube::set_status(&runs, "b-1", Outcome::Succeeded.status()).await;
    eventually("the earlier failure is known and over", async || {
        let resolved = backend.issues(&namespace, State::Resolved).await;
        same(resolved.into_iter().map(|issue| issue.scope.resource_name).collect(), vec!["a".to_owned()])
    })
    .await;
    watching.idle().await;
    assert_eq!(backend.broken(&namespace).await, [("b".to_owned(), 1)].into());
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strange_objects_do_not_stop_the_others() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let runs = kube.runs(&namespace);
    let watching = Watching::start(&kube, &backend, &namespace);
    for (number, status) in [
        json!({"conditions": null}),
        json!({"conditions": "Succeeded"}),
        json!({"conditions": [null, 5, {"type": "Succeeded", "status": "False", "reason": 7, "message": ["x"]}]}),
        json!({"conditions": [{"type": "Succeeded", "status": "False"}], "childReferences": 3}),
        json!({"startTime": "yesterday", "completionTime": 5, "conditions": [{"type": "Succeeded", "status": "False"}]}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut object = run(&format!("strange-{number}"), &format!("strange-{number}"), Outcome::Running);
        object["status"] = status;
        kube.create(&runs, object).await;
    }
    let mut large = run("large", "large", Outcome::Failed);
    large["spec"]["pipelineSpec"] = json!({"text": "x".repeat(1_300_000)});
    large["metadata"]["annotations"]["notes"] = json!("y".repeat(200_000));
    kube.create(&runs, large).await;
    let mut unicode = run("unicode", "unicode", Outcome::Failed);
    unicode["metadata"]["annotations"]["pipelinesascode.tekton.dev/branch"] = json!("żółć-\u{202e}-🐙");
    kube.create(&runs, unicode).await;
    eventually("the sound ones among them are issues", async || {
        let broken = backend.broken(&namespace).await;
        same(["large", "unicode"].map(|name| broken.contains_key(name)), [true, true])
    })
    .await;
    watching.stop().await;
}

const LAMP: &str = "
apiVersion: kite.dev/v1alpha1
kind: Detector
metadata: {name: lamp}
spec:
  watches: [{group: house.example.com, kind: Lamp}]
  let:
    burnsOut: object.?spec.?burnsOutAt.orValue('')
  judgeAgainAt: ${burnsOut}
  reports:
    - failing: before(burnsOut, now)
      namespace: ${object.metadata.namespace}
      issueType: pipeline
      scope: {resourceType: lamp, resourceName: '${object.metadata.name}'}
      occurredAt: ${burnsOut}
      runId: ${object.metadata.uid}
      title: The lamp burned out
      description: Get a new one
      severity: minor
      goneWith: [{group: house.example.com, kind: Room, name: '${object.spec.room}'}]
  onDelete:
    - gone: 'true'
      namespace: ${object.metadata.namespace}
      scope: {resourceType: lamp, resourceName: '${object.metadata.name}'}
      occurredAt: ${now}
      runId: deleted
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deadlines_and_deletions_are_judged_when_they_come() {
    let Some(kube) = Kube::shared().await else { return };
    for kind in ["Lamp", "Room"] {
        kube.install("house.example.com", kind, "v1").await;
    }
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let (rules, errors) = RuleSet::builtin().with_files([("lamp.yaml".to_owned(), LAMP.to_owned())]);
    assert_eq!(errors, []);
    let watching = Watching::with(&kube, &backend, &namespace, rules, None);
    let lamps = kube.api("house.example.com", "Lamp", "v1", &namespace);
    let rooms = kube.api("house.example.com", "Room", "v1", &namespace);
    kube.create(&rooms, json!({"apiVersion": "house.example.com/v1", "kind": "Room", "metadata": {"name": "hall"}}))
        .await;
    watching.idle().await;
    let soon = kite_operator::clock::now() + std::time::Duration::from_secs(1);
    let far = kite_operator::clock::now() + std::time::Duration::from_hours(1);
    for (name, room, when) in [("one", "hall", soon), ("two", "attic", soon), ("three", "hall", far)] {
        let spec = json!({"burnsOutAt": when.to_string(), "room": room});
        let lamp =
            json!({"apiVersion": "house.example.com/v1", "kind": "Lamp", "metadata": {"name": name}, "spec": spec});
        kube.create(&lamps, lamp).await;
    }
    let names = async || backend.broken(&namespace).await.into_keys().collect::<Vec<_>>();
    eventually("those whose time has come are issues", async || same(names().await, vec!["one".into(), "two".into()]))
        .await;
    rooms.delete("hall", &DeleteParams::default()).await.unwrap();
    eventually("what belongs to the room is gone with it", async || same(names().await, vec!["two".into()])).await;
    lamps.delete("two", &DeleteParams::default()).await.unwrap();
    eventually("what was deleted is gone", async || same(names().await, vec![])).await;
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_task_that_failed_is_named_as_soon_as_it_was_read() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let tasks = kube.api("tekton.dev", "TaskRun", "v1", &namespace);
    for (task, status) in [("init", "True"), ("build-container", "False")] {
        let labels = json!({"tekton.dev/pipelineRun": "a-1", "tekton.dev/pipelineTask": task});
        let step =
            json!({"name": "build", "container": "step-build", "terminated": {"exitCode": 1, "reason": "Error"}});
        let condition =
            json!({"type": "Succeeded", "status": status, "reason": "StepFailed", "message": "exited with code 1"});
        let status = json!({"conditions": [condition], "podName": format!("a-1-{task}-pod"), "steps": [step]});
        let metadata = json!({"name": format!("a-1-{task}"), "labels": labels});
        let object = json!({"apiVersion": "tekton.dev/v1", "kind": "TaskRun", "metadata": metadata, "status": status});
        kube.create(&tasks, object).await;
    }
    kube.create(&kube.runs(&namespace), run("a-1", "a", Outcome::Failed)).await;
    let watching = Watching::start(&kube, &backend, &namespace);
    eventually("the issue names the task", async || {
        let issues = backend.issues(&namespace, State::Active).await;
        let found = issues.iter().any(|issue| issue.labels.get("task").is_some_and(|task| task == "build-container"));
        if found { Ok(()) } else { Err(format!("{issues:?}")) }
    })
    .await;
    assert_eq!(backend.broken(&namespace).await, [("a".to_owned(), 1)].into(), "it is the same failure");
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_namespace_that_is_not_selected_any_more_has_not_recovered() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let namespaces = Api::<Namespace>::all(kube.client.clone());
    let select = async |value: Option<&str>| {
        let labels = Patch::Merge(json!({"metadata": {"labels": {"kite-test": value}}}));
        namespaces.patch(&namespace, &PatchParams::default(), &labels).await.unwrap();
    };
    select(Some(namespace.as_str())).await;
    let components = kube.api("appstudio.redhat.com", "Component", "v1alpha1", &namespace);
    let component = json!({
        "apiVersion": "appstudio.redhat.com/v1alpha1", "kind": "Component", "metadata": {"name": "a"},
        "spec": {"componentName": "a", "application": "shop"},
    });
    kube.create(&components, component).await;
    let runs = kube.runs(&namespace);
    kube.create(&runs, run("a-1", "a", Outcome::Failed)).await;
    let mut settings = Settings::default();
    settings.namespaces.selector = Some(format!("kite-test={namespace}"));
    let shutdown = Shutdown::new();
    let operator = Operator::start(plan(&kube, &backend, settings, RuleSet::builtin()), &shutdown);
    eventually("the failure is an issue", async || same(backend.broken(&namespace).await.len(), 1)).await;

    let kind = KindLabels { group: "tekton.dev".to_owned(), kind: "PipelineRun".to_owned() };
    let watched = || operator.metrics().objects.get_or_create(&kind).get();
    eventually("the run is counted", async || same(watched(), 1)).await;
    select(None).await;
    eventually("the runs are nobody's business", async || same(watched(), 0)).await;
    kube.create(&runs, run("b-1", "b", Outcome::Failed)).await;
    assert_eq!(backend.broken(&namespace).await.len(), 1);
    select(Some(namespace.as_str())).await;
    eventually("both are issues", async || same(backend.broken(&namespace).await.len(), 2)).await;
    shutdown.drain(PATIENCE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_run_has_not_recovered_before_its_result_was_read() {
    let Some(kube) = Kube::shared().await else { return };
    let (namespace, backend) = (kube.namespace().await, Backend::start(Line::Up).await);
    let tasks = kube.api("tekton.dev", "TaskRun", "v1", &namespace);
    let result = json!({"name": "TEST_OUTPUT", "value": r#"{"result": "FAILURE", "failures": 1}"#});
    let status = json!({"conditions": [{"type": "Succeeded", "status": "True"}], "results": [result]});
    let metadata = json!({"name": "t-1-check", "labels": {"tekton.dev/pipelineRun": "t-1"}});
    let task = json!({"apiVersion": "tekton.dev/v1", "kind": "TaskRun", "metadata": metadata, "status": status});
    kube.create(&tasks, task).await;
    let mut test = run("t-1", "a", Outcome::Succeeded);
    test["metadata"]["labels"]["pipelines.appstudio.openshift.io/type"] = "test".into();
    test["metadata"]["labels"]["test.appstudio.openshift.io/scenario"] = "smoke".into();
    kube.create(&kube.runs(&namespace), test).await;
    let watching = Watching::start(&kube, &backend, &namespace);
    eventually("the failed test is an issue", async || same(backend.broken(&namespace).await.len(), 1)).await;
    watching.idle().await;
    assert_eq!(backend.broken(&namespace).await.len(), 1);
    watching.stop().await;
}
