//! Which task of a pipeline run failed, and what its log says.

use kite_api::Report;
use kite_rules::{Need, Wanted, WatchedKind};
use serde_json::{Value, json};

use crate::judging::{judge, title};
use crate::run::{Run, TYPE};

const NOW: &str = "2025-03-04T09:00:00Z";

/// A task that ended in this way, at this minute.
fn task(name: &str, minute: u32, status: &str, reason: &str) -> Value {
    json!({
        "metadata": {"name": format!("frontend-x-{name}"), "labels": {"tekton.dev/pipelineTask": name}},
        "status": {
            "podName": format!("frontend-x-{name}-pod"),
            "completionTime": format!("2025-03-04T08:{minute:02}:00Z"),
            "conditions": [{"type": "Succeeded", "status": status, "reason": reason,
                "message": "\"step-build\" exited with code 1: Error"}],
            "steps": [
                {"name": "prepare", "container": "step-prepare", "terminated": {"exitCode": 0, "reason": "Completed"}},
                {"name": "may-fail", "container": "step-may-fail", "terminationReason": "Continued",
                    "terminated": {"exitCode": 7, "reason": "Error"}},
                {"name": "build", "container": "step-build", "terminated": {"exitCode": 1, "reason": "Error"}},
                {"name": "push", "container": "step-push", "terminationReason": "Skipped",
                    "terminated": {"exitCode": 1, "reason": "Error"}},
            ],
        },
    })
}

fn with(run: &Run, related: &Value) -> (Report, Vec<Need>) {
    let judgement = judge(&run.0, NOW, related);
    (judgement.said[0].report.clone(), judgement.needs)
}

fn tasks(tasks: &[Value]) -> Value {
    json!({"taskRuns": tasks})
}

#[test]
fn a_failed_run_asks_for_its_tasks_and_then_for_the_log_of_the_failed_step() {
    let run = Run::build();
    let (first, needs) = with(&run, &Value::Null);
    assert_eq!((title(&first), first.revision), ("Build of frontend (push to main) failed", Some(5)));
    let kind = WatchedKind { group: "tekton.dev".to_owned(), kind: "TaskRun".to_owned() };
    let labels = [("tekton.dev/pipelineRun".to_owned(), "frontend-on-push-x7k2p".to_owned())].into();
    assert_eq!(needs, [Need { name: "taskRuns".to_owned(), what: Wanted::Objects { kind, labels } }]);

    let failed = task("build-container", 10, "False", "Failed");
    let (second, needs) = with(&run, &tasks(&[task("init", 1, "True", "Succeeded"), failed.clone()]));
    assert_eq!(title(&second), "Build of frontend (push to main) failed in task build-container");
    assert_eq!((second.labels["task"].as_str(), second.labels["step"].as_str()), ("build-container", "build"));
    assert_eq!((second.revision, second.run_id), (Some(6), first.run_id));
    let (pod, container) = ("frontend-x-build-container-pod".to_owned(), "step-build".to_owned());
    assert_eq!(needs, [Need { name: "log".to_owned(), what: Wanted::Log { pod, container } }]);

    let log = format!("{}\ncannot find -lfoo\n", "x".repeat(9000));
    let (third, needs) = with(&run, &json!({"taskRuns": [failed], "log": log}));
    assert_eq!((third.revision, needs), (Some(7), vec![]));
    let description = third.description.unwrap();
    let begin = "The pipeline run frontend-on-push-x7k2p failed: Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 8\n\n\
        The task build-container failed in the step build with exit code 1: \"step-build\" exited with code 1: Error\n\n\
        The end of its log:\n\n…xxx";
    assert!(description.starts_with(begin), "{description}");
    assert!(description.ends_with("x\ncannot find -lfoo\n") && description.len() < 9000, "{description}");
}

#[test]
fn the_first_task_that_failed_by_itself_is_to_blame() {
    let cancelled = task("slow", 1, "False", "TaskRunCancelled");
    let ignored = task("lint", 2, "False", "FailureIgnored");
    let (late, early) = (task("late", 9, "False", "Failed"), task("early", 8, "False", "StepOOM"));
    for (related, blamed) in [
        (vec![cancelled.clone(), ignored.clone(), late, early], "failed in task early"),
        (vec![ignored.clone(), cancelled], "failed in task slow"),
        (vec![ignored], "failed"),
        (vec![], "failed"),
    ] {
        let (report, _) = with(&Run::build(), &tasks(&related));
        assert_eq!(title(&report), format!("Build of frontend (push to main) {blamed}"));
    }
}

