//! What is said about what cannot be read.

use std::path::PathBuf;

use kite_dump::{Options, Problem};
use serde_json::json;
use tempfile::TempDir;

use crate::{Outcome, pod, write};

/// Each case is a file, its text, the number of objects that are read, and the first error.
fn assert_errors<const N: usize>(cases: [(&str, String, usize, &str); N]) {
    for (name, text, objects, message) in cases {
        let outcome = Outcome::of_text(name, &text);
        assert_eq!(outcome.messages()[0], message, "{text}");
        assert_eq!(outcome.items.len(), objects, "{name}");
    }
}

#[test]
fn errors_in_json_name_file_line_and_item_and_the_rest_is_read() {
    let (a, b) = (pod("a"), pod("b"));
    assert_errors([
        ("item.json", format!("[\n{a},\n{{\n  \"kind\": trap\n}},\n{b}]"), 2, "item.json:4, item 2: expected ident"),
        ("line.ndjson", format!("{a}\n{{\"kind\": 1.}}\n{b}\n"), 2, "line.ndjson:2: invalid number"),
        (
            "cut.json",
            format!("{{\"items\": [\n{a},\n{b},\n{{\"kind\":\n\"Po"),
            2,
            "cut.json:5, item 3: the file ends too early: in what begins on line 4",
        ),
        (
            "comma.json",
            format!("[{a},\n]"),
            1,
            "comma.json:2, item 1: trailing comma; the rest of the file is not read",
        ),
        ("word.json", "\nhello".to_owned(), 0, "word.json:2: expected `{` or `[`; the rest of the file is not read"),
    ]);
}

#[test]
fn errors_in_yaml_name_file_line_and_item_and_the_rest_is_read() {
    let (a, b) = (pod("a"), pod("b"));
    assert_errors([
        (
            "item.yaml",
            format!("items:\n- {a}\n- kind: Pod\n  metadata: {{\n- {b}\nkind: List\n"),
            2,
            "item.yaml:5, item 2: did not find expected node content at line 5 column 1, \
             while parsing a flow node",
        ),
        (
            "document.yaml",
            format!("{a}\n---\n\na: b: c\n---\n# end\n---\n{b}"),
            2,
            "document.yaml:4: mapping values are not allowed in this context at line 4 column 5",
        ),
        (
            "frame.yaml",
            format!("apiVersion: v1\nitems:\n- {a}\nkind: List\nmetadata: [\n"),
            1,
            "frame.yaml:6: did not find expected node content at line 6 column 1, \
             while parsing a flow node",
        ),
        ("bytes.yaml", "kind: \u{0}\n".to_owned(), 0, "bytes.yaml:1: control characters are not allowed at position 6"),
    ]);
}

#[test]
fn what_is_no_kubernetes_object_is_named() {
    assert_errors([
        (
            "kind.json",
            json!({"metadata": {"name": "x"}}).to_string(),
            0,
            "kind.json:1: not a Kubernetes object: `x` has no `kind`",
        ),
        (
            "version.yaml",
            "\nkind: Pod\n".to_owned(),
            0,
            "version.yaml:1: not a Kubernetes object: it has no `apiVersion`",
        ),
        (
            "number.json",
            "[1]".to_owned(),
            0,
            "number.json:1, item 1: not a Kubernetes object: neither an object nor a list",
        ),
        ("text.yaml", "hello\n".to_owned(), 0, "text.yaml:1: not a Kubernetes object: neither an object nor a list"),
    ]);
}

#[test]
fn the_line_of_an_object_is_where_it_begins() {
    let json =
        format!("\n{{\"kind\": \"List\", \"items\": [\n\n{:#},\n  {:#}\n]}}\n\n{}", pod("a"), pod("b"), pod("c"));
    assert_eq!(Outcome::of_text("l.json", json).places(), [(4, Some(1)), (11, Some(2)), (20, None)]);
    let yaml = format!("# pods\nitems:\n\n- {}\n# next\n- {}\n---\n{}", pod("a"), pod("b"), pod("c"));
    assert_eq!(Outcome::of_text("l.yaml", yaml).places(), [(4, Some(1)), (6, Some(2)), (7, None)]);
}

#[test]
fn a_path_that_is_not_there_is_an_error_and_the_others_are_read() {
    let folder = TempDir::new().unwrap();
    let there = write(folder.path(), "a.json", pod("a").to_string());
    let outcome = Outcome::of(&[folder.path().join("none.json"), there]);
    assert_eq!(outcome.names(), ["Pod/a"]);
    assert!(matches!(outcome.errors[0].problem, Problem::Unreadable(_)));
    assert!(outcome.messages()[0].starts_with("none.json: cannot be read: No such file"));
}

#[test]
fn items_that_wait_for_a_type_are_named_when_it_never_comes() {
    let item = json!({"metadata": {"name": "a"}});
    let cases = [
        ("l.json", format!("{{\"items\":[{item},{item}"), 3),
        ("l.json", format!("{{\"items\":[{item},{item}],\"kind\":\"List\"}}"), 2),
        ("l.json", format!("[{item},{item}]"), 2),
        ("l.yaml", format!("items:\n- {item}\n- {item}\n"), 2),
        ("l.yaml", format!("- {item}\n- {item}\n"), 2),
    ];
    for (name, text, errors) in cases {
        let outcome = Outcome::of_text(name, &text);
        assert_eq!(outcome.errors.len(), errors, "{:?}", outcome.messages());
        assert!(outcome.messages().iter().any(|m| m.contains("`a` has no `kind`")), "{text}");
    }
}

#[test]
fn a_piece_over_the_limit_is_refused() {
    let options = Options { piece_limit: 1 << 20, ..Options::default() };
    let big = pod(&"x".repeat(3 << 20));
    let yaml = format!("items:\n- {}\n- {big}\n", pod("a"));
    let lines = format!("kind: Pod\nmetadata:\n{}", "  a: b\n".repeat(300_000));
    let cases = [
        ("l.json", json!([pod("a"), big]).to_string(), 1),
        ("o.json", big.to_string(), 0),
        ("l.yaml", yaml, 1),
        ("o.yaml", lines, 0),
        ("gap.json", " ".repeat(3 << 20), 0),
    ];
    for (name, text, objects) in cases {
        let folder = TempDir::new().unwrap();
        let paths: [PathBuf; 1] = [write(folder.path(), name, text)];
        let outcome = Outcome::with(&paths, &options);
        assert!(matches!(outcome.errors[0].problem, Problem::TooLarge { limit_mib: 1 }), "{name}");
        assert_eq!(outcome.items.len(), objects, "{name}: {:?}", outcome.messages());
    }
}

#[test]
fn waiting_items_are_bounded() {
    let options = Options { piece_limit: 1 << 20, ..Options::default() };
    let item = json!({"metadata": {"name": "x".repeat(1000)}});
    let items = vec![item; 2000];
    let folder = TempDir::new().unwrap();
    let text = format!("{{\"items\":{},\"kind\":\"PodList\",\"apiVersion\":\"v1\"}}", json!(items));
    let outcome = Outcome::with(&[write(folder.path(), "l.json", text)], &options);
    assert_eq!(outcome.items.len() + outcome.errors.len(), 2000);
    assert!(outcome.items.len() > 1000, "{}", outcome.items.len());
    assert!(outcome.messages()[0].contains("has no `kind`"));
}
