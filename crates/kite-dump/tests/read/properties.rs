//! Cutting a list gives what parsing it whole gives, whatever is in it.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{Outcome, name_of};

/// Strings that look like structure, numbers or other types.
fn text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "- a",
        "---",
        "\n---\n- b\n",
        "items:",
        "kind: List",
        "\"",
        "\\",
        "\\\"",
        "}",
        "]",
        "[{",
        "# no",
        "yes",
        "null",
        "~",
        "12",
        "0o17",
        "1e3",
        "12e4567",
        "0644",
        "2024-01-01",
        " ",
        "  lead",
        "trail ",
        "a: b",
        "\t",
        "\u{7f}",
        "é→ü",
        "*a",
        "&a",
        "!x",
        "%",
        "@",
        "`",
        "|",
        ">",
        "\r\n",
        "...",
        "",
    ]);
    let part = prop_oneof![3 => nasty.prop_map(str::to_owned), 1 => "[ -~\n]{0,12}"];
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    (text(), prop::collection::btree_map(text(), value(), 0..4)).prop_map(|(name, rest)| {
        let mut object: Map<String, Value> = rest.into_iter().collect();
        object.remove("items");
        object.insert("apiVersion".to_owned(), json!("v1"));
        object.insert("kind".to_owned(), json!("Thing"));
        object.insert("metadata".to_owned(), json!({ "name": name }));
        Value::Object(object)
    })
}

fn objects() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(object(), 0..6)
}

fn list(objects: &[Value]) -> Value {
    json!({"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {}})
}

/// The texts of a list, as different programs print it.
fn texts(objects: &[Value]) -> Vec<(&'static str, String)> {
    let lines = |separator: &str| objects.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator);
    vec![
        ("compact.json", list(objects).to_string()),
        ("pretty.json", format!("{:#}", list(objects))),
        ("array.json", json!(objects).to_string()),
        ("lines.ndjson", lines("\n")),
        ("list.yaml", yaml_serde::to_string(&list(objects)).unwrap()),
        ("sequence.yaml", yaml_serde::to_string(objects).unwrap()),
    ]
}

#[test]
fn objects_may_straddle_what_is_read_at_a_time() {
    let thing = |number: usize| {
        let text = "\\\" ]}\n- é".repeat(number * 37 % 20_000);
        json!({"apiVersion": "v1", "kind": "Thing", "metadata": {"name": text}})
    };
    let objects: Vec<Value> = (0..100).map(thing).collect();
    for (name, text) in texts(&objects) {
        let outcome = Outcome::of_text(name, &text);
        assert!(outcome.objects().into_iter().eq(&objects), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cutting_equals_parsing_whole(objects in objects()) {
        for (name, text) in texts(&objects) {
            let outcome = Outcome::of_text(name, &text);
            prop_assert_eq!(outcome.messages(), Vec::<String>::new(), "{}:\n{}", name, text);
            // Order is by line; items on one line are ordered by their position.
            prop_assert_eq!(outcome.objects(), objects.iter().collect::<Vec<_>>(), "{}:\n{}", name, text);
        }
    }

    #[test]
    fn the_line_of_an_item_is_where_its_text_begins(objects in objects()) {
        for (name, text) in texts(&objects) {
            let lines: Vec<&str> = text.split('\n').collect();
            for item in Outcome::of_text(name, &text).items {
                let line = lines[usize::try_from(item.origin.line).unwrap() - 1];
                let begin = if name.ends_with("yaml") { "- " } else { "{" };
                prop_assert!(line.trim_start().contains(begin), "{}:{} {}", name, item.origin.line, line);
            }
        }
    }

    #[test]
    fn a_cut_text_gives_the_items_before_the_cut(objects in objects(), cut in 0.0..1.0_f64) {
        for (name, text) in texts(&objects) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in the text")]
            let at = (text.len() as f64 * cut) as usize;
            let outcome = Outcome::of_text(name, &text.as_bytes()[..at]);
            // JSON says where an object ends; YAML does not, so its last object may be a shorter one.
            let whole = outcome.items.len().saturating_sub(usize::from(name.ends_with("yaml")));
            for (item, object) in outcome.items.iter().zip(&objects).take(whole) {
                prop_assert_eq!(name_of(&item.object), name_of(object));
                prop_assert_eq!(&item.object, object);
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), structure in "[\\[\\]{}\":,\\- \na\\\\]{0,60}") {
        for name in ["a.json", "a.yaml", "a"] {
            Outcome::of_text(name, &bytes);
            Outcome::of_text(name, &structure);
        }
    }
}
