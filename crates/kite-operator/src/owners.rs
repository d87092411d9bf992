//! Which problems end with the deletion of another object.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kite_api::Report;
use kite_rules::{Owner, Said};

/// The identity that a report is about, without what happened.
type Subject = (Option<String>, Option<String>, Option<String>, Option<String>, Option<String>);

/// Problems by the objects they belong to. Shared by all watches.
#[derive(Debug, Default)]
pub struct Owners {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Problems by namespace and owner.
    by_owner: HashMap<(String, Owner), BTreeSet<Subject>>,
    /// And the other way around; the report holds nothing but the identity and when it began.
    by_subject: HashMap<Subject, (Report, Vec<(String, Owner)>)>,
}

impl Owners {
    /// Notes what was said: a failing report belongs to its owners until a better one comes.
    pub fn note(&self, namespace: &str, said: &Said) {
        let subject = subject(&said.report);
        let mut known = self.lock();
        // Lists come in the order of names: what began before must not unsay what began later.
        let is_older = |newest: &Report| began(&said.report).zip(began(newest)).is_some_and(|(a, b)| a < b);
        if known.by_subject.get(&subject).is_some_and(|(newest, _)| is_older(newest)) {
            return;
        }
        known.forget(&subject);
        if !said.gone_with.is_empty() {
            let owners: Vec<_> = said.gone_with.iter().map(|owner| (namespace.to_owned(), owner.clone())).collect();
            for owner in &owners {
                known.by_owner.entry(owner.clone()).or_default().insert(subject.clone());
            }
            known.by_subject.insert(subject, (identity(&said.report), owners));
        }
    }

    /// The problems of an owner that was deleted, as reports without a verdict; they are forgotten.
    pub fn take(&self, namespace: &str, owner: &Owner) -> Vec<Report> {
        let mut known = self.lock();
        let subjects = known.by_owner.remove(&(namespace.to_owned(), owner.clone())).unwrap_or_default();
        subjects.iter().filter_map(|subject| known.forget(subject)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn forget(&mut self, subject: &Subject) -> Option<Report> {
        let (report, owners) = self.by_subject.remove(subject)?;
        for owner in owners {
            if let Some(subjects) = self.by_owner.get_mut(&owner) {
                subjects.remove(subject);
                if subjects.is_empty() {
                    self.by_owner.remove(&owner);
                }
            }
        }
        Some(report)
    }
}

fn began(report: &Report) -> Option<Timestamp> {
    report.occurred_at.as_ref()?.parse().ok()
}

fn identity(report: &Report) -> Report {
    Report {
        namespace: report.namespace.clone(),
        cluster: report.cluster.clone(),
        issue_type: report.issue_type.clone(),
        scope: report.scope.clone(),
        variant: report.variant.clone(),
        occurred_at: report.occurred_at.clone(),
        ..Report::default()
    }
}

fn subject(report: &Report) -> Subject {
    let scope = report.scope.as_ref();
    (
        report.namespace.clone(),
        scope.and_then(|scope| scope.resource_type.clone()),
        scope.and_then(|scope| scope.resource_name.clone()),
        report.issue_type.clone(),
        report.variant.clone(),
    )
}

#[cfg(test)]
mod tests {
    use kite_api::ScopeInput;
    use kite_rules::WatchedKind;

    use super::*;

    fn scenario(name: &str) -> Owner {
        let kind = WatchedKind { group: "tests".to_owned(), kind: "Scenario".to_owned() };
        Owner { kind, name: name.to_owned() }
    }

    fn said(component: &str, verdict: &str, owners: &[&str]) -> Said {
        let scope = ScopeInput { resource_name: Some(component.to_owned()), ..ScopeInput::default() };
        Said {
            report: Report {
                verdict: Some(verdict.to_owned()),
                scope: Some(scope),
                title: Some("text".to_owned()),
                ..Report::default()
            },
            gone_with: owners.iter().map(|name| scenario(name)).collect(),
        }
    }

    fn components(reports: Vec<Report>) -> Vec<String> {
        reports.into_iter().map(|report| report.scope.unwrap().resource_name.unwrap()).collect()
    }

    #[test]
    fn problems_go_with_their_owner_in_its_namespace() {
        let owners = Owners::default();
        owners.note("a", &said("x", "failing", &["smoke"]));
        owners.note("a", &said("y", "failing", &["smoke", "other"]));
        owners.note("b", &said("z", "failing", &["smoke"]));
        assert_eq!(components(owners.take("a", &scenario("smoke"))), ["x", "y"]);
        assert_eq!(components(owners.take("a", &scenario("smoke"))), [""; 0]);
        assert_eq!(components(owners.take("a", &scenario("other"))), [""; 0]);
    }

    #[test]
    fn what_began_before_unsays_nothing() {
        let owners = Owners::default();
        let at = |time: &str, mut said: Said| {
            said.report.occurred_at = Some(time.to_owned());
            said
        };
        owners.note("a", &at("2025-03-04T10:00:00Z", said("x", "failing", &["smoke"])));
        owners.note("a", &at("2025-03-04T09:00:00Z", said("x", "healthy", &[])));
        assert_eq!(components(owners.take("a", &scenario("smoke"))), ["x"]);
    }

    #[test]
    fn a_problem_that_is_over_belongs_to_nothing_and_leaves_nothing() {
        let owners = Owners::default();
        owners.note("a", &said("x", "failing", &["smoke"]));
        owners.note("a", &said("x", "healthy", &[]));
        assert!(owners.take("a", &scenario("smoke")).is_empty());
        let known = owners.known.lock().unwrap();
        assert!(known.by_owner.is_empty() && known.by_subject.is_empty());
    }
}
