//! The filters of the list, with counts beside their values.

use std::collections::BTreeSet;

use kite_core::{Issue, IssueFilter, IssueType, Severity, State};
use kite_dashboard::facet::{ANY, Facet, label};
use kite_store::{Cube, Dimension};

use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;
use crate::use_cases::sources::list_sources;

/// Values that a filter offers.
const MOST_VALUES: u32 = 50;
/// Ages that a filter offers: newer or older than.
const AGES: [(&str, &str); 4] = [("1h", "an hour"), ("1d", "a day"), ("7d", "a week"), ("30d", "30 days")];

/// What the label `environment` tells apart.
const ENVIRONMENTS: [&str; 2] = ["production", "development"];

/// A value of a filter, what people read, and how many issues have it.
type Value = (String, String, Option<u64>);

/// What the filters of a list offer.
pub struct Offered {
    cube: Option<Cube>,
    applications: Vec<(String, u64)>,
    components: Vec<(String, u64)>,
    clusters: BTreeSet<String>,
}

/// Reads what the filters of a list offer.
pub async fn read(app: &App, visit: &Visit, filter: &IssueFilter) -> Result<Offered, Problem> {
    let of_all = IssueFilter { applications: Vec::new(), components: Vec::new(), ..filter.clone() };
    let of_applications = IssueFilter { components: Vec::new(), ..filter.clone() };
    let (cube, applications, components, clusters) = tokio::try_join!(
        async { Ok::<_, Problem>(app.store.cube(filter).await?) },
        async { Ok(app.store.top(&of_all, Dimension::Application, MOST_VALUES).await?) },
        async {
            if !are_few(visit, filter) {
                return Ok(Vec::new());
            }
            Ok(app.store.top(&of_applications, Dimension::Component, MOST_VALUES).await?)
        },
        clusters(app, visit, filter),
    )?;
    Ok(Offered { cube, applications, components, clusters })
}

/// The filters of a list that shows these issues.
pub fn facets(offered: Offered, visit: &Visit, filter: &IssueFilter, shown: &[Issue]) -> Vec<Facet> {
    let Offered { cube, applications, components, clusters } = offered;
    let (address, counts) = (&visit.address, Counts { cube, filter });
    let mut facets = vec![
        Facet::new("Severity", "severity", address, counts.severities()),
        Facet::new("Type", "issueType", address, counts.types()),
        Facet::new("Application", "application", address, counted_or_shown(applications, "application", shown)),
        Facet::new("Component", "component", address, counted_or_shown(components, "component", shown)),
    ];
    if are_few(visit, filter) {
        facets.push(Facet::new("Environment", "label.environment", address, ENVIRONMENTS.map(uncounted)));
    }
    if clusters.len() > 1 {
        facets.push(Facet::new("Cluster", "cluster", address, clusters.iter().map(|name| uncounted(name))));
    }
    let ages = |words: &str| AGES.map(|(age, name)| (age.to_owned(), format!("{words} {name}"), None));
    facets.extend([
        Facet::single("State", "state", address, Some(State::Active.as_str()), counts.states()),
        Facet::single("Newer", "detectedFrom", address, None, ages("began within")),
        Facet::single("Older", "detectedBefore", address, None, ages("lasts longer than")),
    ]);
    facets.retain(|facet| !facet.values.is_empty());
    facets
}

/// Whether issues may be looked at one by one.
fn are_few(visit: &Visit, filter: &IssueFilter) -> bool {
    visit.asking.namespace().is_some() || !filter.applications.is_empty()
}

/// Where there are too many to count, what is to be seen is offered.
fn counted_or_shown(counted: Vec<(String, u64)>, label: &str, shown: &[Issue]) -> Vec<Value> {
    if !counted.is_empty() {
        return counted.into_iter().map(named).collect();
    }
    let names: BTreeSet<_> = shown.iter().filter_map(|issue| issue.labels.get(label)).collect();
    names.into_iter().map(|name| uncounted(name)).collect()
}

/// The clusters that somebody reports from, and those that are chosen.
async fn clusters(app: &App, visit: &Visit, filter: &IssueFilter) -> Result<BTreeSet<String>, Problem> {
    let (sources, _) = list_sources(app, &visit.asking).await?;
    let names = sources.into_iter().map(|(source, _)| source.cluster).chain(filter.clusters.iter().cloned());
    Ok(names.filter(|name| !name.is_empty()).collect())
}

/// A value that is not counted, because no index tells how many there are.
pub fn uncounted(name: &str) -> Value {
    (name.to_owned(), name.to_owned(), None)
}

fn named((name, count): (String, u64)) -> Value {
    (name.clone(), name, Some(count))
}

/// How many issues there are of each kind. Beside a value stands how many there would be with it,
/// so what is chosen of its own filter does not count.
pub struct Counts<'a> {
    /// All of them; `None`: they are not counted.
    pub cube: Option<Cube>,
    /// What is chosen.
    pub filter: &'a IssueFilter,
}

impl Counts<'_> {
    /// Severities, the worst first.
    pub fn severities(&self) -> impl Iterator<Item = Value> {
        Severity::ALL.iter().rev().map(|severity| {
            let count = self.sum(|state, of, issue_type| {
                of == *severity && any(&self.filter.states, &state) && any(&self.filter.types, &issue_type)
            });
            (severity.to_string(), severity.to_string(), count)
        })
    }

    /// Types.
    pub fn types(&self) -> impl Iterator<Item = Value> {
        IssueType::ALL.iter().map(|issue_type| {
            let count = self.sum(|state, severity, of| {
                of == *issue_type && any(&self.filter.states, &state) && any(&self.filter.severities, &severity)
            });
            (issue_type.to_string(), label("issueType", issue_type.as_str()), count)
        })
    }

    fn states(&self) -> impl Iterator<Item = Value> {
        [Some(State::Active), Some(State::Resolved), None].into_iter().map(|wanted| {
            let count = self.sum(|state, severity, issue_type| {
                wanted.is_none_or(|wanted| wanted == state)
                    && any(&self.filter.severities, &severity)
                    && any(&self.filter.types, &issue_type)
            });
            let value = wanted.map_or(ANY, State::as_str);
            (value.to_owned(), label("state", value), count)
        })
    }

    fn sum(&self, is_counted: impl Fn(State, Severity, IssueType) -> bool) -> Option<u64> {
        let counted =
            self.cube.as_ref()?.iter().filter(|((state, severity, of), _)| is_counted(*state, *severity, *of));
        Some(counted.map(|(_, count)| count).sum())
    }
}

fn any<T: PartialEq>(chosen: &[T], value: &T) -> bool {
    chosen.is_empty() || chosen.contains(value)
}
