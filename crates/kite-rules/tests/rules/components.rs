//! Components, applications and image repositories.

use kite_api::Report;
use serde_json::{Value, json};

use crate::judging::{deleted, identities, identity, outcome, report, reports, title};

const STATUS: &str = "build.appstudio.openshift.io/status";

/// A component of the older model with this status, written at this minute.
fn component(pac: &Value, minute: u32) -> Value {
    json!({
        "apiVersion": "appstudio.redhat.com/v1alpha1",
        "kind": "Component",
        "metadata": {
            "name": "frontend", "namespace": "team-shop", "uid": "u-1", "resourceVersion": minute.to_string(),
            "annotations": {STATUS: json!({"pac": pac, "message": "done"}).to_string()},
            "managedFields": [
                {"manager": "kubectl", "time": "2025-03-04T07:00:00Z", "fieldsV1": {"f:spec": {}}},
                {"manager": "build-service", "time": format!("2025-03-04T08:{minute:02}:00Z"), "fieldsV1": {
                    "f:metadata": {"f:annotations": {"f:build.appstudio.openshift.io/status": {}}},
                }},
            ],
        },
        "spec": {"application": "shop", "source": {"git": {"url": "https://github.com/acme/frontend"}}},
    })
}

fn no_app(minute: u32) -> Value {
    let message = "70: GitHub Application is not installed in user repository";
    component(&json!({"state": "error", "error-id": 70, "error-message": message}), minute)
}

fn enabled(minute: u32) -> Value {
    component(&json!({"state": "enabled", "configuration-time": "Tue, 04 Mar 2025 08:00:00 UTC"}), minute)
}

#[test]
fn a_component_that_could_not_be_onboarded_is_told_with_a_remedy() {
    let report = report(&no_app(10));
    assert_eq!(identity(&report), "failing team-shop build component/frontend onboarding");
    assert_eq!(title(&report), "Onboarding of frontend failed");
    assert_eq!(
        report.description.as_deref(),
        Some(
            "The component frontend could not be onboarded, so it is not built: 70: GitHub Application is not installed in user repository\n\
             Install the GitHub App of this Konflux in the Git repository."
        )
    );
    assert_eq!((report.severity.as_deref(), report.reason.as_deref()), (Some("major"), Some("error-70")));
    assert_eq!(report.occurred_at.as_deref(), Some("2025-03-04T08:10:00Z"));
    assert_eq!(report.run_id.as_deref(), Some("u-1@2025-03-04T08:10:00Z"));
    let links: Vec<_> = report.links.iter().map(|link| link.url.as_deref().unwrap()).collect();
    assert_eq!(
        links,
        [
            "https://ui.example.com/ns/team-shop/applications/shop/components/frontend",
            "https://github.com/acme/frontend"
        ]
    );
}

#[test]
fn every_way_of_saying_it_counts() {
    for (pac, verdict) in [
        (json!({"error-id": 74}), Some("failing")),
        (json!({"error-id": "74"}), Some("failing")),
        (json!({"state": "error"}), Some("failing")),
        (json!({"state": "enabled", "error-id": 0}), Some("healthy")),
        (json!({"state": "disabled"}), Some("healthy")),
        (json!({"error-id": {}}), Some("healthy")),
        (json!({}), None),
        (json!("enabled"), None),
        (json!(null), None),
    ] {
        let found = reports(&component(&pac, 10));
        assert_eq!(found.first().and_then(|report| report.verdict.as_deref()), verdict, "{pac}");
    }
    for status in ["no JSON", "5", "[]", ""] {
        let mut component = component(&json!({}), 1);
        component["metadata"]["annotations"][STATUS] = json!(status);
        assert_eq!(reports(&component), [], "{status}");
    }
}

#[test]
fn failing_and_recovering_and_failing_again_comes_out_right_over_restarts() {
    let without_notes = |mut object: Value| {
        object["metadata"]["managedFields"] = json!(null);
        object
    };
    for prepare in [|object| object, without_notes] {
        let [fails, recovers, again] = [no_app(10), enabled(20), no_app(30)].map(|object| report(&prepare(object)));
        let mut arrived = vec![];
        for (next, state, count) in [
            (&fails, "failing", 1),
            (&fails, "failing", 1), // after a restart
            (&recovers, "healthy", 1),
            (&recovers, "healthy", 1),
            (&again, "failing", 2),
            (&again, "failing", 2),
        ] {
            arrived.push(next.clone());
            assert_eq!(outcome(&arrived), (state.to_owned(), count), "{}", arrived.len());
        }
    }
}

