//! Runs of integration tests, and their Snapshots beside them.

use kite_api::Report;
use serde_json::{Value, json};

use crate::judging::{identity, judge, outcome};
use crate::run::Run;
use crate::snapshots::{Snapshot, scenario};

const NOW: &str = "2025-03-04T20:00:00Z";

/// A run that ended well and belongs to a Snapshot.
fn succeeded() -> Run {
    Run::of_test().succeeded().label("appstudio.openshift.io/snapshot", "shop-20250304-080000-000")
}

fn task_with(output: &str) -> Value {
    json!({"status": {"results": [{"name": "OTHER", "value": "x"}, {"name": "TEST_OUTPUT", "value": output}]}})
}

fn with_tasks(run: &Run, tasks: &Value) -> Vec<Report> {
    let judgement = judge(&run.0, NOW, &json!({"testTaskRuns": tasks}));
    judgement.said.into_iter().map(|said| said.report).collect()
}

#[test]
fn the_tasks_of_a_run_say_whether_the_test_passed() {
    let needs = judge(&succeeded().0, NOW, &Value::Null).needs;
    assert_eq!(needs.iter().map(|need| need.name.as_str()).collect::<Vec<_>>(), ["testTaskRuns"]);
    let (pass, fail) = (task_with(r#"{"result": "SUCCESS"}"#), task_with(r#"{"result": "FAILURE", "failures": 3}"#));
    let old = json!({"status": {"taskResults": [{"name": "HACBS_TEST_OUTPUT", "value": r#"{"result": "SKIPPED"}"#}]}});
    for (tasks, verdict) in [
        (json!([pass, old]), Some("healthy")),
        (json!([pass, fail]), Some("failing")),
        (json!([pass, task_with("no JSON")]), Some("failing")),
        (json!([pass, task_with(r#"{"result": "PERHAPS"}"#)]), Some("failing")),
        (json!([{"status": {}}, {}]), None),
        (json!([]), None),
    ] {
        let found = with_tasks(&succeeded(), &tasks);
        assert_eq!(found.first().and_then(|report| report.verdict.as_deref()), verdict, "{tasks}");
        if let Some(report) = found.first() {
            assert!(identity(report).ends_with("team-shop test component/frontend smoke/push/main"));
        }
    }
}

#[test]
fn a_run_that_says_nothing_of_its_test_leaves_it_to_its_snapshot() {
    assert_eq!(succeeded().reports(), []);
    let alone = Run::of_test().succeeded();
    assert_eq!(alone.report().verdict.as_deref(), Some("healthy"));
}

#[test]
fn findings_may_be_counted_or_listed_or_neither() {
    for (failures, expected) in
        [("2", "failures: 2"), (r#"[{"a": 1}]"#, "failures: 1"), ("null", "failures: 0"), ("{}", "failures: 0")]
    {
        let output = format!(r#"{{"result": "FAILURE", "failures": {failures}, "note": 5}}"#);
        let found = with_tasks(&succeeded(), &json!([task_with(&output)]));
        let description = found[0].description.clone().unwrap();
        assert!(description.contains(expected), "{description}");
    }
}

/// The words of the run and of its Snapshot about one attempt.
fn both(run: Run, status: &str) -> [Report; 2] {
    let of_build = |began: &str| (String::from("test.appstudio.openshift.io/pipelinerunstarttime"), began.to_owned());
    let (key, began) = of_build("1741075200000");
    let run = run.set("/metadata/creationTimestamp", json!("2025-03-04T08:14:10Z")).annotation(&key, &began);
    let snapshot = Snapshot::new(&scenario(status)).annotation(&key, &began);
    let judgement = judge(&run.0, NOW, &json!({"testTaskRuns": [task_with(r#"{"result": "SUCCESS"}"#)]}));
    [judgement.said[0].report.clone(), snapshot.report()]
}

#[test]
fn a_run_and_its_snapshot_make_one_issue() {
    let [run, snapshot] = both(Run::of_test(), "TestFail");
    assert_eq!(identity(&run), identity(&snapshot));
    assert_eq!(run.run_id, snapshot.run_id);
    assert!(snapshot.revision < run.revision, "the run knows more");
    assert_eq!(outcome(&[run, snapshot]), ("failing".to_owned(), 1));
}

#[test]
fn the_snapshot_has_the_last_word_about_a_run() {
    for [run, snapshot] in [both(succeeded(), "TestFail"), both(Run::of_test(), "TestPassed")] {
        assert_ne!(run.verdict, snapshot.verdict);
        for arrived in [[run.clone(), snapshot.clone()], [snapshot.clone(), run]] {
            assert_eq!(outcome(&arrived).0, snapshot.verdict.clone().unwrap());
        }
    }
}

#[test]
fn a_test_that_was_stuck_and_passed_is_well() {
    let queued = Run::of_test()
        .set("/spec", json!({"status": "PipelineRunPending"}))
        .set("/status", json!({"conditions": [{"type": "Succeeded", "status": "Unknown"}]}));
    let [stuck, snapshot] = both(queued, "TestPassed");
    assert_eq!(stuck.verdict.as_deref(), Some("failing"));
    assert_eq!(outcome(&[stuck, snapshot]), ("healthy".to_owned(), 1));
}

#[test]
fn a_problem_goes_with_its_scenario() {
    let said = judge(&Run::of_test().0, NOW, &Value::Null).said;
    let owners: Vec<_> =
        said[0].gone_with.iter().map(|owner| (owner.kind.kind.as_str(), owner.name.as_str())).collect();
    assert_eq!(owners, [("IntegrationTestScenario", "smoke")]);
}
