//! The JSON Schema of rule files, for editors.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::file::{API_VERSION, DetectorSpec, LibrarySpec, RuleFile, WebhookSpec};
use crate::patterns::spec::FailurePatternsSpec;

/// The JSON Schema of rule files: one of detectors, webhooks, libraries and failure patterns, by their `kind`.
pub fn schema() -> Value {
    let mut kinds = Vec::new();
    let mut definitions = serde_json::Map::new();
    let files = [
        ("Detector", of::<DetectorSpec>()),
        ("Webhook", of::<WebhookSpec>()),
        ("Library", of::<LibrarySpec>()),
        ("FailurePatterns", of::<FailurePatternsSpec>()),
    ];
    for (kind, mut schema) in files {
        if let Some(Value::Object(more)) = schema.as_object_mut().and_then(|schema| schema.remove("$defs")) {
            definitions.extend(more);
        }
        if let Some(properties) = schema.pointer_mut("/properties").and_then(Value::as_object_mut) {
            properties.insert("apiVersion".to_owned(), json!({"const": API_VERSION}));
            properties.insert("kind".to_owned(), json!({"const": kind}));
        }
        kinds.push(schema);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "KITE rule file",
        "oneOf": kinds,
        "$defs": definitions,
    })
}

fn of<S: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<RuleFile<S>>().to_value();
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("$schema");
        fields.remove("title");
    }
    schema
}