#[test]
fn a_task_without_a_failed_step_is_told_by_its_condition() {
    let mut failed = task("scan", 1, "False", "TaskRunImagePullFailed");
    failed["status"]["steps"] = json!(null);
    let (report, needs) = with(&Run::build(), &tasks(&[failed]));
    let description = report.description.unwrap();
    assert!(description.contains("The task scan failed (TaskRunImagePullFailed): "), "{description}");
    assert!(!report.labels.contains_key("step"));
    assert_eq!(needs, []);
}

#[test]
fn a_step_without_the_name_of_its_container_is_found_by_its_own() {
    let mut failed = task("scan", 1, "False", "Failed");
    failed["status"]["steps"] = json!([{"name": "clair", "terminated": {"exitCode": 2}}]);
    let (_, needs) = with(&Run::build(), &tasks(&[failed]));
    assert!(format!("{needs:?}").contains("step-clair"), "{needs:?}");
}

#[test]
fn a_run_that_never_started_or_was_stopped_or_ended_well_needs_nothing() {
    let never = Run::build().ended("False", "CouldntGetTask").set("/status/childReferences", json!([]));
    let stopped = Run::build().set("/spec", json!({"status": "Cancelled"}));
    for run in [never, stopped, Run::build().succeeded(), Run::build().ended("Unknown", "Running")] {
        assert_eq!(judge(&run.0, NOW, &Value::Null).needs, []);
    }
}

#[test]
fn old_runs_hold_their_tasks_themselves() {
    let mut run = Run::build().set("/status/childReferences", json!(null));
    let mut failed = task("build-container", 1, "False", "TaskRunTimeout");
    failed["metadata"] = json!(null);
    failed["pipelineTaskName"] = json!("build-container");
    run.0["status"]["taskRuns"] = json!({"frontend-x-build": failed});
    let judgement = judge(&run.0, "", &Value::Null);
    assert_eq!(title(&judgement.said[0].report), "Build of frontend (push to main) failed in task build-container");
    assert!(judgement.needs.iter().all(|need| need.name == "log"), "{:?}", judgement.needs);
}

#[test]
fn the_log_of_a_run_in_another_namespace_than_its_report_is_not_shown() {
    let own = |key: &str| format!("mintmaker.appstudio.redhat.com/{key}");
    let run = Run::plain("renovate-1")
        .set("/metadata/namespace", json!("mintmaker"))
        .label(&own("repository"), "acme_frontend")
        .label(&own("namespace"), "team-shop");
    let (report, needs) = with(&run, &tasks(&[task("build", 1, "False", "Failed")]));
    assert_eq!((report.namespace.as_deref(), needs), (Some("team-shop"), vec![]));
    assert_eq!(report.labels["step"], "build");
}

#[test]
fn an_update_that_only_kite_did_not_hear_of_is_done() {
    let own = |key: &str| format!("mintmaker.appstudio.redhat.com/{key}");
    let run = Run::plain("renovate-1").label(&own("repository"), "acme_frontend");
    let mut failed = task("build", 1, "False", "Failed");
    failed["status"]["steps"] = json!([
        {"name": "renovate", "terminated": {"exitCode": 0}}, {"name": "log-analyzer", "terminated": {"exitCode": 1}},
    ]);
    let (first, _) = with(&run, &Value::Null);
    let (second, _) = with(&run, &tasks(&[failed]));
    assert_eq!((first.verdict.as_deref(), second.verdict.as_deref()), (Some("failing"), Some("healthy")));
    assert_eq!((first.run_id, first.occurred_at), (second.run_id, second.occurred_at));
}

#[test]
fn tests_and_other_pipelines_tell_their_tasks_too() {
    let related = tasks(&[task("verify", 1, "False", "Failed")]);
    for (run, expected) in [
        (Run::of_test(), "Integration test smoke of frontend (push to main) failed in task verify"),
        (Run::build().label(TYPE, ""), "Pipeline frontend-on-push (push to main) failed in task verify"),
    ] {
        let (report, _) = with(&run, &related);
        assert_eq!(title(&report), expected);
        assert_eq!(report.labels["task"], "verify");
    }
}
