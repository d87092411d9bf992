//! Releases, and the pipeline runs that belong to them.

use kite_api::Report;
use serde_json::{Value, json};

use crate::judging::{identities, identity, judge, outcome, report, reports, reports_at, title};
use crate::run::{Run, TYPE};

const PHASES: [&str; 6] = [
    "Validated",
    "TenantCollectorsPipelineProcessed",
    "ManagedCollectorsPipelineProcessed",
    "TenantPipelineProcessed",
    "ManagedPipelineProcessed",
    "FinalPipelineProcessed",
];

/// A Release of `shop` to production; all phases went well, but it is not released yet.
fn release(status: &str, reason: &str, message: &str) -> Value {
    let phases =
        PHASES.iter().map(|phase| json!({"type": phase, "status": "True", "reason": "Skipped", "message": ""}));
    let released = json!({"type": "Released", "status": status, "reason": reason, "message": message});
    json!({
        "apiVersion": "appstudio.redhat.com/v1alpha1",
        "kind": "Release",
        "metadata": {
            "name": "shop-7",
            "namespace": "team-shop",
            "uid": "7b0d3b9e-0000-4000-8000-000000000003",
            "creationTimestamp": "2025-03-04T08:00:00Z",
            "labels": {"appstudio.openshift.io/application": "shop"},
        },
        "spec": {"releasePlan": "to-prod", "snapshot": "shop-20250304"},
        "status": {"conditions": phases.chain([released]).collect::<Vec<_>>()},
    })
}

fn failed(phase: &str, message: &str) -> Value {
    let mut release = release("False", "Failed", message);
    let position = PHASES.iter().position(|known| *known == phase).unwrap();
    let condition = &mut release["status"]["conditions"][position];
    condition["status"] = json!("False");
    condition["reason"] = json!("Failed");
    release["status"]["completionTime"] = json!("2025-03-04T08:20:00Z");
    release
}

#[test]
fn a_failed_release_is_told_with_its_phase_and_last_attempt() {
    let mut failed = failed("ManagedPipelineProcessed", "Release processing failed on managed pipelineRun");
    failed["status"]["conditions"][4]["message"] = json!("Release processing failed on managed pipelineRun");
    failed["status"]["managedPipelineAttempts"] = json!([
        {"pipelineRun": "managed-shop/managed-a", "failureReason": "OOMKill"},
        {"pipelineRun": "managed-shop/managed-b", "failureReason": "TaskRunTimeout", "lastTask": "push", "lastStep": "sign"},
    ]);
    let report = report(&failed);
    assert_eq!(identity(&report), "failing team-shop release application/shop to-prod");
    assert_eq!(title(&report), "Release of shop by to-prod failed in the managed pipeline");
    assert_eq!(
        report.description.as_deref(),
        Some(
            "The Release shop-7 of the Snapshot shop-20250304 failed: Release processing failed on managed pipelineRun.\n\n\
             The task push failed in the step sign (TaskRunTimeout), at attempt 2."
        )
    );
    assert_eq!((report.severity.as_deref(), report.reason.as_deref()), (Some("major"), Some("TaskRunTimeout")));
    assert_eq!(report.occurred_at.as_deref(), Some("2025-03-04T08:00:00Z"));
    assert_eq!(report.ended_at.as_deref(), Some("2025-03-04T08:20:00Z"));
    assert_eq!(report.run_id.as_deref(), Some("7b0d3b9e-0000-4000-8000-000000000003"));
    let links: Vec<_> = report.links.iter().map(|link| link.url.as_deref().unwrap()).collect();
    assert_eq!(
        links,
        [
            "https://ui.example.com/ns/team-shop/applications/shop/releases/shop-7",
            "https://ui.example.com/ns/managed-shop/pipelinerun/managed-b",
        ]
    );
    let labels = ["phase", "task", "step", "pipelineRun", "releasePlan"].map(|label| report.labels[label].as_str());
    assert_eq!(labels, ["managed", "push", "sign", "managed-b", "to-prod"]);
}

#[test]
fn each_phase_has_its_pipeline_run() {
    for (phase, processing, expected) in [
        ("TenantPipelineProcessed", json!({"tenantProcessing": {"pipelineRun": "ns/run"}}), "tenant"),
        ("ManagedPipelineProcessed", json!({"managedProcessing": {"pipelineRun": "ns/run"}}), "managed"),
        ("FinalPipelineProcessed", json!({"finalProcessing": {"pipelineRun": "ns/run"}}), "final"),
        (
            "TenantCollectorsPipelineProcessed",
            json!({"collectorsProcessing": {"tenantCollectorsProcessing": {"pipelineRun": "ns/run"}}}),
            "tenant-collectors",
        ),
        (
            "ManagedCollectorsPipelineProcessed",
            json!({"collectorsProcessing": {"managedCollectorsProcessing": {"pipelineRun": "ns/run"}}}),
            "managed-collectors",
        ),
    ] {
        let mut failed = failed(phase, "Release processing failed");
        failed["status"]["conditions"][PHASES.iter().position(|known| *known == phase).unwrap()]["message"] =
            json!("task push failed: no space left");
        failed["status"].as_object_mut().unwrap().extend(processing.as_object().unwrap().clone());
        let report = report(&failed);
        assert_eq!((report.labels["phase"].as_str(), report.labels["pipelineRun"].as_str()), (expected, "run"));
        assert!(report.description.unwrap().ends_with("\n\ntask push failed: no space left"));
    }
}

