//! Objects and payloads that nobody sane would send.

use kite_rules::{Config, RuleSet, Surroundings};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Names that the detectors look at, so that random objects get past the first look.
const KEYS: [&str; 49] = [
    "metadata",
    "labels",
    "annotations",
    "name",
    "namespace",
    "generateName",
    "uid",
    "creationTimestamp",
    "managedFields",
    "fieldsV1",
    "f:status",
    "f:conditions",
    "time",
    "ownerReferences",
    "spec",
    "releasePlan",
    "timeouts",
    "pipeline",
    "status",
    "state",
    "versions",
    "onboarding-status",
    "managedPipelineAttempts",
    "lastTask",
    "managedProcessing",
    "params",
    "value",
    "pipelineRef",
    "conditions",
    "type",
    "reason",
    "message",
    "lastTransitionTime",
    "results",
    "childReferences",
    "taskRuns",
    "steps",
    "terminated",
    "exitCode",
    "podName",
    "startTime",
    "completionTime",
    "scenario",
    "details",
    "build.appstudio.openshift.io/status",
    "test.appstudio.openshift.io/status",
    "pipelines.appstudio.openshift.io/type",
    "pipelinesascode.tekton.dev/source-branch",
    "mintmaker.appstudio.redhat.com/repository",
];
const TEXTS: [&str; 20] = [
    "",
    "build",
    "test",
    "managed",
    "Succeeded",
    "True",
    "False",
    "Failed",
    "failed",
    "Released",
    "Available",
    "TEST_OUTPUT",
    "{\"result\": \"FAILURE\", \"note\": 7}",
    "[{\"scenario\": \"smoke\", \"status\": \"TestFail\", \"startTime\": 5}]",
    "{\"pac\": {\"error-id\": 70}}",
    "gh-readonly-queue/",
    "releasePlan",
    "PipelineRunPending",
    "2024-02-30T99:00:00Z",
    "9999-12-31T23:59:59Z",
];
/// All kinds that detectors want, and one that they do not.
const KINDS: [(&str, &str); 13] = [
    ("tekton.dev/v1", "PipelineRun"),
    ("tekton.dev/v1", "TaskRun"),
    ("v1", "Event"),
    ("apps/v1", "Deployment"),
    ("batch/v1", "Job"),
    ("appstudio.redhat.com/v1alpha1", "Application"),
    ("appstudio.redhat.com/v1alpha1", "Component"),
    ("appstudio.redhat.com/v1alpha1", "ImageRepository"),
    ("appstudio.redhat.com/v1alpha1", "Release"),
    ("appstudio.redhat.com/v1alpha1", "Snapshot"),
    ("appstudio.redhat.com/v1alpha1", "DependencyUpdateCheck"),
    ("appstudio.redhat.com/v1beta2", "IntegrationTestScenario"),
    ("konflux-ci.dev/v1alpha1", "Component"),
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => prop::sample::select(TEXTS.to_vec()).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(6, 200, 8, |inner| {
        let key = prop_oneof![9 => prop::sample::select(KEYS.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..10).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// An object in which a detector finds most of what it looks for, of whatever type.
fn likely_object() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["build", "test", "managed", "", "other"]);
    let status = prop::sample::select(vec!["True", "False", "Unknown", ""]);
    (kind, status, prop::collection::vec(any_value(), 6)).prop_map(|(kind, status, values)| {
        let [labels, spec, results, children, name, reason] = <[Value; 6]>::try_from(values).unwrap();
        let mut labels = labels.as_object().cloned().unwrap_or_default();
        labels.insert("pipelines.appstudio.openshift.io/type".to_owned(), json!(kind));
        json!({
            "metadata": {"name": name, "labels": labels},
            "spec": spec,
            "status": {
                "results": results,
                "childReferences": children,
                "conditions": [{"type": "Succeeded", "status": status, "reason": reason}],
            },
        })
    })
}

/// Something that a detector takes at first sight, with one part that is not what it should be.
fn almost_sound_object() -> impl Strategy<Value = Value> {
    let text = || prop::sample::select(TEXTS.to_vec());
    let part = prop::sample::select(vec![
        "/metadata/labels",
        "/metadata/annotations",
        "/metadata/managedFields",
        "/metadata/managedFields/0",
        "/spec",
        "/status",
        "/status/conditions",
        "/status/conditions/0",
        "/status/versions",
        "/status/versions/0",
        "/status/managedPipelineAttempts",
        "/status/managedPipelineAttempts/0",
        "/status/state",
        "/involvedObject",
        "/source",
        "/count",
    ]);
    (text(), text(), text(), part, any_value()).prop_map(|(annotation, kind, status, part, value)| {
        let mut object = json!({
            "metadata": {
                "name": "x", "namespace": "mintmaker", "creationTimestamp": "2024-02-29T00:00:00Z",
                "labels": {"pipelines.appstudio.openshift.io/type": kind},
                "annotations": {
                    "build.appstudio.openshift.io/status": annotation,
                    "test.appstudio.openshift.io/status": annotation,
                    "test.appstudio.openshift.io/create-snapshot-status": annotation,
                },
                "managedFields": [{"time": "2024-02-29T00:00:00Z", "fieldsV1": {"f:status": {"f:state": {}}}}],
            },
            "spec": {"releasePlan": "p"},
            "status": {
                "conditions": [{"type": "Released", "status": status, "reason": "Failed"}, {"type": "Succeeded", "status": status}],
                "versions": [{"name": "v", "onboarding-status": "failed", "message": "70: x"}],
                "managedPipelineAttempts": [{"lastTask": "t"}],
                "state": "failed",
            },
            "involvedObject": {"kind": "Repository", "name": "r"},
            "source": {"component": "Pipelines As Code"},
            "type": "Warning", "reason": "RepositoryPipelineRun", "count": 1,
        });
        *object.pointer_mut(part).unwrap() = value;
        object
    })
}

fn with_type(mut value: Value, (version, kind): (&str, &str)) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.insert("apiVersion".to_owned(), json!(version));
        fields.insert("kind".to_owned(), json!(kind));
    }
    value
}

