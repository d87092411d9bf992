//! What happens to files that are wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kite_rules::{Config, Needed, RuleError, RuleSet};
use serde_json::json;

const DETECTOR: &str = "\
apiVersion: kite.dev/v1alpha1
kind: Detector
metadata:
  name: cart
spec:
  watches:
    - group: shop.example.com
      kind: Cart
  let:
    broken: object.status.phase == 'Broken'
  reports:
    - failing: broken
      healthy: object.status.phase == 'Fine'
      namespace: ${object.metadata.namespace}
      issueType: pipeline
      scope:
        resourceType: cart
        resourceName: ${object.metadata.name}
      title: The cart ${object.metadata.name} is broken
      description: It is ${object.status.phase}
      severity: major
";

fn load(text: &str) -> (RuleSet, Vec<RuleError>) {
    RuleSet::builtin().with_files([("cart.yaml".to_owned(), text.to_owned())])
}

/// Line, column and message of each mistake after a replacement in the sound file.
fn mistakes(old: &str, new: &str) -> Vec<(u64, u64, String)> {
    mistakes_of(DETECTOR, old, new)
}

/// The same of any sound file.
pub fn mistakes_of(sound: &str, old: &str, new: &str) -> Vec<(u64, u64, String)> {
    assert_eq!(sound.matches(old).count(), 1, "{old}");
    let (_, errors) = load(&sound.replace(old, new));
    errors.into_iter().map(|error| (error.line, error.column, error.message)).collect()
}

fn titles(rules: &RuleSet) -> Vec<String> {
    let cart = json!({
        "apiVersion": "shop.example.com/v1", "kind": "Cart",
        "metadata": {"name": "red", "namespace": "shop"}, "status": {"phase": "Broken"},
    });
    let reports = rules.detect(&cart, &Config::default()).unwrap();
    reports.into_iter().map(|report| report.title.unwrap()).collect()
}

#[test]
fn a_new_detector_needs_no_code() {
    let (rules, errors) = load(DETECTOR);
    assert_eq!(errors, []);
    assert_eq!(titles(&rules), ["The cart red is broken"]);
    let everything = |_: &str| true;
    let known = RuleSet::builtin().kinds(everything);
    let added: Vec<_> = rules.kinds(everything).into_keys().filter(|kind| !known.contains_key(kind)).collect();
    assert_eq!(added.iter().map(|watched| watched.kind.as_str()).collect::<Vec<_>>(), ["Cart"]);
}

#[test]
fn no_built_in_detector_needs_all_of_what_is_large() {
    for (kind, watching) in RuleSet::builtin().kinds(|_| true) {
        let Needed::Fields(fields) = watching.needed else { panic!("{kind:?}") };
        for part in ["metadata", "spec", "status"] {
            assert_ne!(fields.get(part), Some(&Needed::Whole), "{part} of {kind:?}");
        }
    }
}

#[test]
fn a_mistake_is_reported_with_its_place() {
    for (old, new, line, column, message) in [
        ("phase == 'Broken'", "phase === 'Broken'", 10, 35, "Syntax error"),
        ("broken: object", "broken: objekt", 10, 13, "unknown name `objekt`"),
        ("failing: broken", "failing: brokn", 12, 16, "unknown name `brokn`"),
        ("${object.metadata.namespace}", "in ${lower(object)}", 14, 28, "unknown function `lower`"),
        ("    - failing", "    - faling", 12, 7, "unknown field `faling`"),
        ("severity: major", "severity: mayor", 21, 17, "`mayor` is none of info, minor, major, critical"),
        ("severity: major", "severity: ${", 21, 17, "`${` is never closed"),
        ("      issueType: pipeline\n", "", 12, 16, "a report that can be failing needs `issueType`"),
        ("kind: Detector", "kind: Detektor", 2, 7, "expected `Detector`, `Webhook`, `Library` or `FailurePatterns`"),
        ("v1alpha1", "v9", 1, 13, "expected `kite.dev/v1alpha1`"),
        ("name: cart", "name: The Cart", 4, 9, "a name is made of"),
        ("spec:\n", "spec:\n  uses: [carts]\n", 6, 10, "unknown library `carts`"),
        ("  let:\n", "  let:\n    object: '1'\n", 10, 5, "`object` is defined already"),
    ] {
        let found = mistakes(old, new);
        let [(found_line, found_column, found_message)] = found.as_slice() else {
            panic!("{new}: {found:?}");
        };
        assert!(found_message.contains(message), "{new}: {found_message}");
        assert_eq!((*found_line, *found_column), (line, column), "{new}: {found_message}");
    }
}

