//! What breaks, as somebody reports it; a test changes only what matters to it.

use std::collections::BTreeMap;

use kite_api::{LinkInput, Report, ScopeInput};

/// The build of a component of `team-a` failed.
pub fn failure_of(component: &str) -> Failure {
    Failure(Report {
        verdict: Some("failing".to_owned()),
        namespace: Some("team-a".to_owned()),
        issue_type: Some("build".to_owned()),
        scope: Some(scope(component)),
        title: Some(format!("Build of {component} failed")),
        description: Some("The compiler found a mistake.".to_owned()),
        severity: Some("major".to_owned()),
        labels: BTreeMap::from([("component".to_owned(), component.to_owned())]),
        ..Report::default()
    })
}

/// The component of `team-a` is fine again.
pub fn recovery_of(component: &str) -> Report {
    Report {
        verdict: Some("healthy".to_owned()),
        namespace: Some("team-a".to_owned()),
        scope: Some(scope(component)),
        ..Report::default()
    }
}

fn scope(component: &str) -> ScopeInput {
    ScopeInput {
        resource_type: Some("component".to_owned()),
        resource_name: Some(component.to_owned()),
        resource_namespace: None,
    }
}

/// A failure to report.
#[derive(Clone)]
pub struct Failure(Report);

impl Failure {
    pub fn in_namespace(mut self, namespace: &str) -> Self {
        self.0.namespace = Some(namespace.to_owned());
        self
    }

    pub fn titled(mut self, title: &str) -> Self {
        self.0.title = Some(title.to_owned());
        self
    }

    pub fn because(mut self, description: &str) -> Self {
        self.0.description = Some(description.to_owned());
        self
    }

    pub fn critical(self) -> Self {
        self.of_severity("critical")
    }

    pub fn of_severity(mut self, severity: &str) -> Self {
        self.0.severity = Some(severity.to_owned());
        self
    }

    pub fn labelled(mut self, name: &str, value: &str) -> Self {
        self.0.labels.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn linked(mut self, title: &str, url: &str) -> Self {
        self.0.links.push(LinkInput { title: Some(title.to_owned()), url: Some(url.to_owned()) });
        self
    }

    /// Changes what no other method does.
    pub fn with(mut self, change: impl FnOnce(&mut Report)) -> Self {
        change(&mut self.0);
        self
    }
}

impl From<Failure> for Report {
    fn from(Failure(report): Failure) -> Self {
        report
    }
}
