//! Integration tests as Snapshots sum them up.

use kite_api::Report;
use serde_json::{Value, json};

use crate::judging::{identities, identity, judge, outcome, reports, title};

const STATUS: &str = "test.appstudio.openshift.io/status";

/// A Snapshot of a push build of `frontend` with these scenarios.
pub(crate) struct Snapshot(pub(crate) Value);

impl Snapshot {
    pub(crate) fn new(scenarios: &Value) -> Self {
        Self(json!({
            "apiVersion": "appstudio.redhat.com/v1alpha1",
            "kind": "Snapshot",
            "metadata": {
                "name": "shop-20250304-080000-000",
                "namespace": "team-shop",
                "uid": "5a9d3b9e-0000-4000-8000-000000000002",
                "creationTimestamp": "2025-03-04T08:13:00Z",
                "labels": {
                    "appstudio.openshift.io/component": "frontend",
                    "pac.test.appstudio.openshift.io/event-type": "push",
                },
                "annotations": {
                    STATUS: scenarios.to_string(),
                    "pac.test.appstudio.openshift.io/branch": "refs/heads/main",
                    "pac.test.appstudio.openshift.io/repo-url": "https://github.com/acme/frontend",
                },
            },
            "spec": {"application": "shop"},
        }))
    }

    pub(crate) fn of_pull_request(scenarios: &Value, number: &str) -> Self {
        Self::new(scenarios)
            .label("pac.test.appstudio.openshift.io/event-type", "pull_request")
            .label("pac.test.appstudio.openshift.io/pull-request", number)
    }

    pub(crate) fn label(mut self, key: &str, value: &str) -> Self {
        self.0["metadata"]["labels"][key] = json!(value);
        self
    }

    pub(crate) fn annotation(mut self, key: &str, value: &str) -> Self {
        self.0["metadata"]["annotations"][key] = json!(value);
        self
    }

    pub(crate) fn created(mut self, at: &str) -> Self {
        self.0["metadata"]["creationTimestamp"] = json!(at);
        self
    }

    pub(crate) fn reports(&self) -> Vec<Report> {
        reports(&self.0)
    }

    pub(crate) fn report(&self) -> Report {
        <[Report; 1]>::try_from(self.reports()).unwrap()[0].clone()
    }
}

/// A scenario that ended in this way, tested by a run from 08:14:10 on.
pub(crate) fn scenario(status: &str) -> Value {
    json!([{
        "scenario": "smoke", "status": status, "details": "Integration test failed",
        "lastUpdateTime": "2025-03-04T08:20:00Z", "startTime": "2025-03-04T08:14:10Z",
        "completionTime": "2025-03-04T08:20:00Z", "testPipelineRunName": "smoke-9xk2p",
    }])
}

#[test]
fn a_failed_scenario_is_reported_in_full() {
    let report = Snapshot::new(&scenario("TestFail")).report();
    assert_eq!(identity(&report), "failing team-shop test component/frontend smoke/push/main");
    assert_eq!(title(&report), "Integration test smoke of frontend (push to main) failed");
    assert_eq!(
        report.description.as_deref(),
        Some("The Snapshot shop-20250304-080000-000 did not pass its test smoke (TestFail): Integration test failed")
    );
    assert_eq!((report.severity.as_deref(), report.reason.as_deref()), (Some("major"), Some("TestFail")));
    assert_eq!(report.run_id.as_deref(), Some("team-shop/smoke-9xk2p"));
    assert_eq!(report.occurred_at.as_deref(), Some("2025-03-04T08:13:00.000071Z"));
    assert_eq!(report.ended_at.as_deref(), Some("2025-03-04T08:20:00Z"));
    assert_eq!((report.expires_at, report.revision), (None, Some(4)));
    let links: Vec<_> = report.links.iter().map(|link| link.url.as_deref().unwrap()).collect();
    assert_eq!(
        links,
        [
            "https://ui.example.com/ns/team-shop/pipelinerun/smoke-9xk2p",
            "https://ui.example.com/ns/team-shop/applications/shop/snapshots/shop-20250304-080000-000",
            "https://github.com/acme/frontend",
        ]
    );
    assert_eq!(report.labels["application"], "shop");
    assert!(!report.labels.contains_key("optional"));
}

