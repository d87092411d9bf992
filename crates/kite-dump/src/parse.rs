//! Turns the text of a chunk into objects.

use serde_json::{Map, Value};

use crate::cutter::{Chunk, Format};
use crate::error::{DumpError, Problem};
use crate::item::{Item, Origin};
use crate::list::{Answer, ItemType};
use crate::yaml_value;

/// Parses a chunk and hands over its objects, or what is wrong with it.
pub(crate) fn parse(mut chunk: Chunk, limit: usize, deliver: &mut dyn FnMut(Result<Item, DumpError>)) {
    let value = match parse_text(&chunk) {
        Ok(Value::Null) if chunk.format == Format::Yaml => return,
        Ok(value) => value,
        Err(error) => return deliver(Err(error)),
    };
    let answer = match (&value, chunk.list.clone()) {
        (Value::Object(object), Some(list)) if needs_type(object) => list.ask(&mut chunk, limit),
        _ => Answer::Known(ItemType::default()),
    };
    match answer {
        Answer::Known(item_type) => flatten(value, &chunk.origin, &item_type, deliver),
        Answer::TooMuch => flatten(value, &chunk.origin, &ItemType::default(), deliver),
        Answer::Later => {}
    }
}

fn parse_text(chunk: &Chunk) -> Result<Value, DumpError> {
    if chunk.format == Format::Json {
        return serde_json::from_slice(&chunk.text).map_err(|error| json_error(chunk, &error));
    }
    let value = yaml_value::parse(&chunk.text)
        .map_err(|broken| syntax(chunk, broken.line, broken.message_shifted(chunk.origin.line - 1)))?;
    match (chunk.format, value) {
        (Format::YamlItem, Value::Array(items)) => match <[Value; 1]>::try_from(items) {
            Ok([item]) => Ok(item),
            Err(_) => Err(syntax(chunk, 1, "expected one item".to_owned())),
        },
        (_, value) => Ok(value),
    }
}

fn json_error(chunk: &Chunk, error: &serde_json::Error) -> DumpError {
    let message = error.to_string();
    // Columns count from the beginning of the item, not of the line.
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    syntax(chunk, error.line() as u64, message.to_owned())
}

/// An error on a line of the chunk, from 1.
fn syntax(chunk: &Chunk, line: u64, message: String) -> DumpError {
    let line = chunk.origin.line + line.saturating_sub(1);
    let origin = Origin { line, ..chunk.origin.clone() };
    DumpError::at(&origin, Problem::Syntax(message))
}

/// Hands over an object, or the objects of a list or array, however deep.
fn flatten(value: Value, origin: &Origin, item_type: &ItemType, deliver: &mut dyn FnMut(Result<Item, DumpError>)) {
    match value {
        Value::Array(items) => flatten_items(items, origin, &ItemType::default(), deliver),
        Value::Object(mut object) if is_list(&object) => {
            let items = object.get_mut("items").map(Value::take);
            let items_type = ItemType::of_list(text(&object, "kind"), text(&object, "apiVersion"));
            if let Some(Value::Array(items)) = items {
                flatten_items(items, origin, &items_type, deliver);
            }
        }
        Value::Object(mut object) => {
            item_type.fill(&mut object);
            deliver(match missing(&object) {
                None => Ok(Item { origin: origin.clone(), object: Value::Object(object) }),
                Some(problem) => Err(DumpError::at(origin, problem)),
            });
        }
        _ => {
            let problem = Problem::NotAnObject("neither an object nor a list".to_owned());
            deliver(Err(DumpError::at(origin, problem)));
        }
    }
}

fn flatten_items(
    items: Vec<Value>,
    origin: &Origin,
    item_type: &ItemType,
    deliver: &mut dyn FnMut(Result<Item, DumpError>),
) {
    for (index, item) in items.into_iter().enumerate() {
        let origin = Origin { item: origin.item.or(Some(index + 1)), ..origin.clone() };
        flatten(item, &origin, item_type, deliver);
    }
}

fn is_list(object: &Map<String, Value>) -> bool {
    matches!(object.get("items"), Some(Value::Array(_) | Value::Null))
        && text(object, "kind").is_none_or(|kind| kind.ends_with("List"))
}

fn needs_type(object: &Map<String, Value>) -> bool {
    !is_list(object) && (text(object, "kind").is_none() || text(object, "apiVersion").is_none())
}

fn missing(object: &Map<String, Value>) -> Option<Problem> {
    let key = ["kind", "apiVersion"].into_iter().find(|key| text(object, key).is_none_or(str::is_empty))?;
    let name = object.get("metadata").and_then(|metadata| metadata.get("name"));
    Some(Problem::NotAnObject(match name.and_then(Value::as_str) {
        Some(name) => format!("`{name}` has no `{key}`"),
        None => format!("it has no `{key}`"),
    }))
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}
