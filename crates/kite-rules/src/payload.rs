//! Checks a posted payload against the fields that a webhook declares.

use kite_api::FieldError;
use serde_json::{Map, Value, json};

use crate::file::FieldType;

/// A declared field of a payload.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: FieldType,
    pub(crate) required: bool,
}

/// The declared fields of a payload, each of its type; absent ones are empty.
pub(crate) fn check(payload: &Value, fields: &[Field]) -> Result<Value, Vec<FieldError>> {
    let Some(given) = payload.as_object() else {
        return Err(vec![wrong("", "the body must be a JSON object")]);
    };
    let mut checked = Map::new();
    let mut errors = Vec::new();
    for field in fields {
        match field.check(given.get(&field.name)) {
            Ok(value) => {
                checked.insert(field.name.clone(), value);
            }
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(Value::Object(checked)) } else { Err(errors) }
}

impl Field {
    fn check(&self, given: Option<&Value>) -> Result<Value, Vec<FieldError>> {
        let given = given.filter(|value| !value.is_null());
        let missing = match given {
            None => true,
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(_) => false,
        };
        if missing && self.required {
            return Err(vec![wrong(&self.name, "is required")]);
        }
        match (self.kind, given) {
            (FieldType::Any, given) => Ok(given.cloned().unwrap_or_default()),
            (FieldType::Text, None) => Ok(json!("")),
            (FieldType::Text, Some(Value::String(text))) => Ok(json!(text)),
            (FieldType::Text, Some(_)) => Err(vec![wrong(&self.name, "must be text")]),
            (FieldType::Texts, None) => Ok(json!([])),
            (FieldType::Texts, Some(Value::Array(items))) => self.check_items(items),
            (FieldType::Texts, Some(_)) => Err(vec![wrong(&self.name, "must be a list of texts")]),
        }
    }

    fn check_items(&self, items: &[Value]) -> Result<Value, Vec<FieldError>> {
        let errors: Vec<_> = items
            .iter()
            .enumerate()
            .filter(|(_, item)| !item.is_string())
            .map(|(index, _)| wrong(&format!("{}[{index}]", self.name), "must be text"))
            .collect();
        if errors.is_empty() { Ok(json!(items)) } else { Err(errors) }
    }
}

fn wrong(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: message.to_owned() }
}