#[test]
fn only_an_end_of_a_test_says_something() {
    for status in ["TestFail", "TestInvalid", "EnvironmentProvisionError", "DeploymentError"] {
        assert!(identity(&Snapshot::new(&scenario(status)).report()).starts_with("failing"), "{status}");
    }
    for status in ["TestPassed", "TestWarning"] {
        let report = Snapshot::new(&scenario(status)).report();
        assert_eq!(identity(&report), "healthy team-shop test component/frontend smoke/push/main");
    }
    for status in ["Pending", "InProgress", "Deleted", "BuildPLRFailed", "SnapshotCreationFailed", "Surprise", ""] {
        assert_eq!(Snapshot::new(&scenario(status)).reports(), [], "{status}");
    }
}

#[test]
fn an_optional_scenario_is_minor() {
    let mut optional = scenario("TestFail");
    optional[0]["isOptionalScenario"] = json!(true);
    let report = Snapshot::new(&optional).report();
    assert_eq!((report.severity.as_deref(), report.labels["optional"].as_str()), (Some("minor"), "true"));
}

#[test]
fn a_scenario_that_is_invalid_never_started() {
    let mut invalid = scenario("TestInvalid");
    invalid[0]["testPipelineRunName"] = json!(null);
    invalid[0]["startTime"] = json!(null);
    let report = Snapshot::new(&invalid).report();
    assert_eq!(title(&report), "Integration test smoke of frontend (push to main) never started");
    assert_eq!(report.severity.as_deref(), Some("critical"));
    let run = "5a9d3b9e-0000-4000-8000-000000000002/smoke@2025-03-04T08:20:00Z";
    assert_eq!(report.run_id.as_deref(), Some(run));
    assert_eq!(report.labels.get("pipelineRun"), None);
}

#[test]
fn a_snapshot_of_a_group_is_about_the_application() {
    let report = Snapshot::new(&scenario("TestFail")).label("appstudio.openshift.io/component", "").report();
    assert_eq!(identity(&report), "failing team-shop test application/shop smoke/push/main");
}

#[test]
fn a_failed_test_of_a_pull_request_is_gone_with_its_merge() {
    let failed = Snapshot::of_pull_request(&scenario("TestFail"), "42");
    let report = failed.report();
    assert_eq!(identity(&report), "failing team-shop test component/frontend smoke/pr/42");
    assert_eq!(report.severity.as_deref(), Some("minor"));
    assert_eq!(report.expires_at.as_deref(), Some("2025-03-18T08:20:00Z"));
    assert_eq!(report.links.iter().filter(|link| link.url.as_deref().unwrap().ends_with("/pull/42")).count(), 1);
    let merged = Snapshot(failed.0).annotation("test.appstudio.openshift.io/pr-status", "merged").report();
    assert_eq!(identity(&merged), "gone team-shop test component/frontend smoke/pr/42");
    assert_eq!(outcome(&[report, merged]), ("gone".to_owned(), 1));
    let pushed = Snapshot::new(&scenario("TestFail")).annotation("test.appstudio.openshift.io/pr-status", "merged");
    assert_eq!(pushed.report().verdict.as_deref(), Some("failing"), "a push is not merged");
}

#[test]
fn a_superseded_snapshot_fails_by_being_cancelled() {
    let conditions = json!([{"type": "AppStudioIntegrationStatus", "status": "True", "reason": "Canceled"}]);
    let mut failed = Snapshot::new(&scenario("TestFail"));
    failed.0["status"] = json!({"conditions": conditions});
    assert_eq!(failed.reports(), []);
    let mut passed = Snapshot::new(&scenario("TestPassed"));
    passed.0["status"] = json!({"conditions": conditions});
    assert_eq!(passed.report().verdict.as_deref(), Some("healthy"));
}

