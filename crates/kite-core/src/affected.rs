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

/// What all affected issues have in common and others have not: perhaps what did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// What it is: a label, or where a link leads.
    pub what: String,
    /// Its value.
    pub value: String,
    /// How many of the others have it, too.
    pub elsewhere: usize,
}

/// Less affected issues have too much in common by chance.
const FEWEST: usize = 3;
/// One in so many of the others may have it, too.
const RARE: usize = 10;
/// They tell where an issue is, not what happened.
const PLACES: [&str; 2] = ["application", "component"];

/// What all affected issues have in common and hardly any other issue has, what is rarest elsewhere first.
pub fn suspicions(affected: &[Issue], others: &[Issue]) -> Vec<Suspicion> {
    let Some((first, rest)) = affected.split_first().filter(|_| affected.len() >= FEWEST) else { return Vec::new() };
    let shared = facts(first).into_iter().filter(|fact| rest.iter().all(|issue| facts(issue).contains(fact)));
    let counted = shared.map(|fact| (others.iter().filter(|issue| facts(issue).contains(&fact)).count(), fact));
    let mut rare: Vec<_> = counted.filter(|(elsewhere, _)| elsewhere * RARE <= others.len()).collect();
    rare.sort_unstable();
    let suspicion = |(elsewhere, (what, value)): (usize, (&str, &str))| Suspicion {
        what: what.to_owned(),
        value: value.to_owned(),
        elsewhere,
    };
    rare.into_iter().map(suspicion).collect()
}

/// What is known of an issue besides its place and its words: labels, and where its links lead.
fn facts(issue: &Issue) -> BTreeSet<(&str, &str)> {
    let labels = issue.labels.iter().filter(|(key, _)| !PLACES.contains(&key.as_str()));
    let labels = labels.map(|(key, value)| (key.as_str(), value.as_str()));
    labels.chain(issue.links.iter().map(|link| (link.title.as_str(), link.url()))).collect()
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
    use crate::issue::{Identity, IssueType, Scope, State};
    use crate::report::Content;

    #[test]
    fn what_is_worse_and_reaches_further_comes_first() {
        assert_eq!(blast_radius(6, 14, Severity::Critical), 6 * 14 * 8);
        assert_eq!(blast_radius(1, 1, Severity::Info), 1);
        assert_eq!(blast_radius(u64::MAX, 2, Severity::Minor), u64::MAX);
        assert!(blast_radius(2, 2, Severity::Minor) < blast_radius(2, 2, Severity::Major));
    }

    fn issue(labels: &[(&str, &str)]) -> Issue {
        let content = Content {
            revision: 0,
            ended_at: None,
            title: "failed".to_owned(),
            description: String::new(),
            severity: Severity::Major,
            links: Vec::new(),
            labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            expires_at: None,
            due_at: None,
            cause: None,
            reason: None,
            diagnosis: None,
        };
        let (name, time) = (String::new, jiff::Timestamp::UNIX_EPOCH);
        let scope = Scope {
            resource_name: name(),
            namespace: name(),
            resource_type: name(),
            resource_namespace: name(),
            cluster: name(),
        };
        Issue {
            id: uuid::Uuid::nil(),
            identity: Identity { scope, issue_type: IssueType::Build, variant: name() },
            issue_type: IssueType::Build,
            state: State::Active,
            severity: content.severity,
            title: content.title,
            description: content.description,
            links: content.links,
            labels: content.labels,
            cause: None,
            reason: None,
            diagnosis: None,
            due_at: None,
            expires_at: None,
            run_id: name(),
            last_failed_at: time,
            detected_at: time,
            resolved_at: None,
            count: 1,
            episodes: 1,
            created_at: time,
            updated_at: time,
            related: false,
        }
    }

    #[test]
    fn what_all_affected_have_and_others_have_not_is_suspected() {
        let affected =
            |part| issue(&[("image", "sha256:1"), ("branch", "main"), ("component", "cart"), ("part", part)]);
        let affected = ["a", "b", "c"].map(affected);
        let others: Vec<_> = (0..10).map(|_| issue(&[("branch", "main")])).collect();
        let suspected = Suspicion { what: "image".to_owned(), value: "sha256:1".to_owned(), elsewhere: 0 };
        assert_eq!(suspicions(&affected, &others), [suspected]);
        assert_eq!(suspicions(&affected[..2], &others), [], "two have much in common by chance");
        assert_eq!(suspicions(&affected, &affected), [], "others have it, too");
    }

    #[test]
    fn more_than_before_is_spreading() {
        let ways = [(1, 2), (2, 2), (2, 1)].map(|(before, now)| Movement::between(before, now));
        assert_eq!(ways, [Movement::Spreading, Movement::Steady, Movement::Shrinking]);
    }
}
