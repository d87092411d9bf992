//! Reports and submissions with defaults; a test says only what matters to it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kite_core::{
    Action, Clear, Content, Entry, Identity, Issue, IssueType, Scope, Severity, State, Submission, Target,
};

/// The moment `second` seconds after the beginning of 2024.
///
/// # Panics
/// When the moment is beyond the calendar.
#[expect(clippy::expect_used, reason = "test support: the numbers are written in the tests")]
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_704_067_200 + second).expect("a moment within the calendar")
}

/// A component of `team-a`.
pub fn scope(name: &str) -> Scope {
    scope_in("team-a", name)
}

/// A component of a namespace.
pub fn scope_in(namespace: &str, name: &str) -> Scope {
    Scope {
        cluster: String::new(),
        namespace: namespace.to_owned(),
        resource_type: "component".to_owned(),
        resource_name: name.to_owned(),
        resource_namespace: namespace.to_owned(),
    }
}

/// The builds of a scope.
pub fn identity(scope: Scope) -> Identity {
    Identity { scope, issue_type: IssueType::Build, variant: String::new() }
}

/// What a source says of a failed build.
pub fn content(title: &str) -> Content {
    Content {
        revision: 0,
        ended_at: None,
        title: title.to_owned(),
        description: format!("{title}, in more words"),
        severity: Severity::Major,
        links: Vec::new(),
        labels: BTreeMap::new(),
        expires_at: None,
        due_at: None,
        cause: None,
        reason: None,
        diagnosis: None,
    }
}

/// An issue that failed once and is active.
pub fn issue(name: &str) -> Issue {
    let content = content("the build failed");
    Issue {
        id: uuid::Uuid::nil(),
        identity: identity(scope(name)),
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
        run_id: "r1".to_owned(),
        last_failed_at: at(1),
        detected_at: at(1),
        resolved_at: None,
        count: 1,
        episodes: 1,
        created_at: at(1),
        updated_at: at(1),
        related: false,
    }
}

/// A failed run.
pub fn failing(identity: &Identity, run: &str, occurred_at: impl Into<Option<Timestamp>>) -> Entry {
    Entry::Failing {
        identity: identity.clone(),
        run_id: run.to_owned(),
        occurred_at: occurred_at.into(),
        content: content("the build failed"),
    }
}

/// A healthy run of the whole scope.
pub fn healthy(scope: &Scope, run: &str, occurred_at: impl Into<Option<Timestamp>>) -> Entry {
    Entry::Clear {
        target: Target { scope: scope.clone(), issue_type: None, variant: None },
        clear: Clear::Healthy,
        run_id: run.to_owned(),
        occurred_at: occurred_at.into(),
    }
}

/// A person's decision.
pub fn decided(identity: &Identity, name: &str, when: impl Into<Option<Timestamp>>, action: Action) -> Entry {
    Entry::Person {
        identity: identity.clone(),
        issue_id: None,
        run_id: name.to_owned(),
        by: Some("ann".to_owned()),
        at: when.into(),
        action,
    }
}

/// Submissions of one entry each.
pub fn each(entries: impl IntoIterator<Item = Entry>) -> Vec<Submission> {
    entries.into_iter().map(|entry| Submission { entries: vec![entry] }).collect()
}
