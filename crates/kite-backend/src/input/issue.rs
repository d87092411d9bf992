//! What people and programs ask to do with one issue.

use jiff::Timestamp;
use kite_api::{CreateIssue, FieldError, ResolveIssue, UpdateIssue};
use kite_core::{Action, Content, Edit, Entry, Identity, Issue, IssueType, Severity, State, Submission, text};
use kite_rules::RuleSet;
use uuid::Uuid;

use super::{Checked, Checks, Delivery, Manner, diagnosis};

/// A new issue: a failure, and a resolve when it is born resolved.
pub fn create(
    request: CreateIssue,
    now: Timestamp,
    rules: &RuleSet,
    delivery: &Delivery,
    by: Option<&str>,
) -> Result<Checked<Submission>, Vec<FieldError>> {
    let mut checks = Checks::new(now, Manner::Strict);
    let namespace = checks.required_name("namespace", request.namespace);
    let identity = Identity {
        scope: checks.scope(None, namespace, request.scope),
        issue_type: checks.required_word("issueType", request.issue_type.as_deref(), IssueType::Pipeline),
        variant: String::new(),
    };
    let mut content = Content {
        revision: 0,
        ended_at: None,
        title: checks.title("title", request.title.as_deref()),
        description: checks.description("description", request.description.as_deref()),
        severity: checks.required_word("severity", request.severity.as_deref(), Severity::Major),
        links: checks.links(request.links.unwrap_or_default()),
        labels: checks.labels(request.labels.unwrap_or_default()),
        expires_at: None,
        due_at: None,
        cause: None,
        reason: None,
        diagnosis: None,
    };
    let run_id = delivery.run_id(0);
    diagnosis::complete(rules, &identity, &run_id, &mut content);
    let is_resolved = checks.word("state", request.state.as_deref()) == Some(State::Resolved);
    let resolve = is_resolved.then(|| Entry::Person {
        identity: identity.clone(),
        issue_id: None,
        run_id: delivery.run_id(1),
        by: by.map(str::to_owned),
        at: None,
        action: Action::Resolve { note: None },
    });
    let failing = Entry::Failing { identity, run_id, occurred_at: None, content };
    checks.finish(Submission { entries: std::iter::once(failing).chain(resolve).collect() })
}

/// What a person decided about an issue, and when, if not now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub action: Action,
    /// When; absent: now.
    pub at: Option<Timestamp>,
}

/// The decisions that an update means; none when it gives no field.
pub fn update(request: UpdateIssue, issue: &Issue, now: Timestamp) -> Result<Checked<Vec<Decision>>, Vec<FieldError>> {
    let mut checks = Checks::new(now, Manner::Strict);
    let edit = Edit {
        title: request.title.map(|title| checks.title("title", Some(&title))),
        description: request.description.map(|text| checks.description("description", Some(&text))),
        severity: checks.word("severity", request.severity.as_deref()),
        issue_type: checks.word("issueType", request.issue_type.as_deref()),
        links: request.links.map(|links| checks.links(links)),
    };
    let state = checks.word("state", request.state.as_deref());
    let resolved_at = resolved_at(&mut checks, request.resolved_at.as_deref(), state, issue, now);
    let edit = (edit != Edit::default()).then_some(Decision { action: Action::Edit(edit), at: None });
    let turn = state.map(|state| match state {
        State::Resolved => Decision { action: Action::Resolve { note: None }, at: resolved_at },
        State::Active => Decision { action: Action::Reopen, at: None },
    });
    checks.finish(edit.into_iter().chain(turn).collect())
}

/// A person's resolve with its reason.
pub fn resolve(request: ResolveIssue) -> Decision {
    let note = request.reason.map(|reason| text::description(&reason).0);
    Decision { action: Action::Resolve { note: note.filter(|note| !note.trim().is_empty()) }, at: None }
}

/// The decisions of one person about one issue, together.
pub fn decided(issue: &Issue, by: Option<&str>, decisions: Vec<Decision>) -> Submission {
    let entry = |Decision { action, at }| Entry::Person {
        identity: issue.identity.clone(),
        issue_id: Some(issue.id),
        run_id: Uuid::now_v7().to_string(),
        by: by.map(str::to_owned),
        at,
        action,
    };
    Submission { entries: decisions.into_iter().map(entry).collect() }
}

/// When it was resolved. A time that would leave the newest failure uncovered is refused, because
/// the issue would silently stay active.
fn resolved_at(
    checks: &mut Checks,
    sent: Option<&str>,
    state: Option<State>,
    issue: &Issue,
    now: Timestamp,
) -> Option<Timestamp> {
    let time = checks.past_time("resolvedAt", sent)?;
    if state != Some(State::Resolved) {
        checks.refuse("resolvedAt", "is for `state: RESOLVED` only");
    } else if issue.state == State::Active && time < issue.last_failed_at {
        let failed_at = issue.last_failed_at;
        checks.refuse("resolvedAt", format!("must not be before the newest failure, which was at {failed_at}"));
    }
    // A client's clock that is a little ahead means now.
    (time < now).then_some(time)
}

#[cfg(test)]
mod tests {
    use kite_api::ScopeInput;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }

    fn request() -> CreateIssue {
        let text = |text: &str| Some(text.to_owned());
        CreateIssue {
            title: text("broken"),
            description: text("very"),
            severity: text("major"),
            issue_type: text("build"),
            namespace: text("team-a"),
            scope: Some(ScopeInput {
                resource_type: text("component"),
                resource_name: text("shop"),
                ..Default::default()
            }),
            ..CreateIssue::default()
        }
    }

    #[test]
    fn an_issue_may_be_born_resolved() {
        let create = |state: &str| {
            let request = CreateIssue { state: Some(state.to_owned()), ..request() };
            create(request, now(), &RuleSet::default(), &Delivery::default(), None)
        };
        assert_eq!(create("ACTIVE").unwrap().value.entries.len(), 1);
        assert_eq!(create("RESOLVED").unwrap().value.entries.len(), 2);
        assert_eq!(create("").unwrap_err()[0].field, "state");
        assert_eq!(create("active").unwrap_err()[0].message, "must be one of ACTIVE, RESOLVED");
    }

    #[test]
    fn every_missing_field_is_named() {
        let errors =
            create(CreateIssue::default(), now(), &RuleSet::default(), &Delivery::default(), None).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["namespace", "scope", "issueType", "title", "description", "severity"]);
    }

    #[test]
    fn a_resolve_without_a_reason_has_no_note() {
        let blank = resolve(ResolveIssue { reason: Some(" ".to_owned()) });
        assert_eq!(blank.action, Action::Resolve { note: None });
    }
}
