//! Whom a cause concerns: how far it reaches, and its issues by reason and by namespace.

use std::collections::{BTreeMap, BTreeSet};

use crate::issue::{Issue, Severity};

/// Issues that have something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// What they have in common; empty: nothing is known.
    pub name: &'a str,
    /// They, in the order in which they were given.
    pub issues: Vec<&'a Issue>,
}

/// Which way a cause goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// It has more active issues than before.
    Spreading,
    /// It has as many as before.
    Steady,
    /// It has fewer.
    Shrinking,
}

impl Movement {
    /// The way from a number of active issues to another.
    pub fn between(before: u64, now: u64) -> Self {
        match now.cmp(&before) {
            std::cmp::Ordering::Greater => Self::Spreading,
            std::cmp::Ordering::Equal => Self::Steady,
            std::cmp::Ordering::Less => Self::Shrinking,
        }
    }
}

/// How far a cause reaches: how many namespaces × how many components × how bad the worst is, each step
/// twice as bad as the one below.
pub fn blast_radius(namespaces: u64, components: u64, worst: Severity) -> u64 {
    let weight = 1 << (worst.code() - 1);
    namespaces.saturating_mul(components).saturating_mul(weight)
}

/// The component that is broken: as the label says, or the resource.
pub fn component(issue: &Issue) -> &str {
    issue.labels.get("component").map_or(issue.identity.scope.resource_name.as_str(), String::as_str)
}

/// The issues by the reason of their newest failure, the most frequent first.
pub fn by_reason(issues: &[Issue]) -> Vec<Group<'_>> {
    grouped(issues, reason)
}

/// Why it failed: the sentence of its diagnosis, or the word that its source has for it.
fn reason(issue: &Issue) -> &str {
    let summary = issue.diagnosis.as_ref().map(|diagnosis| diagnosis.summary.as_str());
    let word = issue.reason.as_deref();
    summary.filter(|summary| !summary.is_empty()).or(word).unwrap_or_default()
}

/// The issues by namespace, those with most first.
pub fn by_namespace(issues: &[Issue]) -> Vec<Group<'_>> {
    grouped(issues, |issue| &issue.identity.scope.namespace)
}

fn grouped<'a>(issues: &'a [Issue], name: impl Fn(&'a Issue) -> &'a str) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<&str, Vec<&Issue>> = BTreeMap::new();
    for issue in issues {
        groups.entry(name(issue)).or_default().push(issue);
    }
    let mut groups: Vec<_> = groups.into_iter().map(|(name, issues)| Group { name, issues }).collect();
    // Stable, so that what is equal stays in the order of the names.
    groups.sort_by_key(|group| std::cmp::Reverse(group.issues.len()));
    groups
}

impl Group<'_> {
    /// What helps, as the first of them that knows says.
    pub fn remedy(&self) -> Option<&str> {
        let mut remedies = self.issues.iter().filter_map(|issue| Some(issue.diagnosis.as_ref()?.remedy.as_str()));
        remedies.find(|remedy| !remedy.is_empty())
    }

    /// How many components are broken.
    pub fn components(&self) -> usize {
        let places = self.issues.iter().map(|issue| (&issue.identity.scope.namespace, component(issue)));
        places.collect::<BTreeSet<_>>().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worse_and_reaches_further_comes_first() {
        assert_eq!(blast_radius(6, 14, Severity::Critical), 6 * 14 * 8);
        assert_eq!(blast_radius(1, 1, Severity::Info), 1);
        assert_eq!(blast_radius(u64::MAX, 2, Severity::Minor), u64::MAX);
        assert!(blast_radius(2, 2, Severity::Minor) < blast_radius(2, 2, Severity::Major));
    }

    #[test]
    fn more_than_before_is_spreading() {
        let ways = [(1, 2), (2, 2), (2, 1)].map(|(before, now)| Movement::between(before, now));
        assert_eq!(ways, [Movement::Spreading, Movement::Steady, Movement::Shrinking]);
    }
}