#[test]
fn what_could_not_even_begin_is_critical() {
    for (phase, message) in [
        ("Validated", "Release validation failed"),
        ("TenantPipelineProcessed", "Release processing failed on tenant pipelineRun creation"),
        ("ManagedPipelineProcessed", "Release processing failed on managed pipeline RoleBinding creation"),
    ] {
        let report = report(&failed(phase, message));
        assert_eq!(report.severity.as_deref(), Some("critical"), "{message}");
        assert_eq!(title(&report), "Release of shop by to-prod never started");
    }
}

#[test]
fn under_way_is_not_failed_and_skipped_is_not_done() {
    assert_eq!(reports(&release("False", "Progressing", "")), []);
    assert_eq!(reports(&release("Unknown", "", "")), []);
    // The final pipeline runs after a failure, and may succeed.
    let mut failed = failed("ManagedPipelineProcessed", "x");
    failed["status"]["conditions"][5]["reason"] = json!("Succeeded");
    assert_eq!(report(&failed).labels["phase"], "managed");
}

#[test]
fn a_newer_release_by_the_same_plan_recovers() {
    let at = |mut release: Value, time: &str| {
        release["metadata"]["creationTimestamp"] = json!(time);
        release["metadata"]["uid"] = json!(time);
        report(&release)
    };
    let old = at(failed("ManagedPipelineProcessed", "x"), "2025-03-04T08:00:00Z");
    let new = at(release("True", "Succeeded", ""), "2025-03-04T09:00:00Z");
    assert_eq!(identity(&new), "healthy team-shop release application/shop to-prod");
    for arrived in [[old.clone(), new.clone()], [new, old]] {
        assert_eq!(outcome(&arrived).0, "healthy", "also when the older one ends later");
    }
}

#[test]
fn a_release_is_filed_under_its_application_or_group_or_plan() {
    let mut release = failed("Validated", "x");
    release["metadata"]["labels"] = json!({"appstudio.openshift.io/component-group": "storefront"});
    assert_eq!(identity(&report(&release)), "failing team-shop release application/storefront to-prod");
    release["metadata"]["labels"] = json!(null);
    let alone = report(&release);
    assert_eq!(identity(&alone), "failing team-shop release releaseplan/to-prod to-prod");
    assert_eq!(title(&alone), "Release of to-prod never started");
    let said = judge(&release, "", &Value::Null).said;
    assert_eq!(
        (said[0].gone_with[0].kind.kind.as_str(), said[0].gone_with[0].name.as_str()),
        ("ReleasePlan", "to-prod")
    );
}

#[test]
fn a_release_that_does_not_end_for_a_day_is_stuck() {
    let progressing = release("False", "Progressing", "");
    let judgement = judge(&progressing, "2025-03-05T08:00:00Z", &Value::Null);
    assert_eq!((judgement.said.len(), judgement.again_at.unwrap().to_string().as_str()), (0, "2025-03-05T08:00:00Z"));
    let [stuck] = <[Report; 1]>::try_from(reports_at(&progressing, "2025-03-05T08:00:01Z")).unwrap();
    assert_eq!(title(&stuck), "Release of shop by to-prod is stuck");
    assert_eq!((stuck.expires_at.as_deref(), stuck.ended_at.as_deref()), (Some("2025-03-06T08:00:00Z"), None));
    let ended = reports_at(&failed("ManagedPipelineProcessed", "x"), "2025-03-05T09:00:00Z").remove(0);
    assert!(stuck.revision < ended.revision && stuck.run_id == ended.run_id);
    let mut old = progressing;
    old["status"] = json!({"conditions": [{"type": "Succeeded", "status": "True"}]});
    assert_eq!(reports_at(&old, "2025-03-06T09:00:00Z"), [], "Releases of long ago ended otherwise");
}

/// A managed pipeline run of a Release.
fn managed() -> Run {
    Run::build()
        .label(TYPE, "managed")
        .label("release.appstudio.openshift.io/name", "shop-7")
        .label("release.appstudio.openshift.io/namespace", "team-shop")
        .set("/metadata/namespace", json!("managed-shop"))
        .set("/spec", json!({"params": [{"name": "releasePlan", "value": "team-shop/to-prod"}]}))
}

#[test]
fn in_a_live_cluster_a_release_tells_of_its_runs() {
    let now = "2025-03-04T09:00:00Z";
    let judgement = judge(&managed().0, now, &Value::Null);
    let said: Vec<_> = judgement.said.iter().map(|said| identity(&said.report)).collect();
    assert_eq!(said, ["healthy managed-shop release application/shop managed/to-prod"]);
    assert_eq!(judgement.needs, [], "nobody would read it");
    assert_eq!(managed().report().verdict.as_deref(), Some("failing"), "in a dump it may be all there is");
    let alone = managed().label("release.appstudio.openshift.io/name", "");
    assert_eq!(
        identities(&reports_at(&alone.0, now)),
        ["failing managed-shop release application/shop managed/to-prod"]
    );
}

#[test]
fn no_label_makes_a_live_cluster_speak_of_another_namespace() {
    let queued = managed()
        .set("/spec", json!({"status": "PipelineRunPending"}))
        .set("/status", json!({"conditions": [{"type": "Succeeded", "status": "Unknown"}]}));
    let found = reports_at(&queued.0, "2025-03-05T09:00:00Z");
    assert_eq!(found[0].namespace.as_deref(), Some("managed-shop"));
    let own = |key: &str| format!("mintmaker.appstudio.redhat.com/{key}");
    let pretender = Run::plain("renovate-1").label(&own("repository"), "x").label(&own("namespace"), "another-team");
    assert_eq!(pretender.report().namespace.as_deref(), Some("team-shop"));
    let another = pretender.label("release.appstudio.openshift.io/namespace", "another-team");
    assert_eq!(another.report().namespace.as_deref(), Some("team-shop"));
}
