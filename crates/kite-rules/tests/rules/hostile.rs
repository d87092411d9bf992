//! Objects and payloads that nobody sane would send.

use kite_rules::{Config, RuleSet};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Names that the detectors look at, so that random objects get past the first look.
const KEYS: [&str; 24] = [
    "metadata",
    "labels",
    "annotations",
    "name",
    "namespace",
    "generateName",
    "uid",
    "creationTimestamp",
    "spec",
    "status",
    "params",
    "value",
    "pipelineRef",
    "conditions",
    "type",
    "reason",
    "message",
    "results",
    "childReferences",
    "taskRuns",
    "completionTime",
    "pipelines.appstudio.openshift.io/type",
    "pipelinesascode.tekton.dev/source-branch",
    "mintmaker.appstudio.redhat.com/repository",
];
const TEXTS: [&str; 14] = [
    "",
    "build",
    "test",
    "managed",
    "Succeeded",
    "True",
    "False",
    "Failed",
    "TEST_OUTPUT",
    "{\"result\": \"FAILURE\", \"note\": 7}",
    "gh-readonly-queue/",
    "releasePlan",
    "2024-02-30T99:00:00Z",
    "9999-12-31T23:59:59Z",
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

fn as_pipeline_run(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.insert("apiVersion".to_owned(), json!("tekton.dev/v1"));
        fields.insert("kind".to_owned(), json!("PipelineRun"));
    }
    value
}

proptest! {
    #[test]
    fn any_object_gives_reports_or_an_error(object in prop_oneof![any_value(), likely_object()]) {
        let _ = RuleSet::builtin().detect(&as_pipeline_run(object), &Config::default());
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
fn what_is_as_deep_as_json_can_be_is_harmless() {
    let deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
    let text = format!(r#"{{"metadata": {{"name": {deep}}}, "status": {{"conditions": {deep}}}}}"#);
    let object = as_pipeline_run(serde_json::from_str(&text).unwrap());
    assert!(RuleSet::builtin().detect(&object, &Config::default()).is_ok());
}
