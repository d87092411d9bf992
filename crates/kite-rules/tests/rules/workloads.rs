//! Deployments and Jobs.

use kite_api::Report;
use serde_json::{Value, json};

use crate::judging::{deleted, identity, judge, outcome, report, reports, reports_at, title};

/// A Deployment with these conditions: type, status, reason and minute of the transition.
fn deployment(conditions: &[(&str, &str, &str, u32)], written: u32) -> Value {
    let conditions = conditions.iter().map(|(kind, status, reason, minute)| {
        let time = format!("2025-03-04T08:{minute:02}:00Z");
        json!({"type": kind, "status": status, "reason": reason, "message": format!("{kind} it is"),
            "lastTransitionTime": time, "lastUpdateTime": time})
    });
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "cart", "namespace": "team-shop", "uid": "u-3", "generation": 4, "managedFields": [
            {"time": format!("2025-03-04T08:{written:02}:00Z"), "fieldsV1": {"f:status": {"f:conditions": {}}}},
        ]},
        "status": {"observedGeneration": 4, "conditions": conditions.collect::<Vec<_>>()},
    })
}

const WELL: [(&str, &str, &str, u32); 2] =
    [("Available", "True", "MinimumReplicasAvailable", 0), ("Progressing", "True", "NewReplicaSetAvailable", 0)];

#[test]
fn a_deployment_that_does_not_roll_out_is_told() {
    let stuck = [WELL[0], ("Progressing", "False", "ProgressDeadlineExceeded", 10)];
    let old_pods = report(&deployment(&stuck, 10));
    assert_eq!(identity(&old_pods), "failing team-shop pipeline deployment/cart ");
    assert_eq!((title(&old_pods), old_pods.severity.as_deref()), ("Deployment cart does not roll out", Some("minor")));
    assert_eq!(
        old_pods.description.as_deref(),
        Some("The Deployment cart does not roll out.\n\nAvailable: Available it is\nProgressing: Progressing it is")
    );
    assert_eq!(
        (old_pods.occurred_at.as_deref(), old_pods.reason.as_deref()),
        (Some("2025-03-04T08:10:00Z"), Some("ProgressDeadlineExceeded"))
    );
    let none = [("Available", "False", "MinimumReplicasUnavailable", 1), stuck[1]];
    assert_eq!(report(&deployment(&none, 10)).severity.as_deref(), Some("major"));
}

#[test]
fn a_deployment_is_given_some_minutes_after_its_rollout_and_its_own_time_before() {
    let crashed = deployment(&[("Available", "False", "MinimumReplicasUnavailable", 10), WELL[1]], 10);
    let judgement = judge(&crashed, "2025-03-04T08:15:00Z", &Value::Null);
    assert_eq!((judgement.said.len(), judgement.again_at.unwrap().to_string().as_str()), (0, "2025-03-04T08:15:00Z"));
    let found = reports_at(&crashed, "2025-03-04T08:15:01Z");
    assert_eq!(
        (title(&found[0]), found[0].occurred_at.as_deref()),
        ("Deployment cart is not available", Some("2025-03-04T08:10:00Z"))
    );
    assert_eq!(reports(&crashed).len(), 1, "a dump shows one moment");
    let rolling = deployment(
        &[("Available", "False", "MinimumReplicasUnavailable", 10), ("Progressing", "True", "ReplicaSetUpdated", 10)],
        10,
    );
    assert_eq!(reports_at(&rolling, "2025-03-04T09:00:00Z"), []);
    let without_place = deployment(&[WELL[0], WELL[1], ("ReplicaFailure", "True", "FailedCreate", 10)], 10);
    assert_eq!(reports_at(&without_place, "2025-03-04T08:12:00Z"), []);
    assert_eq!(
        title(&reports_at(&without_place, "2025-03-04T08:16:00Z")[0]),
        "Deployment cart cannot create all its pods"
    );
}

