//! Which issues a list or a summary is about.

use std::collections::BTreeMap;

use kite_api::{IssueType, Severity, State};
use serde::Serialize;

/// Filters and the place in the list; what is absent does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssueQuery {
    /// Tenant in which the issues are filed.
    pub namespace: Option<String>,
    /// How bad they are.
    pub severity: Option<Severity>,
    /// What kind of work is broken.
    pub issue_type: Option<IssueType>,
    /// Whether they are there now.
    pub state: Option<State>,
    /// Kind of the resource.
    pub resource_type: Option<String>,
    /// Name of the resource.
    pub resource_name: Option<String>,
    /// Part of the title or the description, in any case.
    pub search: Option<String>,
    /// Application that the issues belong to.
    pub application: Option<String>,
    /// Component that the issues belong to.
    pub component: Option<String>,
    /// Other labels that the issues carry.
    pub labels: BTreeMap<String, String>,
    /// Issues on a page.
    pub limit: Option<u32>,
    /// Issues to skip.
    pub offset: Option<u64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl IssueQuery {
    /// Gives the query as parameters of the URL.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let text = Option::<String>::clone;
        let fields = [
            ("namespace", text(&self.namespace)),
            ("severity", on_the_wire(self.severity)),
            ("issueType", on_the_wire(self.issue_type)),
            ("state", on_the_wire(self.state)),
            ("resourceType", text(&self.resource_type)),
            ("resourceName", text(&self.resource_name)),
            ("search", text(&self.search)),
            ("application", text(&self.application)),
            ("component", text(&self.component)),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("offset", self.offset.map(|offset| offset.to_string())),
            ("cursor", text(&self.cursor)),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let labels = self.labels.iter();
        fields.chain(labels.map(|(key, value)| (format!("label.{key}"), value.clone()))).collect()
    }
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
            severity: Some(Severity::Critical),
            state: Some(State::Active),
            labels: BTreeMap::from([("branch".to_owned(), "main".to_owned())]),
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
                ("state", "ACTIVE"),
                ("limit", "1"),
                ("label.branch", "main"),
            ]
        );
    }
}