#[test]
fn all_mistakes_of_a_file_are_reported_at_once() {
    let text = DETECTOR.replace("failing: broken", "failing: brokn").replace("is ${object", "is ${objekt");
    let errors: Vec<_> = load(&text).1.iter().map(ToString::to_string).collect();
    assert_eq!(errors, ["cart.yaml:12:16: unknown name `brokn`", "cart.yaml:20:28: unknown name `objekt`"]);
}

#[test]
fn a_broken_file_keeps_its_last_good_version_and_stops_nothing_else() {
    let (rules, _) = load(DETECTOR);
    let other = DETECTOR.replace("name: cart", "name: other").replace("kind: Cart", "kind: Other");
    let files = [("cart.yaml", "kind: ["), ("other.yaml", other.as_str())];
    let (rules, errors) = rules.with_files(files.map(|(name, text)| (name.to_owned(), text.to_owned())));
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(titles(&rules), ["The cart red is broken"]);
    assert!(rules.kinds(|_| true).keys().any(|watched| watched.kind == "Other"));
    assert!(rules.webhook("pipeline-failure").is_some());
}

#[test]
fn a_file_that_is_gone_takes_its_rule_along() {
    let (rules, _) = load(DETECTOR);
    let (rules, errors) = rules.with_files([]);
    assert_eq!((titles(&rules), errors), (vec![], vec![]));
}

#[test]
fn a_name_belongs_to_the_first_file() {
    let second = DETECTOR.replace("is broken", "is red");
    let files = [("a.yaml", DETECTOR), ("b.yaml", second.as_str())];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let (rules, errors) = RuleSet::builtin().with_files(files);
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors, ["b.yaml:4:9: the Detector `cart` is in `a.yaml` already"]);
    assert_eq!(titles(&rules), ["The cart red is broken"]);
}

#[test]
fn a_file_replaces_the_built_in_rule_of_its_name() {
    let text = "\
apiVersion: kite.dev/v1alpha1
kind: Webhook
metadata:
  name: release-success
spec:
  optional:
    note: any
  secretEnv: RELEASE_SECRET
  ignore:
    when: '!payload.?note.hasValue()'
    info: Nothing said
  answer:
    message: Thanks for ${count}
";
    let (rules, errors) = load(text);
    assert_eq!(errors, []);
    let webhook = rules.webhook("release-success").unwrap();
    assert_eq!(webhook.secret(), Some(&kite_rules::Secret::Env("RELEASE_SECRET".to_owned())));
    let info = "Nothing said".to_owned();
    let outcome = webhook.evaluate(&json!({}), &Config::default()).unwrap();
    assert_eq!(outcome, kite_rules::WebhookOutcome::Ignored { info });
}

#[test]
fn a_library_that_is_replaced_by_one_that_lacks_something_leaves_detectors_as_they_were() {
    let text = "\
apiVersion: kite.dev/v1alpha1
kind: Library
metadata:
  name: pipelinerun
spec:
  let:
    type: \"'none'\"
";
    let (rules, errors) = load(text);
    assert!(errors.iter().all(|error| error.file.starts_with("builtin:")), "{errors:?}");
    assert!(!errors.is_empty());
    assert!(rules.kinds(|_| true).keys().any(|watched| watched.kind == "PipelineRun"));
}

#[test]
fn the_example_of_the_reference_is_a_sound_rule() {
    let reference = include_str!("../../README.md");
    let example = reference.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let (rules, errors) = load(example);
    assert_eq!(errors, []);
    let job = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "backup", "namespace": "shop", "creationTimestamp": "2025-01-01T00:00:00Z", "uid": "1"},
        "status": {"conditions": [{"type": "Failed", "status": "True"}]},
    });
    assert_eq!(rules.detect(&job, &Config::default()).unwrap().len(), 1);
}

#[test]
fn an_ignored_object_says_nothing() {
    let (rules, errors) = load(&DETECTOR.replace("  reports:", "  ignore: broken\n  reports:"));
    assert_eq!((titles(&rules), errors), (vec![], vec![]));
}

