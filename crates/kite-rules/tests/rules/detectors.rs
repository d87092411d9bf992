//! The built-in detectors, run by run.

use serde_json::{Value, json};

use crate::judging::identity;
use crate::run::{PAC, Run, TYPE};

fn severity(run: &Run) -> String {
    run.report().severity.unwrap()
}

#[test]
fn a_failed_push_build_is_reported_in_full() {
    let report = Run::build().annotation("pipelinesascode.tekton.dev/log-url", "javascript:alert(1)").report();
    assert_eq!(identity(&report), "failing team-shop build component/frontend push/main");
    assert_eq!(report.title.as_deref(), Some("Build of frontend (push to main) failed"));
    assert_eq!(
        report.description.as_deref(),
        Some("The pipeline run frontend-on-push-x7k2p failed: Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 8")
    );
    assert_eq!(report.severity.as_deref(), Some("major"));
    assert_eq!(report.occurred_at.as_deref(), Some("2025-03-04T08:00:00Z"));
    assert_eq!(report.ended_at.as_deref(), Some("2025-03-04T08:12:00Z"));
    assert_eq!(report.run_id.as_deref(), Some("8c5f3b9e-0000-4000-8000-000000000001"));
    assert_eq!(report.reason.as_deref(), Some("Failed"));
    assert_eq!(report.expires_at, None);
    let links: Vec<_> = report.links.iter().map(|link| link.url.as_deref().unwrap()).collect();
    assert_eq!(
        links,
        [
            "https://ui.example.com/ns/team-shop/pipelinerun/frontend-on-push-x7k2p",
            "https://github.com/acme/frontend/commit/abc",
            "https://github.com/acme/frontend",
        ]
    );
    let labels: Vec<_> = report.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(
        labels,
        [
            "application=shop",
            "branch=main",
            "component=frontend",
            "eventType=push",
            "pipelineRun=frontend-on-push-x7k2p",
            "pipelineType=build",
        ]
    );
}

#[test]
fn a_later_success_is_healthy_for_the_same_identity() {
    let report = Run::build().succeeded().report();
    assert_eq!(identity(&report), "healthy team-shop build component/frontend push/main");
    assert_eq!((report.title, report.severity, report.links.len()), (None, None, 0));
}

#[test]
fn a_build_that_did_not_end_says_nothing() {
    for (status, reason) in [("Unknown", "Running"), ("Unknown", "PipelineRunPending"), ("", "")] {
        assert_eq!(Run::build().ended(status, reason).reports(), [], "{reason}");
    }
    assert_eq!(Run::build().set("/status", json!(null)).reports(), []);
}

#[test]
fn a_superseded_build_says_nothing_even_when_it_is_marked_failed() {
    for (asked, reason) in [
        ("CancelledRunFinally", "Cancelled"),
        ("CancelledRunFinally", "Failed"),
        ("StoppedRunFinally", "Failed"),
        ("Cancelled", "Cancelled"),
        ("", "Cancelled"),
    ] {
        let run = Run::of_pull_request("5").set("/spec", json!({"status": asked})).ended("False", reason);
        assert_eq!(run.reports(), [], "{asked} {reason}");
    }
}

#[test]
fn a_build_of_a_pull_request_is_a_minor_problem_of_its_own_that_expires() {
    let report = Run::of_pull_request("42").report();
    assert_eq!(identity(&report), "failing team-shop build component/frontend pr/42");
    assert_eq!(report.severity.as_deref(), Some("minor"));
    assert_eq!(report.expires_at.as_deref(), Some("2025-03-18T08:12:00Z"));
    assert_eq!(report.links[1].url.as_deref(), Some("https://github.com/acme/frontend/pull/42"));
    assert_eq!(report.labels["pullRequest"], "42");
    assert!(!report.labels.contains_key("mintmaker"));
}

#[test]
fn pull_requests_are_linked_as_their_git_provider_has_them() {
    for (provider, path) in [("gitlab", "/-/merge_requests/7"), ("forgejo", "/pulls/7"), ("github", "/pull/7")] {
        let run = Run::of_pull_request("7").annotation(&format!("{PAC}/git-provider"), provider);
        assert_eq!(run.report().links[1].url, Some(format!("https://github.com/acme/frontend{path}")));
    }
}

#[test]
fn a_build_of_a_mintmaker_pull_request_is_marked() {
    for branch in ["konflux/mintmaker/main/lodash-4.x", "konflux/references/main"] {
        let run = Run::of_pull_request("9").annotation(&format!("{PAC}/source-branch"), branch);
        let report = run.report();
        assert_eq!(report.labels["mintmaker"], "true");
        assert_eq!(identity(&report), "failing team-shop build component/frontend pr/9");
    }
}

