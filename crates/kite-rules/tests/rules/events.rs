//! What never became a pipeline run: refused starts, Snapshots that were not made, checks that
//! nobody took up, invalid scenarios.

use serde_json::{Value, json};

use crate::judging::{identities, identity, judge, outcome, report, reports, reports_at, title};
use crate::run::{PAC, Run};

fn event(kind: &str, reason: &str, message: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Event",
        "metadata": {"name": "frontend-x2kqv", "namespace": "team-shop", "uid": "u-4", "creationTimestamp": "2025-03-04T08:00:00Z"},
        "involvedObject": {"kind": "Repository", "name": "frontend"},
        "source": {"component": "Pipelines As Code"},
        "type": kind, "reason": reason, "message": message, "lastTimestamp": null,
    })
}

fn refused() -> Value {
    let message = "There was an error starting the PipelineRun frontend-on-push-, creating pipelinerun has failed.";
    event("Warning", "RepositoryPipelineRun", message)
}

#[test]
fn a_run_that_could_not_be_started_is_critical() {
    let report = report(&refused());
    assert_eq!(identity(&report), "failing team-shop pipeline repository/frontend start/frontend-on-push");
    assert_eq!(title(&report), "The pipeline frontend-on-push of the repository frontend could not be started");
    assert_eq!((report.severity.as_deref(), report.run_id.as_deref()), (Some("critical"), Some("u-4/1")));
    assert_eq!(report.occurred_at.as_deref(), Some("2025-03-04T08:00:00Z"));
    assert_eq!(report.expires_at.as_deref(), Some("2025-03-05T08:00:00Z"));
    let said = judge(&refused(), "", &Value::Null).said;
    assert_eq!(
        (said[0].gone_with[0].kind.kind.as_str(), said[0].gone_with[0].name.as_str()),
        ("Repository", "frontend")
    );
}

#[test]
fn what_is_wrong_with_all_pipelines_is_known_by_its_reason() {
    let report = report(&event("Warning", "PipelineRunValidationErrors", "cannot read push.yaml"));
    assert_eq!(identity(&report), "failing team-shop pipeline repository/frontend PipelineRunValidationErrors");
    assert_eq!(
        title(&report),
        "Pipelines as Code could start nothing for the repository frontend (PipelineRunValidationErrors)"
    );
    let mut repeated =
        event("Warning", "RepositoryPipelineRun", "There was an error starting the PipelineRun <b>!</b>, no");
    repeated["count"] = json!(3);
    repeated["lastTimestamp"] = json!("2025-03-04T09:00:00Z");
    let found = reports(&repeated).remove(0);
    assert_eq!((found.variant.as_deref(), found.run_id.as_deref()), (Some("RepositoryPipelineRun"), Some("u-4/3")));
    assert_eq!(found.occurred_at.as_deref(), Some("2025-03-04T09:00:00Z"));
}

#[test]
fn other_events_say_nothing() {
    for (kind, reason) in [
        ("Normal", "RepositoryMatchedPipelineRun"),
        ("Normal", "RepositoryPipelineRun"),
        ("Warning", "RepositoryCreateStatus"),
        ("Warning", "FailedToSetCommitStatus"),
    ] {
        assert_eq!(reports(&event(kind, reason, "x")), [], "{reason}");
    }
    let mut of_pod = refused();
    of_pod["involvedObject"]["kind"] = json!("Pod");
    let mut of_another = refused();
    of_another["source"]["component"] = json!("kubelet");
    for event in [of_pod, of_another, json!({"apiVersion": "v1", "kind": "Event"})] {
        assert_eq!(judge(&event, "", &Value::Null).detector, "");
    }
}

#[test]
fn a_later_run_of_the_same_pipeline_says_that_it_can_be_started() {
    let started = |run: Run, created: &str| {
        let run =
            run.annotation(&format!("{PAC}/repository"), "frontend").set("/metadata/creationTimestamp", json!(created));
        reports(&run.0).pop().unwrap()
    };
    let later = started(Run::build(), "2025-03-04T08:30:00Z");
    assert_eq!(identity(&later), "healthy team-shop pipeline repository/frontend start/frontend-on-push");
    assert_eq!(outcome(&[report(&refused()), later.clone()]).0, "healthy", "though the build failed");
    let plain = Run::build().label(crate::run::TYPE, "");
    assert_eq!(identity(&started(plain, "2025-03-04T08:30:00Z")), identity(&later));
    assert_eq!(outcome(&[report(&refused()), started(Run::build(), "2025-03-04T07:00:00Z")]).0, "failing");
}