#[test]
fn what_is_said_of_an_earlier_generation_or_of_a_deployment_that_goes_is_nothing() {
    let mut stale = deployment(&[WELL[0], ("Progressing", "False", "ProgressDeadlineExceeded", 10)], 10);
    stale["metadata"]["generation"] = json!(5);
    assert_eq!(reports(&stale), []);
    stale["metadata"]["generation"] = json!(4);
    stale["metadata"]["deletionTimestamp"] = json!("2025-03-04T09:00:00Z");
    assert_eq!(reports(&stale), []);
    let gone = deleted(&stale, "2025-03-04T09:01:00Z");
    assert_eq!(identity(&gone[0]), "gone team-shop * deployment/cart *");
}

#[test]
fn a_deployment_recovers_also_when_its_trouble_leaves_no_time_behind() {
    let now = "2025-03-04T10:00:00Z";
    let at = |object: &Value| reports_at(object, now).remove(0);
    let without_place = deployment(&[WELL[0], WELL[1], ("ReplicaFailure", "True", "FailedCreate", 10)], 10);
    let (before, after) = (at(&deployment(&WELL, 5)), at(&deployment(&WELL, 20)));
    assert_eq!(outcome(&[before.clone(), at(&without_place)]), ("failing".to_owned(), 1));
    assert_eq!(outcome(&[before, at(&without_place), after]), ("healthy".to_owned(), 1));
}

#[test]
fn a_second_sign_of_the_same_trouble_is_not_a_second_failure() {
    let now = "2025-03-04T10:00:00Z";
    let at = |conditions: &[_]| reports_at(&deployment(conditions, 30), now).remove(0);
    let crashed = ("Available", "False", "MinimumReplicasUnavailable", 10);
    let first = at(&[crashed, WELL[1]]);
    let second = at(&[crashed, WELL[1], ("ReplicaFailure", "True", "FailedCreate", 20)]);
    assert_eq!(outcome(&[first, second]), ("failing".to_owned(), 1));
}

/// A Job that ended with this condition.
fn job(name: &str, created: &str, condition: &str) -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": name, "namespace": "team-shop", "uid": name, "creationTimestamp": created},
        "status": {"conditions": [
            {"type": "Suspended", "status": "False"},
            {"type": condition, "status": "True", "reason": "BackoffLimitExceeded", "message": "it gave up",
                "lastTransitionTime": "2025-03-04T09:00:00Z"},
        ]},
    })
}

fn of_cron_job(mut job: Value) -> Report {
    job["metadata"]["ownerReferences"] = json!([{"kind": "CronJob", "name": "backup", "controller": true}]);
    report(&job)
}

#[test]
fn a_failed_job_is_told_until_it_is_forgotten() {
    let report = report(&job("import", "2025-03-04T08:00:00Z", "Failed"));
    assert_eq!(identity(&report), "failing team-shop pipeline job/import ");
    assert_eq!(title(&report), "Job import failed");
    assert_eq!(report.description.as_deref(), Some("The Job import failed (BackoffLimitExceeded): it gave up"));
    assert_eq!(report.ended_at.as_deref(), Some("2025-03-04T09:00:00Z"));
    assert_eq!(report.expires_at.as_deref(), Some("2025-03-11T09:00:00Z"));
    assert_eq!(reports(&job("import", "2025-03-04T08:00:00Z", "Suspended")), []);
    assert_eq!(deleted(&job("import", "2025-03-04T08:00:00Z", "Failed"), "2025-03-04T10:00:00Z"), []);
}

#[test]
fn the_jobs_of_a_cron_job_are_attempts_at_one_thing() {
    let failed = of_cron_job(job("backup-1", "2025-03-04T08:00:00Z", "Failed"));
    assert_eq!(
        (identity(&failed), title(&failed)),
        ("failing team-shop pipeline cronjob/backup ".to_owned(), "CronJob backup failed")
    );
    assert_eq!((failed.expires_at.as_deref(), failed.labels["job"].as_str()), (None, "backup-1"));
    let complete = of_cron_job(job("backup-2", "2025-03-04T09:00:00Z", "Complete"));
    let again = of_cron_job(job("backup-3", "2025-03-04T10:00:00Z", "Failed"));
    assert_eq!(outcome(&[complete.clone(), failed.clone()]).0, "healthy", "however late the failure is heard of");
    assert_eq!(outcome(&[failed, complete, again]), ("failing".to_owned(), 2));
}
