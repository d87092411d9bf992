//! JSON into wire types, with every wrong field named at once.

use axum::extract::{FromRequest, Request};
use kite_api::FieldError;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::body::{Format, ORDINARY, Posted};
use crate::problem::Problem;

/// Most wrong fields that are looked for.
const MOST_ERRORS: usize = 100;
const LONGEST_MESSAGE: usize = 200;

/// A JSON body of ordinary size as a wire type.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// The same, where the body may be missing.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let posted = Posted::<ORDINARY>::from_request(request, state).await?;
        match posted.format {
            Format::Json => parse(&posted.bytes).map(Self),
            Format::Nothing => Err(Problem::Unreadable("the body is missing".to_owned())),
            Format::JsonLines => Err(Problem::WrongMediaType("application/json")),
        }
    }
}

impl<S: Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let posted = Posted::<ORDINARY>::from_request(request, state).await?;
        match posted.format {
            Format::Json => parse(&posted.bytes).map(Self),
            Format::Nothing => Ok(Self(T::default())),
            Format::JsonLines => Err(Problem::WrongMediaType("application/json")),
        }
    }
}

/// A body as a wire type.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    object(bytes)?.map_err(Problem::Invalid)
}

/// An object as a wire type, or all its wrong fields; an error when it is unreadable.
///
/// The common case is read in one go. Serde would take an array for a struct, too, field by field.
pub fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<Result<T, Vec<FieldError>>, Problem> {
    if bytes.trim_ascii_start().starts_with(b"{") {
        match serde_json::from_slice(bytes) {
            Ok(parsed) => return Ok(Ok(parsed)),
            Err(error) if !error.is_data() => return Err(unreadable(&error)),
            Err(_) => {}
        }
    }
    Ok(typed(&value(bytes)?))
}

/// A body as any JSON value.
pub fn value(bytes: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(bytes).map_err(|error| unreadable(&error))
}

/// A JSON value as a wire type, or all its wrong fields.
pub fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, Vec<FieldError>> {
    if !value.is_object() {
        let message = format!("must be an object, not {}", name(value));
        return Err(vec![FieldError { field: String::new(), message }]);
    }
    T::deserialize(value).map_err(|_| {
        let mut errors = Vec::new();
        find_wrong::<T>(&|value| value, value, "", &mut errors);
        errors
    })
}

/// The message of unreadable JSON, with line and column.
fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::Unreadable(format!("the body is not valid JSON: {error}"))
}

/// Tries each part of a value alone (`within` puts it into an otherwise empty whole, which the
/// wire types accept) and descends into those that are refused.
fn find_wrong<T: DeserializeOwned>(
    within: &dyn Fn(Value) -> Value,
    value: &Value,
    path: &str,
    errors: &mut Vec<FieldError>,
) {
    let refusal = |value: Value| T::deserialize(within(value)).err();
    if errors.len() >= MOST_ERRORS || refusal(value.clone()).is_none() {
        return;
    }
    let known = errors.len();
    match value {
        Value::Object(fields) if refusal(Value::Object(Map::new())).is_none() => {
            for (key, part) in fields {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let within = |part| within(Value::Object(Map::from_iter([(key.clone(), part)])));
                find_wrong::<T>(&within, part, &path, errors);
            }
        }
        Value::Array(items) if refusal(Value::Array(Vec::new())).is_none() => {
            for (index, part) in items.iter().enumerate() {
                let within = |part| within(Value::Array(vec![part]));
                find_wrong::<T>(&within, part, &format!("{path}[{index}]"), errors);
            }
        }
        _ => {}
    }
    if errors.len() == known {
        let message = refusal(value.clone()).map(|error| short(&error.to_string())).unwrap_or_default();
        errors.push(FieldError { field: path.to_owned(), message });
    }
}

fn short(message: &str) -> String {
    message.chars().take(LONGEST_MESSAGE).collect()
}

fn name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use kite_api::CreateIssue;

    use super::*;

    fn wrong(text: &str) -> Vec<String> {
        match parse::<CreateIssue>(text.as_bytes()) {
            Err(Problem::Invalid(fields)) => fields.into_iter().map(|error| error.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn all_fields_of_wrong_type_are_named_with_their_paths() {
        let text = r#"{"title": 5, "namespace": "team-a", "scope": {"resourceType": [], "resourceName": "x"},
            "links": [{"url": "https://a"}, {"url": 1}, 7], "labels": {"a": "b", "c": {}}, "state": {"a": 1}, "more": 1}"#;
        assert_eq!(wrong(text), ["labels.c", "links[1].url", "links[2]", "scope.resourceType", "state", "title"]);
        assert_eq!(wrong(r#"{"scope": "x", "links": {}}"#), ["links", "scope"]);
        assert_eq!(wrong("[]"), [""]);
    }

    #[test]
    fn what_a_client_sent_is_not_repeated_at_length() {
        let text = format!(r#"{{"scope": "{}"}}"#, "x".repeat(100_000));
        let Err(Problem::Invalid(fields)) = parse::<CreateIssue>(text.as_bytes()) else { panic!("it is wrong") };
        assert!(fields[0].message.len() <= LONGEST_MESSAGE);
    }

    #[test]
    fn unreadable_json_says_where() {
        let Err(Problem::Unreadable(message)) = parse::<CreateIssue>(b"{\"title\":\n oops}") else {
            panic!("it is unreadable")
        };
        assert!(message.contains("line 2 column 2"), "{message}");
        assert!(matches!(parse::<CreateIssue>(b"{\"title\": 5, oops}"), Err(Problem::Unreadable(_))));
        assert!(matches!(parse::<CreateIssue>(b"{\"title\": \"\xff\"}"), Err(Problem::Unreadable(_))));
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        let issue: CreateIssue = parse(br#"{"title": "a", "title": "b"}"#).unwrap();
        assert_eq!(issue.title.as_deref(), Some("b"));
    }
}
