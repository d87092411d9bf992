//! A template: text, paths, and ranges of more of it.

use std::str::FromStr;
use std::sync::Arc;

use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::{QueryRef, js_path_process};
use serde_json::Value;

use super::path::standard;
use crate::failure::Failure;
use crate::text::{printable, printable_json};

/// A template of kubectl's dialect of JSONPath.
#[derive(Clone, Debug)]
pub struct Template {
    nodes: Arc<Vec<Node>>,
}

#[derive(Debug)]
enum Node {
    /// Printed as it is.
    Text(String),
    /// What the path finds is printed, with a blank between.
    Path(JpQuery),
    /// The nodes are printed for each of what the path finds.
    Range(JpQuery, Vec<Node>),
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A brace is not closed.
    #[error("a `{{` is not closed")]
    Unclosed,
    /// A range has no end, or an end no range.
    #[error("each `{{range …}}` needs an `{{end}}`, and the other way round")]
    Unbalanced,
    /// A text in quotes is not one.
    #[error("`{0}` is not a text in quotes")]
    Text(String),
    /// A path is not one.
    #[error("`{0}` is not a path")]
    Path(String),
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        // What is read so far, and the ranges around it.
        let mut nodes = Vec::new();
        let mut around = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            push_text(&mut nodes, before);
            let end = end_of(behind).ok_or(TemplateError::Unclosed)?;
            let (inside, behind) = behind.split_at(end);
            rest = behind.strip_prefix('}').unwrap_or(behind);
            let inside = inside.trim();
            if let Some(path) = inside.strip_prefix("range ") {
                around.push((parse_path(path)?, std::mem::take(&mut nodes)));
            } else if inside == "end" {
                let (path, outer) = around.pop().ok_or(TemplateError::Unbalanced)?;
                let inner = std::mem::replace(&mut nodes, outer);
                nodes.push(Node::Range(path, inner));
            } else if inside.starts_with(['"', '\'']) {
                nodes.push(Node::Text(unquoted(inside)?));
            } else {
                nodes.push(Node::Path(parse_path(inside)?));
            }
        }
        push_text(&mut nodes, rest);
        if around.is_empty() { Ok(Self { nodes: Arc::new(nodes) }) } else { Err(TemplateError::Unbalanced) }
    }
}

impl Template {
    /// The text that the template makes of a value.
    pub fn apply(&self, value: &Value) -> Result<String, Failure> {
        let mut text = String::new();
        apply(&self.nodes, value, &mut text)?;
        Ok(text)
    }
}

fn apply(nodes: &[Node], value: &Value, text: &mut String) -> Result<(), Failure> {
    for node in nodes {
        match node {
            Node::Text(more) => text.push_str(more),
            Node::Path(path) => {
                let found: Vec<_> = find(path, value)?.into_iter().map(shown).collect();
                text.push_str(&found.join(" "));
            }
            Node::Range(path, inner) => {
                for item in find(path, value)? {
                    apply(inner, item, text)?;
                }
            }
        }
    }
    Ok(())
}

fn find<'v>(path: &JpQuery, value: &'v Value) -> Result<Vec<&'v Value>, Failure> {
    let found = js_path_process(path, value);
    let found = found.map_err(|error| Failure::usage(format!("failed to apply the JSONPath: {error}")))?;
    Ok(found.into_iter().map(QueryRef::val).collect())
}

/// Texts without quotes, everything else as JSON; one by one in a form that a terminal can show.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => printable(text).into_owned(),
        Value::Null => String::new(),
        other => printable_json(&other.to_string()).into_owned(),
    }
}

fn push_text(nodes: &mut Vec<Node>, text: &str) {
    if !text.is_empty() {
        nodes.push(Node::Text(text.to_owned()));
    }
}

/// Where the closing brace is, which may not be in quotes.
fn end_of(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (place, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (_, '\\') => escaped = true,
            (None, '}') => return Some(place),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn parse_path(path: &str) -> Result<JpQuery, TemplateError> {
    let wrong = || TemplateError::Path(path.to_owned());
    let path = path.trim();
    if path.is_empty() {
        return Err(wrong());
    }
    parse_json_path(&standard(path)).map_err(|_| wrong())
}

/// A text in quotes, with the escapes of JSON.
fn unquoted(text: &str) -> Result<String, TemplateError> {
    let wrong = || TemplateError::Text(text.to_owned());
    let json = match text.strip_prefix('\'') {
        None => text.to_owned(),
        Some(inside) => {
            let inside = inside.strip_suffix('\'').ok_or_else(wrong)?;
            format!("\"{}\"", inside.replace("\\'", "'").replace('"', "\\\""))
        }
    };
    serde_json::from_str(&json).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_template_is_named() {
        for (text, error) in [
            ("{.a", TemplateError::Unclosed),
            ("{range .a[*]}{.b}", TemplateError::Unbalanced),
            ("{.a}{end}", TemplateError::Unbalanced),
            ("{\"a}", TemplateError::Unclosed),
            ("{'a' .b}", TemplateError::Text("'a' .b".to_owned())),
            ("{}", TemplateError::Path(String::new())),
            ("{.a[}", TemplateError::Path(".a[".to_owned())),
        ] {
            assert_eq!(text.parse::<Template>().unwrap_err(), error, "{text}");
        }
    }

    /// `tests/runs/kubectl.rs` holds the table against the real kubectl.
    #[test]
    fn every_expression_gives_what_kubectl_gives() {
        let object: Value = serde_json::from_str(include_str!("../../tests/jsonpath/pod.json")).unwrap();
        let table = include_str!("../../tests/jsonpath/expressions.tsv");
        assert!(table.lines().count() >= 50);
        for line in table.lines() {
            let (expression, expected) = line.split_once('\t').unwrap();
            let expected: String = serde_json::from_str(expected).unwrap();
            let template: Template = expression.parse().unwrap_or_else(|error| panic!("{expression}: {error}"));
            assert_eq!(template.apply(&object).unwrap(), expected, "{expression}");
        }
    }

    #[test]
    fn text_around_paths_is_kept() {
        let template: Template = "a{.b}c{'\\n'}{\"}\"}".parse().unwrap();
        assert_eq!(template.apply(&serde_json::json!({"b": 1})).unwrap(), "a1c\n}");
    }
}