#[test]
fn a_component_of_the_newer_model_is_told_by_version() {
    let component = json!({
        "apiVersion": "konflux-ci.dev/v1alpha1",
        "kind": "Component",
        "metadata": {"name": "frontend", "namespace": "team-shop", "uid": "u-1", "managedFields": [
            {"time": "2025-03-04T08:10:00Z", "fieldsV1": {"f:status": {"f:versions": {}}}},
        ]},
        "spec": {"source": {"url": "https://github.com/acme/frontend"}},
        "status": {"versions": [
            {"name": "main", "onboarding-status": "failed", "message": "94: the branch does not exist"},
            {"name": "v2", "onboarding-status": "succeeded", "onboarding-time": "29 May 2024 15:11:16 UTC"},
            {"name": "v3"},
        ]},
    });
    let found = reports(&component);
    assert_eq!(
        identities(&found),
        [
            "healthy team-shop build component/frontend onboarding",
            "failing team-shop build component/frontend onboarding@main",
            "healthy team-shop build component/frontend onboarding@v2",
        ]
    );
    assert!(
        found[1].description.clone().unwrap().ends_with("Correct the branch: it does not exist in the Git repository.")
    );
    assert_eq!(found[1].occurred_at.as_deref(), Some("2025-03-04T08:10:00Z"));
}

#[test]
fn a_message_for_all_versions_is_an_error_only_with_a_number() {
    let verdict = |message: &str| {
        let component = json!({
            "apiVersion": "konflux-ci.dev/v1alpha1", "kind": "Component",
            "metadata": {"name": "frontend", "namespace": "team-shop"},
            "status": {"message": message, "versions": [{"name": "main"}]},
        });
        reports(&component).first().and_then(|report| report.verdict.clone())
    };
    let failing = Some("failing".to_owned());
    assert_eq!(verdict("Failed to get git client: 70: GitHub Application is not installed"), failing);
    assert_eq!(verdict("Component versions validation failed: duplicate name"), failing);
    assert_eq!(verdict("Spec.ContainerImage is not set"), None);
    assert_eq!(verdict(""), Some("healthy".to_owned()));
}

#[test]
fn what_is_being_deleted_does_not_fail() {
    let mut leaving = no_app(10);
    leaving["metadata"]["deletionTimestamp"] = json!("2025-03-04T08:20:00Z");
    assert_eq!(reports(&leaving), []);
}

/// What remains of an object that is gone when nobody saw it go.
fn nameplate(kind: &str) -> Value {
    json!({"apiVersion": "appstudio.redhat.com/v1alpha1", "kind": kind, "metadata": {"name": "shop", "namespace": "team-shop"}})
}

#[test]
fn all_problems_go_with_their_subject() {
    let now = "2025-03-04T09:00:00Z";
    for (kind, scope) in [
        ("Component", "component"),
        ("Application", "application"),
        ("ComponentGroup", "application"),
        ("ImageRepository", "imagerepository"),
        ("IntegrationTestScenario", "integrationtestscenario"),
    ] {
        let mut object = nameplate(kind);
        let [gone] = <[Report; 1]>::try_from(deleted(&object, now)).unwrap();
        assert_eq!(identity(&gone), format!("gone team-shop * {scope}/shop *"));
        assert_eq!((gone.occurred_at.as_deref(), gone.run_id), (Some(now), None));
        object["metadata"]["uid"] = json!("u-1");
        object["metadata"]["deletionTimestamp"] = json!("2025-03-04T08:59:00Z");
        let [gone] = <[Report; 1]>::try_from(deleted(&object, now)).unwrap();
        assert_eq!((gone.occurred_at.as_deref(), gone.run_id.as_deref()), (Some("2025-03-04T08:59:00Z"), Some("u-1")));
    }
}

#[test]
fn attempts_that_are_deleted_are_no_recovery() {
    for kind in ["Snapshot", "Release"] {
        assert_eq!(deleted(&nameplate(kind), "2025-03-04T09:00:00Z"), []);
    }
}

fn image_repository(state: &str, minute: u32) -> Value {
    json!({
        "apiVersion": "konflux-ci.dev/v1alpha1", "kind": "ImageRepository",
        "metadata": {
            "name": "frontend", "namespace": "team-shop", "uid": "u-2",
            "labels": {"appstudio.redhat.com/component": "frontend"},
            "managedFields": [{"time": format!("2025-03-04T08:{minute:02}:00Z"), "fieldsV1": {"f:status": {"f:state": {}}}}],
        },
        "status": {"state": state, "message": "quota of the organisation is used up"},
    })
}

#[test]
fn the_state_of_an_image_repository_counts() {
    for (state, words) in [("failed", "could not be created"), ("damaged", "is damaged"), ("missing", "is missing")] {
        let report = report(&image_repository(state, 1));
        assert_eq!(identity(&report), "failing team-shop build imagerepository/frontend ");
        assert_eq!(title(&report), format!("Image repository frontend {words}"));
        assert_eq!(report.labels["component"], "frontend");
    }
    assert_eq!(report(&image_repository("ready", 1)).verdict.as_deref(), Some("healthy"));
    assert_eq!(reports(&image_repository("waiting", 1)), []);
    let [fails, recovers, again] =
        [("failed", 1), ("ready", 2), ("failed", 3)].map(|(state, minute)| report(&image_repository(state, minute)));
    assert_eq!(outcome(&[fails.clone(), recovers.clone()]).0, "healthy");
    assert_eq!(outcome(&[fails, recovers, again]), ("failing".to_owned(), 2));
}