#[test]
fn a_problem_goes_with_its_scenario() {
    let said = judge(&Snapshot::new(&scenario("TestFail")).0, "", &Value::Null).said;
    let owners: Vec<_> =
        said[0].gone_with.iter().map(|owner| (owner.kind.kind.as_str(), owner.name.as_str())).collect();
    assert_eq!(owners, [("IntegrationTestScenario", "smoke")]);
}

#[test]
fn each_scenario_is_a_problem_of_its_own() {
    let several = json!([
        {"scenario": "smoke", "status": "TestFail"}, {"scenario": "ec", "status": "TestPassed"},
        {"scenario": "perf", "status": "Pending"},
    ]);
    assert_eq!(
        identities(&Snapshot::new(&several).reports()),
        [
            "failing team-shop test component/frontend smoke/push/main",
            "healthy team-shop test component/frontend ec/push/main",
        ]
    );
}

/// A test that begins at this minute of a Snapshot that was created at that one.
fn tested(created: u32, began: u32, status: &str) -> Report {
    let mut entry = scenario(status);
    entry[0]["startTime"] = json!(format!("2025-03-04T08:{began}:00Z"));
    entry[0]["testPipelineRunName"] = json!(format!("smoke-{created}-{began}"));
    Snapshot::new(&entry).created(&format!("2025-03-04T08:{created}:00Z")).report()
}

#[test]
fn a_late_test_of_an_older_snapshot_says_nothing_about_the_newer() {
    let (older, newer) = (tested(10, 40, "TestFail"), tested(20, 30, "TestPassed"));
    for arrived in [[older.clone(), newer.clone()], [newer, older]] {
        assert_eq!(outcome(&arrived).0, "healthy");
    }
    assert_eq!(outcome(&[tested(10, 40, "TestPassed"), tested(20, 30, "TestFail")]).0, "failing");
}

#[test]
fn a_test_that_is_repeated_counts_after_the_first_one() {
    assert_eq!(outcome(&[tested(10, 11, "TestFail"), tested(10, 30, "TestPassed")]).0, "healthy");
    assert_eq!(outcome(&[tested(10, 11, "TestPassed"), tested(10, 30, "TestFail")]).0, "failing");
}

#[test]
fn a_snapshot_is_as_new_as_the_build_it_holds() {
    let began =
        |snapshot: Snapshot, at: &str| snapshot.annotation("test.appstudio.openshift.io/pipelinerunstarttime", at);
    // The later build was quicker.
    let earlier_build = began(Snapshot::new(&scenario("TestFail")).created("2025-03-04T08:30:00Z"), "1741075200000");
    let later_build = began(Snapshot::new(&scenario("TestPassed")).created("2025-03-04T08:10:00Z"), "1741075500");
    assert_eq!(earlier_build.report().occurred_at.as_deref(), Some("2025-03-04T08:00:00.000851Z"));
    let mut passed = later_build.report();
    passed.run_id = Some("team-shop/another".to_owned());
    assert_eq!(outcome(&[passed, earlier_build.report()]).0, "healthy");
}

#[test]
fn a_status_of_another_shape_says_nothing() {
    for status in ["", "no JSON", "{}", "5", "null", "[5, null, [], \"x\", {}]", r#"[{"scenario": 5, "status": []}]"#] {
        let snapshot = Snapshot::new(&json!([])).annotation(STATUS, status);
        assert_eq!(snapshot.reports(), [], "{status}");
    }
    let odd =
        r#"[{"scenario": "smoke", "status": "TestFail", "details": {}, "startTime": 5, "isOptionalScenario": "yes"}]"#;
    let report = Snapshot::new(&json!([])).annotation(STATUS, odd).report();
    assert_eq!((report.severity.as_deref(), report.ended_at), (Some("major"), None));
}
