//! What a list of issues is asked for.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::access::Reach;
use crate::issue::{Issue, IssueType, Severity, State};
use crate::text;

/// Which issues are wanted. Empty lists ask for all; the parts are joined with "and", the values
/// within one list with "or".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueFilter {
    /// Namespaces that may be shown.
    pub reach: Reach,
    /// Clusters.
    pub clusters: Vec<String>,
    /// States.
    pub states: Vec<State>,
    /// Severities.
    pub severities: Vec<Severity>,
    /// Types, as shown.
    pub types: Vec<IssueType>,
    /// Kinds of the scope's resource.
    pub resource_types: Vec<String>,
    /// Names of the scope's resource.
    pub resource_names: Vec<String>,
    /// Values of the label `application`.
    pub applications: Vec<String>,
    /// Values of the label `component`.
    pub components: Vec<String>,
    /// Other labels: each key must have one of its values.
    pub labels: BTreeMap<String, Vec<String>>,
    /// Keys of causes.
    pub causes: Vec<String>,
    /// Keys whose issues people may have put down to one of [`Self::causes`]. Stores look them up themselves.
    pub merged_causes: Vec<String>,
    /// The present (or last) episode began at this time or later.
    pub detected_from: Option<Timestamp>,
    /// The present (or last) episode began before this time.
    pub detected_before: Option<Timestamp>,
    /// It must be fixed before this time.
    pub due_before: Option<Timestamp>,
    /// Part of the title or of the beginning of the description, case ignored.
    pub search: Option<String>,
}

impl IssueFilter {
    /// Every issue within reach.
    pub fn all(reach: Reach) -> Self {
        Self {
            reach,
            clusters: Vec::new(),
            states: Vec::new(),
            severities: Vec::new(),
            types: Vec::new(),
            resource_types: Vec::new(),
            resource_names: Vec::new(),
            applications: Vec::new(),
            components: Vec::new(),
            labels: BTreeMap::new(),
            causes: Vec::new(),
            merged_causes: Vec::new(),
            detected_from: None,
            detected_before: None,
            due_before: None,
            search: None,
        }
    }

    /// Whether an issue is wanted. Lists ask the database the same question in SQL; this answers
    /// it for a single issue in a live feed.
    pub fn matches(&self, issue: &Issue) -> bool {
        let scope = &issue.identity.scope;
        let within_reach = match &self.reach {
            Reach::All => true,
            Reach::Only(namespaces) => namespaces.contains(&scope.namespace),
        };
        within_reach
            && any(&self.clusters, &scope.cluster)
            && any(&self.states, &issue.state)
            && any(&self.severities, &issue.severity)
            && any(&self.types, &issue.issue_type)
            && any(&self.resource_types, &scope.resource_type)
            && any(&self.resource_names, &scope.resource_name)
            && has_label(issue, "application", &self.applications)
            && has_label(issue, "component", &self.components)
            && self.labels.iter().all(|(key, values)| has_label(issue, key, values))
            && (self.causes.is_empty() || issue.cause.as_ref().is_some_and(|cause| self.causes.contains(cause)))
            && self.detected_from.is_none_or(|from| issue.detected_at >= from)
            && self.detected_before.is_none_or(|before| issue.detected_at < before)
            && self.due_before.is_none_or(|before| issue.due_at.is_some_and(|due| due < before))
            && self.search.as_ref().is_none_or(|wanted| {
                text::searchable(&issue.title, &issue.description).contains(&text::fold_case(wanted))
            })
    }
}

fn any<T: PartialEq>(wanted: &[T], value: &T) -> bool {
    wanted.is_empty() || wanted.contains(value)
}

fn has_label(issue: &Issue, key: &str, wanted: &[String]) -> bool {
    wanted.is_empty() || issue.labels.get(key).is_some_and(|value| wanted.contains(value))
}
