//! Which issues are meant: flags, and one query such as `severity:critical component:shop older:2d`.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap_complete::ArgValueCompleter;
use kite_api::{IssueType, Severity, State};
use kite_client::IssueQuery;
use serde::de::DeserializeOwned;

use crate::completion;
use crate::failure::Failure;

/// The words for severities, worst first.
pub const SEVERITIES: [&str; 4] = ["critical", "major", "minor", "info"];
/// The words for issue types.
pub const TYPES: [&str; 5] = ["build", "test", "release", "dependency", "pipeline"];
const KEYS: &str = "severity, type, state, namespace, application, component, resource, name, label, cluster, cause, older, newer, due";

/// Which issues are meant.
#[derive(Clone, Debug, Default, Args)]
pub struct Filters {
    /// Words of the title or the description, and filters such as severity:critical,
    /// type:build, state:all, namespace:team-a, application:store, component:shop,
    /// resource:component/shop, label:branch=main, cluster:east, cause:cve/CVE-2024-1234,
    /// older:2d, newer:12h, due:now (what is overdue); `*` in a name stands for any characters
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// In all namespaces that you may see
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// How bad
    #[arg(short, long, value_name = "SEVERITY", value_delimiter = ',', value_parser = severity())]
    pub severity: Vec<Severity>,
    /// What kind of work is broken
    #[arg(short = 't', long = "type", value_name = "TYPE", value_delimiter = ',', value_parser = issue_type())]
    pub issue_type: Vec<IssueType>,
    /// Whether the problem is there now [default: active; for trends all]
    #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(["active", "resolved", "all"]))]
    pub state: Option<String>,
    /// Application that the issues belong to
    #[arg(long, value_name = "NAME", value_delimiter = ',', add = ArgValueCompleter::new(completion::applications))]
    pub application: Vec<String>,
    /// Component that the issues belong to
    #[arg(long, value_name = "NAME", value_delimiter = ',', add = ArgValueCompleter::new(completion::components))]
    pub component: Vec<String>,
    /// Labels that the issues carry: KEY=VALUE
    #[arg(short = 'l', long, value_name = "LABELS", value_delimiter = ',')]
    pub selector: Vec<String>,
    /// Cluster that the resources live in
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub cluster: Vec<String>,
    /// Cause that the issues are put down to
    #[arg(long, value_name = "KEY", add = ArgValueCompleter::new(completion::causes))]
    pub cause: Vec<String>,
    /// Broken since then: a time, or how long ago it was, such as 2d or 12h
    #[arg(long, value_name = "AGE")]
    pub since: Option<String>,
}

/// Reads a severity.
pub fn severity() -> impl clap::builder::TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(SEVERITIES).try_map(|text| word::<Severity>(&text))
}

/// Reads an issue type.
pub fn issue_type() -> impl clap::builder::TypedValueParser<Value = IssueType> {
    PossibleValuesParser::new(TYPES).try_map(|text| word::<IssueType>(&text))
}

impl Filters {
    /// The query; without a namespace in it, it is about the given one, and without a state about what is active.
    pub fn query(&self, namespace: Option<String>) -> Result<IssueQuery, Failure> {
        self.query_of(namespace, vec![State::Active])
    }

    /// The query; without a namespace or a state in it, it is about the given ones.
    pub fn query_of(&self, namespace: Option<String>, mut states: Vec<State>) -> Result<IssueQuery, Failure> {
        let mut query = IssueQuery {
            namespace,
            severities: self.severity.clone(),
            issue_types: self.issue_type.clone(),
            clusters: self.cluster.clone(),
            applications: self.application.clone(),
            components: self.component.clone(),
            causes: self.cause.clone(),
            detected_from: self.since.clone(),
            ..IssueQuery::default()
        };
        for label in &self.selector {
            query.labels.push(pair(label)?);
        }
        if let Some(state) = &self.state {
            states = self::states(state)?;
        }
        let mut words = Vec::new();
        for text in &self.query {
            let parts = shlex::split(text);
            let parts = parts.unwrap_or_else(|| text.split_whitespace().map(str::to_owned).collect());
            for part in parts {
                match part.split_once(':') {
                    Some(("state" | "is", value)) => states = self::states(value)?,
                    Some((key, value)) if is_key(key) && !value.starts_with([' ', '/']) => add(&mut query, key, value)?,
                    _ => words.push(part),
                }
            }
        }
        let taken_as_they_are = query.namespace.iter().chain(&query.resource_types);
        if let Some(value) = taken_as_they_are.into_iter().find(|value| value.contains('*')) {
            return Err(Failure::usage(format!("`{value}` is taken as it is, and no name holds a `*`"))
                .hint("patterns are for components, applications, clusters, labels and names of resources; -A means all namespaces"));
        }
        query.states = states;
        query.search = Some(words.join(" ")).filter(|words| !words.is_empty());
        Ok(query)
    }
}