#[test]
fn a_payload_field_that_is_not_declared_is_a_mistake() {
    let text = "\
apiVersion: kite.dev/v1alpha1
kind: Webhook
metadata:
  name: gate
spec:
  required:
    gate: text
  reports:
    - healthy: true
      namespace: ${payload.namespace}
      scope:
        resourceType: gate
        resourceName: ${payload.gate}
  answer:
    message: Fine
";
    let errors: Vec<_> = load(text).1.iter().map(ToString::to_string).collect();
    assert_eq!(errors, ["cart.yaml:10:27: `payload` has no field `namespace`"]);
}

#[test]
fn a_list_inside_an_object_becomes_a_report_per_item() {
    let text = DETECTOR.replace(
        "    - failing: broken\n",
        "    - forEach:\n        item: part\n        in: object.?spec.?parts\n      failing: broken && part.bad\n      variant: ${part.name}\n",
    );
    let (rules, errors) = load(&text);
    assert_eq!(errors, []);
    let cart = json!({
        "apiVersion": "shop.example.com/v2", "kind": "Cart",
        "metadata": {"name": "red", "namespace": "shop"}, "status": {"phase": "Broken"},
        "spec": {"parts": [{"name": "wheel", "bad": true}, {"name": "bell", "bad": false}, {"name": "tyre", "bad": true}]},
    });
    let reports = rules.detect(&cart, &Config::default()).unwrap();
    let variants: Vec<_> = reports.iter().map(|report| report.variant.as_deref().unwrap()).collect();
    assert_eq!(variants, ["wheel", "tyre"]);
    assert_eq!(titles(&rules), [] as [&str; 0], "a cart without parts");
}

#[test]
fn an_object_that_a_rule_does_not_cope_with_is_an_error_that_names_both() {
    let (rules, _) = load(DETECTOR);
    let cart = json!({"apiVersion": "shop.example.com/v1", "kind": "Cart", "status": {}});
    let error = rules.detect(&cart, &Config::default()).unwrap_err();
    assert_eq!((error.rule.as_str(), error.field.as_str()), ("detector `cart`", "broken"), "{error}");
}

#[test]
fn a_folder_is_read_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cart.yaml");
    fs::write(&file, DETECTOR).unwrap();
    fs::write(folder.path().join("README.md"), "not a rule").unwrap();
    let (rules, errors) = RuleSet::load(folder.path());
    assert_eq!((titles(&rules).len(), errors), (1, vec![]));

    fs::write(&file, "spec").unwrap();
    fs::write(folder.path().join("bytes.yml"), [0xff, 0xfe, 0xff]).unwrap();
    let (rules, errors) = rules.reload(folder.path());
    let files: BTreeSet<_> = errors.iter().map(|error| error.file.rsplit('/').next().unwrap()).collect();
    assert_eq!((titles(&rules).len(), files), (1, ["bytes.yml", "cart.yaml"].into()), "{errors:?}");

    let (rules, errors) = rules.reload(Path::new("/no/such/folder"));
    assert_eq!((titles(&rules).len(), errors.len()), (1, 1), "{errors:?}");
}

#[test]
fn less_is_asked_for_only_when_nobody_needs_the_rest() {
    let detector = |name: &str, selector: &str, more: &str| {
        let text = DETECTOR.replace("name: cart", &format!("name: {name}"));
        let kind = "kind: Cart";
        assert!(text.contains(kind), "{text}");
        (format!("{name}.yaml"), text.replacen(kind, &format!("{kind}\n      labelSelector: {selector}"), 1) + more)
    };
    let selector = |files: Vec<(String, String)>| {
        let (rules, errors) = RuleSet::builtin().with_files(files);
        assert_eq!(errors, []);
        let kinds = rules.kinds(|_| true);
        kinds.iter().find(|(kind, _)| kind.kind == "Cart").unwrap().1.selectors.labels.clone()
    };
    assert_eq!(selector(vec![detector("cart", "a=b", "")]).as_deref(), Some("a=b"));
    assert_eq!(selector(vec![detector("cart", "a=b", ""), detector("other", "a=b", "")]).as_deref(), Some("a=b"));
    assert_eq!(selector(vec![detector("cart", "a=b", ""), detector("other", "a=c", "")]), None);
    let deletes = "  onDelete:\n    - gone: 'true'\n      namespace: ${object.metadata.namespace}\n      \
                   scope: {resourceType: cart, resourceName: x}\n      runId: x\n";
    assert_eq!(selector(vec![detector("cart", "a=b", deletes)]), None, "what leaves a selector is not deleted");
}
