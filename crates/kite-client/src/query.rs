//! Which issues a list, a summary or a stream is about.

use kite_api::{IssueType, Severity, State};
use serde::Serialize;

/// Filters and the place in the list; what is empty does not filter. The values of one filter are
/// joined with "or", the filters with "and".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssueQuery {
    /// Tenant in which the issues are filed.
    pub namespace: Option<String>,
    /// Clusters that the resources live in.
    pub clusters: Vec<String>,
    /// How bad they are.
    pub severities: Vec<Severity>,
    /// What kind of work is broken.
    pub issue_types: Vec<IssueType>,
    /// Whether they are there now.
    pub states: Vec<State>,
    /// Kinds of the resource.
    pub resource_types: Vec<String>,
    /// Names of the resource.
    pub resource_names: Vec<String>,
    /// Part of the title or the description, in any case.
    pub search: Option<String>,
    /// Applications that the issues belong to.
    pub applications: Vec<String>,
    /// Components that the issues belong to.
    pub components: Vec<String>,
    /// Other labels that the issues carry: key and value.
    pub labels: Vec<(String, String)>,
    /// Keys of the causes that they are put down to.
    pub causes: Vec<String>,
    /// The episode began then or later: a time (RFC 3339), or its age such as `2d`.
    pub detected_from: Option<String>,
    /// The episode began before: a time (RFC 3339), or its age such as `2d`.
    pub detected_before: Option<String>,
    /// They must be fixed before: a time (RFC 3339), or `now`.
    pub due_before: Option<String>,
    /// The order of a list.
    pub sort: Option<Sort>,
    /// Issues on a page.
    pub limit: Option<u32>,
    /// Issues to skip.
    pub offset: Option<u64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Sort {
    /// The newest first.
    DetectedAt,
    /// The worst first.
    Severity,
}

impl IssueQuery {
    /// Gives the query as parameters of the URL.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let mut parameters = self.filters();
        let paging = [
            ("sort", on_the_wire(self.sort)),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("offset", self.offset.map(|offset| offset.to_string())),
            ("cursor", self.cursor.clone()),
        ];
        parameters.extend(paging.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        parameters
    }

    /// Gives which issues are meant, as parameters of the URL.
    pub(crate) fn filters(&self) -> Vec<(String, String)> {
        let texts = [
            ("namespace", self.namespace.as_slice()),
            ("cluster", &self.clusters),
            ("resourceType", &self.resource_types),
            ("resourceName", &self.resource_names),
            ("search", self.search.as_slice()),
            ("application", &self.applications),
            ("component", &self.components),
            ("cause", &self.causes),
            ("detectedFrom", self.detected_from.as_slice()),
            ("detectedBefore", self.detected_before.as_slice()),
            ("dueBefore", self.due_before.as_slice()),
        ];
        let texts = texts.into_iter().flat_map(|(name, values)| {
            let values = values.iter();
            values.map(move |value| (name.to_owned(), value.clone()))
        });
        let labels = self.labels.iter();
        texts
            .chain(words("severity", &self.severities))
            .chain(words("issueType", &self.issue_types))
            .chain(words("state", &self.states))
            .chain(labels.map(|(key, value)| (format!("label.{key}"), value.clone())))
            .collect()
    }
}

fn words(name: &str, values: &[impl Serialize]) -> Vec<(String, String)> {
    let values = values.iter();
    values.filter_map(|value| Some((name.to_owned(), on_the_wire(Some(value))?))).collect()
}

/// Gives an enum's name in JSON.
fn on_the_wire(value: Option<impl Serialize>) -> Option<String> {
    let json = serde_json::to_value(value?).ok()?;
    json.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_becomes_a_parameter() {
        let query = IssueQuery {
            namespace: Some("team-a".to_owned()),
            severities: vec![Severity::Critical, Severity::Major],
            states: vec![State::Active],
            labels: vec![("branch".to_owned(), "main".to_owned())],
            sort: Some(Sort::DetectedAt),
            limit: Some(1),
            ..IssueQuery::default()
        };
        let parameters = query.parameters();
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            parameters,
            [
                ("namespace", "team-a"),
                ("severity", "critical"),
                ("severity", "major"),
                ("state", "ACTIVE"),
                ("label.branch", "main"),
                ("sort", "detectedAt"),
                ("limit", "1"),
            ]
        );
    }
}