const REPORT: &str = "test.appstudio.openshift.io/create-snapshot-status";

fn built() -> Run {
    let refused = r#"{"status": "failed", "message": "not yet signed with Chains"}"#;
    Run::build().succeeded().annotation(REPORT, refused)
}

#[test]
fn a_build_without_a_snapshot_is_told_after_half_an_hour() {
    let judgement = judge(&built().0, "2025-03-04T08:42:00Z", &Value::Null);
    assert_eq!((judgement.said.len(), judgement.again_at.unwrap().to_string().as_str()), (1, "2025-03-04T08:42:00Z"));
    let found = reports_at(&built().0, "2025-03-04T08:42:01Z");
    assert_eq!(
        identities(&found),
        [
            "healthy team-shop build component/frontend push/main",
            "failing team-shop build component/frontend snapshot/push/main",
        ]
    );
    assert_eq!(title(&found[1]), "The build of frontend (push to main) ended well, but there is no Snapshot of it");
    assert!(found[1].description.clone().unwrap().ends_with("there is no Snapshot: not yet signed with Chains"));
    let late = built().annotation("appstudio.openshift.io/snapshot", "shop-1");
    let healthy = reports_at(&late.0, "2025-03-04T09:00:00Z").remove(1);
    assert_eq!(outcome(&[found[1].clone(), healthy]), ("healthy".to_owned(), 1));
}

#[test]
fn no_snapshot_is_missed_where_none_is_made() {
    for run in [
        Run::build().succeeded(),
        Run::build().succeeded().annotation(REPORT, "no JSON"),
        Run::build().succeeded().annotation(REPORT, "[5]"),
        Run::build().succeeded().annotation(REPORT, r#"{"status": "success"}"#),
    ] {
        assert_eq!(reports_at(&run.0, "2025-03-04T20:00:00Z").len(), 1);
    }
    assert_eq!(reports(&built().0).len(), 1, "a dump does not know how long it takes");
}

fn check(annotations: &Value) -> Value {
    json!({
        "apiVersion": "appstudio.redhat.com/v1alpha1", "kind": "DependencyUpdateCheck",
        "metadata": {"name": "dependencyupdatecheck-x", "namespace": "mintmaker", "uid": "u-5",
            "creationTimestamp": "2025-03-04T08:00:00Z", "annotations": annotations},
    })
}

#[test]
fn a_check_that_nobody_takes_up_is_told_after_an_hour() {
    let waiting = check(&json!({}));
    let judgement = judge(&waiting, "2025-03-04T09:00:00Z", &Value::Null);
    assert_eq!((judgement.said.len(), judgement.again_at.unwrap().to_string().as_str()), (0, "2025-03-04T09:00:00Z"));
    let found = reports_at(&waiting, "2025-03-04T09:00:01Z").remove(0);
    assert_eq!(identity(&found), "failing mintmaker dependency dependencyupdatecheck/mintmaker ");
    assert_eq!(found.expires_at.as_deref(), Some("2025-03-05T09:00:00Z"));
    let taken_up = report(&check(&json!({"mintmaker.appstudio.redhat.com/processed": "true"})));
    assert_eq!(outcome(&[found, taken_up]), ("healthy".to_owned(), 1));
    let mut elsewhere = waiting;
    elsewhere["metadata"]["namespace"] = json!("team-shop");
    assert_eq!(reports_at(&elsewhere, "2025-03-04T20:00:00Z"), []);
}

#[test]
fn an_invalid_scenario_is_told() {
    let scenario = |status: &str, since: &str| {
        let condition = json!({"type": "IntegrationTestScenarioValid", "status": status, "reason": "Invalid",
            "message": "no such bundle", "lastTransitionTime": since});
        json!({
            "apiVersion": "appstudio.redhat.com/v1beta2", "kind": "IntegrationTestScenario",
            "metadata": {"name": "smoke", "namespace": "team-shop", "uid": "u-6"},
            "spec": {"application": "shop"}, "status": {"conditions": [condition]},
        })
    };
    let invalid = report(&scenario("False", "2025-03-04T08:00:00Z"));
    assert_eq!(identity(&invalid), "failing team-shop test integrationtestscenario/smoke ");
    assert_eq!(invalid.description.as_deref(), Some("The scenario smoke cannot run: no such bundle"));
    assert_eq!(invalid.labels["application"], "shop");
    let valid = report(&scenario("True", "2025-03-04T09:00:00Z"));
    assert_eq!(outcome(&[invalid, valid]).0, "healthy");
    let mut newer = scenario("", "");
    newer["status"] = json!(null);
    assert_eq!(reports(&newer), []);
}