#[test]
fn a_retest_of_a_pushed_commit_is_a_push() {
    let run = Run::build().label(&format!("{PAC}/event-type"), "retest-all-comment");
    assert_eq!(identity(&run.report()), "failing team-shop build component/frontend push/main");
}

#[test]
fn a_merge_makes_the_pull_request_gone() {
    let merge = Run::build().label(&format!("{PAC}/pull-request"), "42").ended("Unknown", "Running");
    assert_eq!(identity(&merge.report()), "gone team-shop build component/frontend pr/42");
    let identities: Vec<_> = Run(merge.0).succeeded().reports().iter().map(identity).collect();
    assert_eq!(
        identities,
        ["healthy team-shop build component/frontend push/main", "gone team-shop build component/frontend pr/42",]
    );
}

#[test]
fn a_push_to_another_branch_than_the_pull_requests_target_merges_nothing() {
    let run = Run::build()
        .label(&format!("{PAC}/pull-request"), "42")
        .annotation(&format!("{PAC}/source-branch"), "refs/heads/fix-cart");
    assert_eq!(run.reports().len(), 1);
}

#[test]
fn a_merge_queue_is_neither_a_push_nor_a_pull_request() {
    let queue = "refs/heads/gh-readonly-queue/release/1.0/pr-42-abc";
    let report = Run::build().annotation(&format!("{PAC}/source-branch"), queue).report();
    assert_eq!(identity(&report), "failing team-shop build component/frontend merge-queue/release/1.0");
    assert_eq!(report.severity.as_deref(), Some("minor"));
    assert!(report.expires_at.is_some());
}

#[test]
fn a_build_that_never_ran_is_critical_and_keeps_its_identity() {
    for reason in ["CouldntGetTask", "ParameterMissing", "CouldntCreateWorkspacePVC", "PipelineRunTimeout"] {
        let run = Run::build().ended("False", reason).set("/status/childReferences", json!([]));
        let report = run.report();
        assert_eq!(identity(&report), "failing team-shop build component/frontend push/main");
        assert_eq!(report.severity.as_deref(), Some("critical"), "{reason}");
        assert_eq!(report.title.as_deref(), Some("Build of frontend (push to main) never started"));
    }
}

#[test]
fn the_tasks_of_old_objects_count_as_tasks() {
    let mut run = Run::build().ended("False", "PipelineRunTimeout").set("/status/childReferences", json!(null));
    run.0["apiVersion"] = json!("tekton.dev/v1beta1");
    run.0["status"]["taskRuns"] = json!({"frontend-init": {"pipelineTaskName": "init"}});
    assert_eq!(severity(&run), "major");
}

#[test]
fn builds_of_the_new_model_are_told_apart_by_version() {
    let report = Run::build()
        .set(
            "/metadata/labels",
            json!({
                "pipelines.konflux-ci.dev/type": "build",
                "build.konflux-ci.dev/component": "frontend",
            }),
        )
        .set(
            "/metadata/annotations",
            json!({
                "build.konflux-ci.dev/target_branch": "main",
                "build.konflux-ci.dev/version": "v2",
            }),
        )
        .report();
    assert_eq!(identity(&report), "failing team-shop build component/frontend push/main@v2");
    assert_eq!(report.labels["version"], "v2");
}

