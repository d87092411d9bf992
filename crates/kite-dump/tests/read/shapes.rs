//! What a JSON or YAML text may look like.

use serde_json::{Value, json};

use crate::{Outcome, pod};

fn pods(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("Pod/{name}")).collect()
}

fn list() -> Value {
    json!({"apiVersion": "v1", "kind": "List", "items": [pod("a"), pod("b")], "metadata": {}})
}

#[test]
fn json_shapes_give_their_objects() {
    let nested = json!({"apiVersion": "v1", "kind": "List", "items": [list(), pod("c")]});
    let cases: [(String, &[&str]); 12] = [
        (list().to_string(), &["a", "b"]),
        (serde_json::to_string_pretty(&list()).unwrap(), &["a", "b"]),
        (json!([pod("a"), pod("b")]).to_string(), &["a", "b"]),
        (pod("a").to_string(), &["a"]),
        (format!("{}\n{}\n", pod("a"), pod("b")), &["a", "b"]),
        (format!("{:#}{:#}", pod("a"), pod("b")), &["a", "b"]),
        (format!("{}\n{}", list(), pod("c")), &["a", "b", "c"]),
        (nested.to_string(), &["a", "b", "c"]),
        (json!({"kind": "List", "apiVersion": "v1", "items": null}).to_string(), &[]),
        ("{\"items\": [], \"kind\": \"List\"}".to_owned(), &[]),
        (format!("\u{feff} \r\n{}\r\n", pod("a")), &["a"]),
        (String::new(), &[]),
    ];
    for (text, expected) in cases {
        for name in ["dump.json", "dump", "dump.txt"] {
            let outcome = Outcome::of_text(name, &text);
            assert_eq!(outcome.messages(), [""; 0], "{name}: {text}");
            assert_eq!(outcome.names(), pods(expected), "{name}: {text}");
        }
    }
}

/// Each case is a text and the pods in it.
fn assert_yaml<const N: usize>(cases: [(String, &[&str]); N]) {
    for (text, expected) in cases {
        for name in ["dump.yaml", "dump.yml", "dump"] {
            let outcome = Outcome::of_text(name, &text);
            assert_eq!(outcome.messages(), [""; 0], "{name}: {text}");
            assert_eq!(outcome.names(), pods(expected), "{name}: {text}");
        }
    }
}

/// Two pods as items of a YAML list, indented.
fn yaml_items(indent: &str) -> String {
    let item = format!("{indent}- apiVersion: v1\n{indent}  kind: Pod\n{indent}  metadata:\n{indent}    name: ");
    format!("{item}a\n{item}b\n")
}

#[test]
fn yaml_lists_give_their_items() {
    let items = yaml_items("");
    assert_yaml([
        (format!("apiVersion: v1\nitems:\n{items}kind: List\n"), &["a", "b"]),
        (format!("kind: List\nitems: # two\n\n# first\n{}\n# end\n", yaml_items("  ")), &["a", "b"]),
        (format!("---\nkind: PodList\nitems:\n{}...\n", yaml_items("    ")), &["a", "b"]),
        (items.clone(), &["a", "b"]),
        (format!("# pods\n---\n{items}"), &["a", "b"]),
        (format!("kind: List\nitems:\n{items}---\n{}", pod("c")), &["a", "b", "c"]),
        (format!("apiVersion: v1\r\nitems:\r\n{}", items.replace('\n', "\r\n")), &["a", "b"]),
        (format!("kind: List\nitems: [{}, {}]\n", pod("a"), pod("b")), &["a", "b"]),
        ("kind: List\nitems: []\n---\nkind: List\nitems:\n".to_owned(), &[]),
    ]);
}

#[test]
fn yaml_documents_give_their_objects() {
    let a = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
    let b = "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n";
    assert_yaml([
        (a.to_owned(), &["a"]),
        (format!("---\n{a}---\n{b}"), &["a", "b"]),
        (format!("%YAML 1.1\n---\n{a}\n...\n---\n\n---\n# none\n---\n{b}..."), &["a", "b"]),
        (format!("--- {}\n--- # b\n{b}", pod("a")), &["a", "b"]),
        (format!("\u{feff}{a}"), &["a"]),
        ("# nothing\n".to_owned(), &[]),
    ]);
}

#[test]
fn json_in_a_yaml_file_is_yaml() {
    let outcome = Outcome::of_text("dump.yaml", format!("{:#}\n---\n{}", list(), pod("c")));
    assert_eq!(outcome.names(), pods(&["a", "b", "c"]));
}

#[test]
fn items_without_a_type_take_it_from_the_list_wherever_it_says_so() {
    let item = json!({"metadata": {"name": "a"}});
    let texts = [
        ("l.json", json!({"kind": "PodList", "apiVersion": "v1", "items": [item]}).to_string()),
        ("l.json", format!("{{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[{item}]}}")),
        ("l.json", format!("{{\"items\":[{item}],\"kind\":\"PodList\",\"apiVersion\":\"v1\"}}")),
        ("l.yaml", "apiVersion: v1\nitems:\n- metadata:\n    name: a\nkind: PodList\n".to_owned()),
        ("l.yaml", "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n".to_owned()),
        ("l.yaml", "apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: a}}]\n".to_owned()),
    ];
    for (name, text) in texts {
        let outcome = Outcome::of_text(name, &text);
        assert_eq!(outcome.objects(), [&pod("a")], "{text}");
    }
}

#[test]
fn what_an_item_says_about_its_type_stands() {
    let text = json!({"kind": "PodList", "apiVersion": "v9", "items": [pod("a")]}).to_string();
    assert_eq!(Outcome::of_text("l.json", text).objects(), [&pod("a")]);
}

#[test]
fn an_object_whose_kind_ends_in_list_is_an_object_unless_it_has_items() {
    let object = json!({"apiVersion": "example.com/v1", "kind": "AllowList", "spec": {"items": []}});
    assert_eq!(Outcome::of_text("o.json", object.to_string()).objects(), [&object]);
}

#[test]
fn text_that_looks_like_structure_is_only_text() {
    let log = "---\n- not an item\nitems:\n- {\"kind\": \"List\", \"items\": [\n...\n\\\" ] } \\";
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"log": log, "a\"b": "\\"}});
    let indent = |text: &str, by: &str| text.replace('\n', &format!("\n{by}"));
    let block = format!(
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  data:\n    a\"b: \\\n    log: |-\n      {}\nkind: List\n",
        indent(log, "      "),
    );
    let list = json!({"apiVersion": "v1", "items": [object], "kind": "List"});
    let yaml = yaml_serde::to_string(&list).unwrap();
    for (name, text) in [("l.json", list.to_string()), ("b.yaml", block), ("l.yaml", yaml)] {
        let outcome = Outcome::of_text(name, &text);
        assert_eq!(outcome.messages(), [""; 0], "{text}");
        assert_eq!(outcome.objects(), [&object], "{text}");
    }
}
