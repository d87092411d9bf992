//! Whom a cause concerns: how far it reaches, and its issues by reason and by namespace.

use std::collections::{BTreeMap, BTreeSet};

use crate::issue::{Issue, Severity};

/// Issues of a group that are named.
const EXAMPLES: usize = 10;

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
/// twice as bad as the one below. The store ranks causes by it in SQL; this is the rule that it is tested against.
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
    issue.summary().or(issue.reason.as_deref()).unwrap_or_default()
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

    /// The first of them.
    pub fn examples(&self) -> &[&Issue] {
        self.issues.get(..EXAMPLES).unwrap_or(&self.issues)
    }

    /// How many components are broken.
    pub fn components(&self) -> usize {
        let places = self.issues.iter().map(|issue| (&issue.identity.scope.namespace, component(issue)));
        places.collect::<BTreeSet<_>>().len()
    }
}
