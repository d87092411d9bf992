//! Pipeline runs that do not get on.

use kite_api::Report;
use serde_json::{Value, json};

use crate::judging::{identity, judge, outcome, title};
use crate::run::{Run, TYPE};

/// A build that was created at 08:00 and is in this state.
fn unfinished(spec: Value, reason: &str, started: Option<&str>) -> Run {
    Run::build().set("/spec", spec).set(
        "/status",
        json!({"startTime": started, "conditions": [
            {"type": "Succeeded", "status": "Unknown", "reason": reason, "message": "it waits"},
        ]}),
    )
}

fn queued() -> Run {
    unfinished(json!({"status": "PipelineRunPending"}), "PipelineRunPending", None)
}

fn running(timeouts: &Value) -> Run {
    unfinished(json!({"timeouts": timeouts}), "Running", Some("2025-03-04T08:10:00Z"))
}

/// What is said at a time, and when to look again.
fn at(run: &Run, now: &str) -> (Vec<Report>, Option<String>) {
    let judgement = judge(&run.0, now, &Value::Null);
    let reports = judgement.said.into_iter().map(|said| said.report).collect();
    (reports, judgement.again_at.map(|time| time.to_string()))
}

#[test]
fn a_run_is_stuck_when_its_deadline_is_over() {
    let storage = unfinished(json!({}), "PipelineRunPending", Some("2025-03-04T08:10:00Z"));
    let resolving = |reason| unfinished(json!({}), reason, Some("2025-03-04T08:10:00Z"));
    for (run, deadline, why, severity, revision) in [
        (queued(), "2025-03-04T14:00:00Z", "waiting in the queue", "minor", 0),
        (resolving("ResolvingPipelineRef"), "2025-03-04T08:40:00Z", "fetching its pipeline", "major", 1),
        (resolving("ResolvingTaskRef"), "2025-03-04T08:40:00Z", "fetching its pipeline", "major", 1),
        (storage, "2025-03-04T08:40:00Z", "waiting for storage", "major", 2),
        (
            running(&json!({"pipeline": "1h30m0s"})),
            "2025-03-04T10:10:00Z",
            "running past its timeout of 1h30m0s",
            "major",
            3,
        ),
        (running(&json!(null)), "2025-03-04T10:40:00Z", "running past its timeout of 2h", "major", 3),
    ] {
        let (before, again) = at(&run, deadline);
        assert_eq!((before, again.as_deref()), (vec![], Some(deadline)), "{why}");
        let (after, _) = at(&run, &deadline.replace("00Z", "01Z"));
        let [report] = after.as_slice() else { panic!("{why}: {after:?}") };
        assert_eq!(identity(report), "failing team-shop build component/frontend push/main");
        assert_eq!(title(report), format!("Build of frontend (push to main) is stuck ({why})"));
        assert_eq!((report.severity.as_deref(), report.revision), (Some(severity), Some(revision)), "{why}");
        assert_eq!((report.run_id.clone(), report.ended_at.clone()), (Run::build().report().run_id, None));
        let a_day_later = deadline.replace("03-04", "03-05");
        assert_eq!(report.expires_at.as_deref(), Some(a_day_later.as_str()));
    }
}

#[test]
fn what_a_stuck_run_says_of_itself_is_told() {
    let (reports, _) = at(&queued(), "2025-03-05T00:00:00Z");
    assert_eq!(
        reports[0].description.as_deref(),
        Some("The pipeline run frontend-on-push-x7k2p is stuck, waiting in the queue (PipelineRunPending): it waits")
    );
}

#[test]
fn a_run_without_a_timeout_is_never_stuck() {
    for timeout in ["0", "0s", "0h0m0s", "soon", "-1h", "99999999999999999999h"] {
        let (reports, again) = at(&running(&json!({"pipeline": timeout})), "2035-01-01T00:00:00Z");
        assert_eq!((reports, again), (vec![], None), "{timeout}");
    }
}

#[test]
fn the_timeout_of_an_old_run_counts() {
    let run = unfinished(json!({"timeout": "10m"}), "Running", Some("2025-03-04T08:10:00Z"));
    assert_eq!(at(&run, "2025-03-04T08:20:00Z").1.as_deref(), Some("2025-03-04T08:50:00Z"));
}

#[test]
fn a_run_that_ended_or_is_ended_or_deleted_is_not_stuck() {
    let mut deleting = running(&json!(null));
    deleting.0["metadata"]["deletionTimestamp"] = json!("2025-03-04T09:00:00Z");
    let stopping =
        unfinished(json!({"status": "StoppedRunFinally"}), "StoppedRunningFinally", Some("2025-03-04T08:10:00Z"));
    for run in [deleting, stopping, Run::build().ended("False", "Cancelled")] {
        assert_eq!(at(&run, "2035-01-01T00:00:00Z"), (vec![], None));
    }
    let (reports, again) = at(&Run::build().succeeded(), "2035-01-01T00:00:00Z");
    assert_eq!((reports[0].verdict.as_deref(), again), (Some("healthy"), None));
}

#[test]
fn nothing_is_overdue_in_a_dump() {
    assert_eq!(at(&queued(), "").0, []);
}

#[test]
fn all_kinds_of_runs_can_be_stuck() {
    let own = |key: &str| format!("mintmaker.appstudio.redhat.com/{key}");
    for (run, expected) in [
        (queued().label(TYPE, ""), "Pipeline frontend-on-push (push to main) is stuck (waiting in the queue)"),
        (
            queued().label(TYPE, "test").label("test.appstudio.openshift.io/scenario", "smoke"),
            "Integration test smoke of frontend (push to main) is stuck (waiting in the queue)",
        ),
        (queued().label(TYPE, "managed"), "The managed release pipeline of shop is stuck (waiting in the queue)"),
        (
            queued()
                .label(&own("repository"), "acme_frontend")
                .label(&own("git-host"), "github.com")
                .label(&own("branch"), "main"),
            "Dependency update of github.com/acme_frontend@main is stuck (waiting in the queue)",
        ),
    ] {
        let (reports, again) = at(&run, "2025-03-04T23:00:00Z");
        assert_eq!(title(&reports[0]), expected);
        assert_eq!(reports[0].severity.as_deref(), Some("minor"));
        assert_eq!(again.as_deref(), Some("2025-03-04T14:00:00Z"));
    }
}

#[test]
fn a_stuck_run_that_ends_after_all_is_the_same_attempt() {
    let (stuck, _) = at(&queued(), "2025-03-04T23:00:00Z");
    let (failed, _) = at(&Run::build(), "2025-03-04T23:30:00Z");
    let (succeeded, _) = at(&Run::build().succeeded(), "2025-03-04T23:30:00Z");
    assert!(stuck[0].revision < failed[0].revision);
    assert_eq!(outcome(&[stuck[0].clone(), failed[0].clone()]), ("failing".to_owned(), 1));
    assert_eq!(outcome(&[stuck[0].clone(), succeeded[0].clone()]), ("healthy".to_owned(), 1));
}