fn as_pipeline_run(value: Value) -> Value {
    with_type(value, ("tekton.dev/v1", "PipelineRun"))
}

proptest! {
    #[test]
    fn any_object_gives_reports_or_an_error(
        object in prop_oneof![any_value(), likely_object(), almost_sound_object()],
        kind in prop::sample::select(KINDS.to_vec()),
    ) {
        let object = with_type(object, kind);
        let _ = RuleSet::builtin().detect(&object, &Config::default());
        let (config, related) = (Config::default(), Map::new());
        let now = Some("2030-01-01T00:00:00Z".parse().unwrap());
        let surroundings = Surroundings { config: &config, now, related: &related };
        let _ = RuleSet::builtin().judge(&object, surroundings);
        let _ = RuleSet::builtin().judge_deleted(&object, surroundings);
    }

    #[test]
    fn anything_beside_an_object_gives_reports_or_an_error(
        object in likely_object(), tasks in any_value(), log in any_value(), tests in any_value(),
    ) {
        let mut related = Map::new();
        related.extend([("taskRuns".to_owned(), tasks), ("log".to_owned(), log), ("testTaskRuns".to_owned(), tests)]);
        let config = Config::default();
        let surroundings = Surroundings { config: &config, now: None, related: &related };
        let _ = RuleSet::builtin().judge(&as_pipeline_run(object), surroundings);
    }

    /// Annotations are written by anybody, and no API server checks what is in them.
    #[test]
    fn no_annotation_keeps_an_object_from_being_judged(text in prop_oneof![any_value().prop_map(|value| value.to_string()), any::<String>()]) {
        for kind in KINDS {
            let object = json!({
                "metadata": {
                    "name": "x", "namespace": "ns",
                    "labels": {"pipelines.appstudio.openshift.io/type": "build"},
                    "annotations": {
                        "build.appstudio.openshift.io/status": text,
                        "test.appstudio.openshift.io/status": text,
                        "test.appstudio.openshift.io/create-snapshot-status": text,
                        "test.appstudio.openshift.io/pipelinerunstarttime": text,
                    },
                },
                "status": {"conditions": [{"type": "Succeeded", "status": "True"}]},
            });
            let found = RuleSet::builtin().detect(&with_type(object, kind), &Config::default());
            prop_assert!(found.is_ok(), "{kind:?}: {found:?}");
        }
    }

    #[test]
    fn any_payload_gives_reports_or_an_error(payload in any_value()) {
        let rules = RuleSet::builtin();
        for name in rules.webhook_names() {
            let _ = rules.webhook(name).unwrap().evaluate(&payload, &Config::default());
        }
    }
}

proptest! {
    // Every case loads the built-in rules again.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_file_gives_rules_or_mistakes(text in "(apiVersion: kite.dev/v1alpha1\nkind: (Detector|Webhook|Library)\nmetadata:\n  name: x\nspec:\n)?[ -~\n]{0,200}") {
        let (_, errors) = RuleSet::builtin().with_files([("x.yaml".to_owned(), text)]);
        prop_assert!(errors.iter().all(|error| error.line > 0 && error.column > 0));
    }
}

#[test]
fn objects_of_no_kind_are_nobodys() {
    for object in [json!(null), json!([]), json!({}), json!({"kind": 5}), json!({"kind": "PipelineRun"})] {
        assert_eq!(RuleSet::builtin().detect(&object, &Config::default()), Ok(vec![]));
    }
}

#[test]
fn what_is_absent_or_null_keeps_no_object_from_being_judged() {
    for kind in KINDS {
        for object in [
            json!({}),
            json!({"metadata": null, "spec": null, "status": null, "involvedObject": null, "source": null}),
            json!({"metadata": {}, "spec": {}, "status": {}}),
            json!({"metadata": {"labels": null, "annotations": null, "managedFields": null, "ownerReferences": null},
                "spec": {"timeouts": null, "params": null, "source": null},
                "status": {"conditions": null, "versions": null, "managedPipelineAttempts": null, "results": null,
                    "childReferences": null, "taskRuns": null}}),
            json!({"metadata": {"managedFields": [null, {}]}, "status": {"conditions": [null, {}, {"type": null}],
                "versions": [{}], "managedPipelineAttempts": [{}], "results": [{}]}}),
        ] {
            for label in ["", "build", "test", "managed"] {
                let mut object = with_type(object.clone(), kind);
                if let Some(metadata) = object["metadata"].as_object_mut() {
                    metadata.insert("labels".to_owned(), json!({"pipelines.appstudio.openshift.io/type": label}));
                }
                let found = RuleSet::builtin().detect(&object, &Config::default());
                assert!(found.is_ok(), "{object}: {found:?}");
            }
        }
    }
}

#[test]
fn what_is_as_deep_as_json_can_be_is_harmless() {
    let deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
    let text = format!(r#"{{"metadata": {{"name": {deep}}}, "status": {{"conditions": {deep}}}}}"#);
    let object = as_pipeline_run(serde_json::from_str(&text).unwrap());
    assert!(RuleSet::builtin().detect(&object, &Config::default()).is_ok());
}