#[test]
fn a_test_run_that_ended_well_may_hold_a_failed_test() {
    for (output, verdict) in [
        (r#"{"result":"FAILURE","failures":2,"warnings":1,"note":"2 policies are violated"}"#, "failing"),
        (r#"{"result":"ERROR"}"#, "failing"),
        ("no JSON", "failing"),
        (r#"{"result":"WARNING","warnings":1}"#, "healthy"),
        (r#"{"result":"SUCCESS"}"#, "healthy"),
        (r#"{"result":"SKIPPED"}"#, "healthy"),
    ] {
        let mut run = Run::of_test().succeeded();
        run.0["status"]["results"] = json!([{"name": "IMAGE", "value": "x"}, {"name": "TEST_OUTPUT", "value": output}]);
        let report = run.report();
        assert_eq!(
            identity(&report),
            format!("{verdict} team-shop test component/frontend smoke/push/main"),
            "{output}"
        );
        if output.contains("policies") {
            assert_eq!(report.title.as_deref(), Some("Integration test smoke of frontend (push to main) failed"));
            assert_eq!(
                report.description.as_deref(),
                Some(
                    "The pipeline run smoke-9xk2p ended well, but its test says FAILURE (failures: 2, warnings: 1). 2 policies are violated"
                )
            );
            assert_eq!(report.reason.as_deref(), Some("TestFail"));
        }
    }
}

#[test]
fn a_test_run_that_fails_is_a_failed_test() {
    assert_eq!(identity(&Run::of_test().report()), "failing team-shop test component/frontend smoke/push/main");
    assert_eq!(severity(&Run::of_test()), "major");
    assert_eq!(severity(&Run::of_test().label("test.appstudio.openshift.io/optional", "true")), "minor");
}

#[test]
fn a_test_of_a_group_is_about_the_application() {
    let run = Run::of_test().label("appstudio.openshift.io/component", "");
    assert_eq!(identity(&run.report()), "failing team-shop test application/shop smoke/push/main");
}

#[test]
fn a_failed_release_pipeline_is_filed_with_the_owner_of_the_release() {
    let run = Run::build()
        .label(TYPE, "managed")
        .label("release.appstudio.openshift.io/name", "shop-7")
        .label("release.appstudio.openshift.io/namespace", "team-shop")
        .annotation("pac.test.appstudio.openshift.io/log-url", "https://ui.example.com/the-build")
        .set("/metadata/namespace", json!("managed-shop"))
        .set("/metadata/name", json!("managed-x7fk2"))
        .set("/spec", json!({"params": [{"name": "releasePlan", "value": "team-shop/to-prod"}]}));
    let report = run.report();
    assert_eq!(identity(&report), "failing team-shop release application/shop managed/to-prod");
    assert_eq!(report.title.as_deref(), Some("The managed release pipeline of shop failed"));
    assert_eq!(
        report.links[0].url.as_deref(),
        Some("https://ui.example.com/ns/managed-shop/pipelinerun/managed-x7fk2")
    );
    assert_eq!(report.labels["releasePlan"], "to-prod");
    let final_run = Run(run.0).label(TYPE, "final").succeeded();
    assert_eq!(identity(&final_run.report()), "healthy team-shop release application/shop final/to-prod");
}

#[test]
fn a_cancelled_mintmaker_run_is_a_failed_one_with_the_identity_of_its_webhook() {
    let own = |key: &str| format!("mintmaker.appstudio.redhat.com/{key}");
    let run = Run::plain("renovate-03040412-1a2b3c4d")
        .set("/metadata/namespace", json!("mintmaker"))
        .set("/spec", json!({"status": "Cancelled"}))
        .ended("False", "Cancelled")
        .label(&own("namespace"), "team-shop")
        .label(&own("git-host"), "github.com")
        .label(&own("repository"), "acme_frontend")
        .label(&own("branch"), "main");
    let report = run.report();
    assert_eq!(identity(&report), "failing team-shop pipeline pipelinerun/github.com/acme_frontend@main ");
    assert_eq!(report.run_id.as_deref(), Some("renovate-03040412-1a2b3c4d"));
    assert_eq!(report.title.as_deref(), Some("Dependency update of github.com/acme_frontend@main was cancelled"));
    assert_eq!(
        identity(&run.succeeded().report()),
        "healthy team-shop pipeline pipelinerun/github.com/acme_frontend@main "
    );
}

#[test]
fn any_other_run_is_known_by_its_pipeline() {
    let by_ref = |spec: Value| identity(&Run::plain("nightly-x7k2p").set("/spec", spec).report());
    let expected = |name: &str| format!("failing team-shop pipeline pipelinerun/{name} ");
    assert_eq!(by_ref(json!({"pipelineRef": {"name": "nightly"}})), expected("nightly"));
    let hub = json!({"pipelineRef": {"resolver": "hub", "params": [{"name": "name", "value": "hub-build"}]}});
    assert_eq!(by_ref(hub), expected("hub-build"));
    let git = json!({"pipelineRef": {"resolver": "git", "params": [{"name": "pathInRepo", "value": "ci/e2e.yaml"}]}});
    assert_eq!(by_ref(git), expected("ci/e2e.yaml"));
    let generated = Run::plain("nightly-x7k2p").set("/metadata/generateName", json!("nightly-"));
    assert_eq!(identity(&generated.report()), expected("nightly"));
    assert_eq!(identity(&Run::plain("once").report()), expected("once"));
}

#[test]
fn a_run_of_pipelines_as_code_outside_konflux_is_known_by_its_change() {
    let run = Run::of_pull_request("3").label(TYPE, "");
    assert_eq!(identity(&run.report()), "failing team-shop pipeline pipelinerun/frontend-on-push pr/3");
}

#[test]
fn a_run_without_uid_is_known_by_its_name() {
    let run = Run::build().set("/metadata/uid", json!(null));
    assert_eq!(run.report().run_id.as_deref(), Some("team-shop/frontend-on-push-x7k2p"));
}
