//! The interface for programs, as a page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kite_dashboard::reference::{Operation, Parameter, Reference};
use kite_dashboard::shell::Place;
use serde_json::Value;

use super::html::page;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;
use crate::router;

/// Shows what programs can ask.
pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    let shell = visit.shell(&app, Place::About, "The interface for programs").await?;
    let document = serde_json::to_value(router::openapi()).map_err(|error| Problem::Failed(error.into()))?;
    let operations = fields(document.get("paths")).flat_map(|(path, methods)| {
        fields(Some(methods)).map(|(method, operation)| read(path, method, operation)).collect::<Vec<_>>()
    });
    page(StatusCode::OK, &Reference { operations: operations.collect(), shell }, &visit.cookies)
}

fn read(path: &str, method: &str, operation: &Value) -> Operation {
    let parameters =
        operation.get("parameters").and_then(Value::as_array).into_iter().flatten().map(|parameter| Parameter {
            name: text(parameter, "name"),
            place: text(parameter, "in"),
            description: text(parameter, "description"),
        });
    let answers =
        fields(operation.get("responses")).map(|(status, answer)| (status.clone(), text(answer, "description")));
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(operation, "summary"),
        description: text(operation, "description"),
        parameters: parameters.collect(),
        answers: answers.collect(),
    }
}

fn fields(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
