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
pub struct Json<T>(pub Sent<T>);

/// The same, where the body may be missing.
#[derive(Debug)]
pub struct OptionalJson<T>(pub Sent<T>);

/// What a client sent: the fields of the right type, and what is wrong with the others.
#[derive(Debug)]
pub struct Sent<T> {
    value: T,
    wrong: Vec<FieldError>,
}

impl<T> Sent<T> {
    /// What a check makes of it, or all that is wrong: with its types, and what the check finds
    /// besides. That a field of wrong type is also missing goes without saying.
    pub fn check<C>(self, check: impl FnOnce(T) -> Result<C, Vec<FieldError>>) -> Result<C, Vec<FieldError>> {
        let Self { value, mut wrong } = self;
        match check(value) {
            Ok(checked) if wrong.is_empty() => Ok(checked),
            Ok(_) => Err(wrong),
            Err(mut found) => {
                found.retain(|found| !wrong.iter().any(|wrong| is_within(&found.field, &wrong.field)));
                wrong.append(&mut found);
                Err(wrong)
            }
        }
    }
}

impl<T> From<T> for Sent<T> {
    fn from(value: T) -> Self {
        Self { value, wrong: Vec::new() }
    }
}

/// Whether a path leads to a field or into it.
fn is_within(path: &str, field: &str) -> bool {
    let rest = path.strip_prefix(field);
    rest.is_some_and(|rest| field.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

impl<S: Sync, T: DeserializeOwned + Default> FromRequest<S> for Json<T> {
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
            Format::Nothing => Ok(Self(T::default().into())),
            Format::JsonLines => Err(Problem::WrongMediaType("application/json")),
        }
    }
}

/// A body as a wire type; an error when it is unreadable.
///
/// The common case is read in one go. Serde would take an array for a struct, too, field by field.
pub fn parse<T: DeserializeOwned + Default>(bytes: &[u8]) -> Result<Sent<T>, Problem> {
    if bytes.trim_ascii_start().starts_with(b"{") {
        match serde_json::from_slice::<T>(bytes) {
            Ok(parsed) => return Ok(parsed.into()),
            Err(error) if !error.is_data() => return Err(unreadable(&error)),
            Err(_) => {}
        }
    }
    Ok(typed(value(bytes)?))
}

/// A body as any JSON value.
pub fn value(bytes: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(bytes).map_err(|error| unreadable(&error))
}

/// A JSON value as a wire type.
pub fn typed<T: DeserializeOwned + Default>(value: Value) -> Sent<T> {
    if !value.is_object() {
        let message = format!("must be an object, not {}", name(&value));
        return Sent { value: T::default(), wrong: vec![FieldError { field: String::new(), message }] };
    }
    let mut wrong = Vec::new();
    let sound = without_wrong::<T>(&|value| value, value, "", &mut wrong);
    let value = sound.and_then(|sound| T::deserialize(sound).ok()).unwrap_or_default();
    Sent { value, wrong }
}

/// The message of unreadable JSON, with line and column.
fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::Unreadable(format!("the body is not valid JSON: {error}"))
}

/// A value without the parts that are of wrong type; `None`: it is as a whole.
///
/// Tries each part alone (`within` puts it into an otherwise empty whole, which the wire types
/// accept) and descends into those that are refused.
fn without_wrong<T: DeserializeOwned>(
    within: &dyn Fn(Value) -> Value,
    value: Value,
    path: &str,
    wrong: &mut Vec<FieldError>,
) -> Option<Value> {
    let refusal = |value: Value| T::deserialize(within(value)).err();
    let Some(refused) = refusal(value.clone()) else { return Some(value) };
    if wrong.len() >= MOST_ERRORS {
        return None;
    }
    let known = wrong.len();
    let sound = match value {
        Value::Object(fields) if refusal(Value::Object(Map::new())).is_none() => {
            let sound = fields.into_iter().filter_map(|(key, part)| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let within = |part| within(Value::Object(Map::from_iter([(key.clone(), part)])));
                without_wrong::<T>(&within, part, &path, wrong).map(|part| (key.clone(), part))
            });
            Some(Value::Object(sound.collect()))
        }
        Value::Array(items) if refusal(Value::Array(Vec::new())).is_none() => {
            let sound = items.into_iter().enumerate().map(|(index, part)| {
                let within = |part| within(Value::Array(vec![part]));
                let part = without_wrong::<T>(&within, part, &format!("{path}[{index}]"), wrong);
                // Something must stay in its place, so that the items after it keep their numbers.
                part.unwrap_or_else(|| Value::Object(Map::new()))
            });
            Some(Value::Array(sound.collect()))
        }
        _ => None,
    };
    if wrong.len() == known {
        wrong.push(FieldError { field: path.to_owned(), message: short(&refused.to_string()) });
        return None;
    }
    sound
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
        parse::<CreateIssue>(text.as_bytes()).unwrap().wrong.into_iter().map(|error| error.field).collect()
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
    fn what_is_of_the_right_type_is_checked_all_the_same() {
        let text = r#"{"title": 5, "namespace": "team-a", "links": [{"url": 1}, 7, {"url": "https://a"}]}"#;
        let sent = parse::<CreateIssue>(text.as_bytes()).unwrap();
        let checked: Result<(), _> = sent.check(|issue| {
            assert_eq!(issue.namespace.as_deref(), Some("team-a"));
            let links = issue.links.unwrap();
            assert_eq!(
                links.iter().map(|link| link.url.as_deref()).collect::<Vec<_>>(),
                [None, None, Some("https://a")]
            );
            let missing = |field: &str| FieldError { field: field.to_owned(), message: "is required".to_owned() };
            Err(["title", "titles", "links[0].url", "links[1].url", "severity"].map(missing).to_vec())
        });
        let fields: Vec<_> = checked.unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["links[0].url", "links[1]", "title", "titles", "severity"]);
        assert!(
            parse::<CreateIssue>(b"{\"title\": 5}").unwrap().check(Ok).is_err(),
            "a check that passes is not enough"
        );
    }

    #[test]
    fn what_a_client_sent_is_not_repeated_at_length() {
        let text = format!(r#"{{"scope": "{}"}}"#, "x".repeat(100_000));
        assert!(parse::<CreateIssue>(text.as_bytes()).unwrap().wrong[0].message.len() <= LONGEST_MESSAGE);
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
        let sent = parse::<CreateIssue>(br#"{"title": "a", "title": "b"}"#).unwrap();
        assert_eq!(sent.check(Ok).unwrap().title.as_deref(), Some("b"));
    }
}