/// Only what could be the name of a filter is one; everything else is looked for.
fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase())
}

fn add(query: &mut IssueQuery, key: &str, value: &str) -> Result<(), Failure> {
    let values = || value.split(',').filter(|value| !value.is_empty()).map(str::to_owned);
    match key {
        "severity" => query.severities.extend(each::<Severity>(value, "severity", &SEVERITIES)?),
        "type" => query.issue_types.extend(each::<IssueType>(value, "type", &TYPES)?),
        "namespace" | "ns" => query.namespace = Some(value.to_owned()),
        "application" | "app" => query.applications.extend(values()),
        "component" => query.components.extend(values()),
        "resource" => match value.split_once('/') {
            Some((kind, name)) => {
                query.resource_types.push(kind.to_owned());
                query.resource_names.push(name.to_owned());
            }
            None => query.resource_types.extend(values()),
        },
        "name" => query.resource_names.push(value.to_owned()),
        "label" => query.labels.push(pair(value)?),
        "cluster" => query.clusters.extend(values()),
        "cause" => query.causes.push(value.to_owned()),
        "due" => query.due_before = Some(value.to_owned()),
        "older" => query.detected_before = Some(value.to_owned()),
        "newer" | "since" => query.detected_from = Some(value.to_owned()),
        _ => {
            return Err(Failure::usage(format!("there is no filter `{key}`; those are {KEYS}"))
                .hint("to look for a text with a colon, put a blank behind it, and quotes around all"));
        }
    }
    Ok(())
}

fn states(text: &str) -> Result<Vec<State>, Failure> {
    match text.to_lowercase().as_str() {
        "all" => Ok(Vec::new()),
        "active" | "open" => Ok(vec![State::Active]),
        "resolved" | "closed" => Ok(vec![State::Resolved]),
        _ => Err(Failure::usage(format!("`{text}` is no state; those are active, resolved, all"))),
    }
}

fn each<T: DeserializeOwned>(values: &str, what: &str, known: &[&str]) -> Result<Vec<T>, Failure> {
    let values = values.split(',').filter(|value| !value.is_empty());
    let read = |value: &str| {
        let wrong = |_| Failure::usage(format!("`{value}` is no {what}; those are {}", known.join(", ")));
        word(value).map_err(wrong)
    };
    values.map(read).collect()
}

/// Reads a word as it is in JSON.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(text.to_lowercase().into())
}

/// Reads `KEY=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), Failure> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() && !key.ends_with('!') => {
            Ok((key.to_owned(), value.strip_prefix('=').unwrap_or(value).to_owned()))
        }
        _ => Err(Failure::usage(format!("`{text}` is no label: write KEY=VALUE"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<IssueQuery, Failure> {
        let filters = Filters { query: vec![text.to_owned()], ..Filters::default() };
        filters.query(Some("team-a".to_owned()))
    }

    #[test]
    fn a_query_holds_filters_and_words() {
        let query = query("severity:critical,major out component:shop older:2d of label:branch=main memory").unwrap();
        let expected = IssueQuery {
            namespace: Some("team-a".to_owned()),
            severities: vec![Severity::Critical, Severity::Major],
            states: vec![State::Active],
            search: Some("out of memory".to_owned()),
            components: vec!["shop".to_owned()],
            labels: vec![("branch".to_owned(), "main".to_owned())],
            detected_before: Some("2d".to_owned()),
            ..IssueQuery::default()
        };
        assert_eq!(query, expected);
    }

    #[test]
    fn what_looks_like_no_filter_is_looked_for() {
        for text in ["https://example.com/x", "Error:", "a.b:c", "it's"] {
            assert_eq!(query(text).unwrap().search.as_deref(), Some(text));
        }
        assert_eq!(query("\"failed: oom\"").unwrap().search.as_deref(), Some("failed: oom"));
        assert_eq!(query("state:all").unwrap().states, []);
    }

    #[test]
    fn wrong_values_are_named_with_what_is_right() {
        for (text, said) in [
            ("severity:huge", "`huge` is no severity; those are critical, major, minor, info"),
            ("state:broken", "`broken` is no state; those are active, resolved, all"),
            ("label:x", "`x` is no label: write KEY=VALUE"),
            ("colour:red", "there is no filter `colour`"),
            ("namespace:team-*", "`team-*` is taken as it is"),
            ("resource:comp*/shop", "`comp*` is taken as it is"),
        ] {
            let failure = query(text).unwrap_err();
            assert!(failure.message.starts_with(said), "{failure}");
        }
    }
}
