//! A report as sent becomes an entry as the core understands it.

use jiff::Timestamp;
use kite_api::{FieldError, Report, Sweep, SweepScope};
use kite_core::issue::Target;
use kite_core::report::derived_run_id;
use kite_core::{Clear, Content, Entry, Identity, IssueType, Scope, Severity};
use kite_rules::RuleSet;

use super::{Checked, Checks, Delivery, Manner, diagnosis};

/// What a report is read with.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The server's time.
    pub now: Timestamp,
    /// What failures say, and what that means.
    pub rules: &'a RuleSet,
    /// How much is forgiven.
    pub manner: Manner,
    /// The delivery it came with.
    pub delivery: &'a Delivery,
    /// Its place in the delivery.
    pub index: usize,
}

enum Verdict {
    Failing,
    Clear(Clear),
}

/// A report as an entry, or all its wrong fields.
pub fn entry(report: Report, reading: Reading) -> Result<Checked<Entry>, Vec<FieldError>> {
    let mut checks = Checks::new(reading.now, reading.manner);
    let entry = match verdict(&mut checks, report.verdict.as_deref()) {
        Verdict::Failing => failing(&mut checks, report, reading),
        Verdict::Clear(clear) => clearing(&mut checks, report, clear, reading),
    };
    checks.finish(entry)
}

/// A sweep as an entry. Only rule files make sweeps.
pub fn sweep(sweep: Sweep, reading: Reading) -> Result<Checked<Entry>, Vec<FieldError>> {
    let mut checks = Checks::new(reading.now, reading.manner);
    let cluster = checks.name("cluster", sweep.cluster).unwrap_or_default();
    let namespace = checks.required_name("namespace", Some(sweep.namespace));
    let mut scope = |SweepScope { resource_type, resource_name }| Scope {
        cluster: cluster.clone(),
        namespace: namespace.clone(),
        resource_type: checks.required_name("scope.resourceType", Some(resource_type)),
        resource_name: checks.required_name("scope.resourceName", Some(resource_name)),
        resource_namespace: namespace.clone(),
    };
    let anchor = scope(sweep.anchor);
    let scopes = sweep.scopes.into_iter().map(scope).collect();
    let run_id = reading.delivery.run_id(reading.index);
    checks.finish(Entry::Sweep { anchor, scopes, run_id, occurred_at: None })
}

fn verdict(checks: &mut Checks, sent: Option<&str>) -> Verdict {
    match sent {
        Some("failing") => return Verdict::Failing,
        Some("healthy") => return Verdict::Clear(Clear::Healthy),
        Some("gone") => return Verdict::Clear(Clear::Gone),
        None | Some("") => checks.refuse("verdict", "is required"),
        Some(_) => checks.refuse("verdict", "must be one of failing, healthy, gone"),
    }
    Verdict::Failing
}

fn failing(checks: &mut Checks, report: Report, reading: Reading) -> Entry {
    let occurred_at = checks.past_time("occurredAt", report.occurred_at.as_deref());
    let ended_at = checks.past_time("endedAt", report.ended_at.as_deref());
    if let (Some(began), Some(ended)) = (occurred_at, ended_at)
        && ended < began
    {
        checks.refuse("endedAt", "must not be before `occurredAt`");
    }
    let namespace = checks.required_name("namespace", report.namespace);
    let identity = Identity {
        scope: checks.scope(report.cluster, namespace, report.scope),
        issue_type: checks.required_word("issueType", report.issue_type.as_deref(), IssueType::Pipeline),
        variant: checks.name("variant", report.variant).unwrap_or_default(),
    };
    let mut content = Content {
        revision: report.revision.unwrap_or_default(),
        ended_at,
        title: checks.title("title", report.title.as_deref()),
        description: checks.description("description", report.description.as_deref()),
        severity: checks.required_word("severity", report.severity.as_deref(), Severity::Major),
        links: checks.links(report.links),
        labels: checks.labels(report.labels),
        expires_at: checks.time("expiresAt", report.expires_at.as_deref()),
        due_at: checks.time("dueAt", report.due_at.as_deref()),
        cause: checks.name("cause", report.cause),
        reason: checks.name("reason", report.reason),
        diagnosis: diagnosis::read(checks, report.diagnosis),
    };
    let run_id = checks.name("runId", report.run_id).unwrap_or_else(|| match occurred_at {
        Some(time) => derived_run_id(&Target::from(&identity), "failing", time, Some(&content)),
        None => reading.delivery.run_id(reading.index),
    });
    // Only now: other rules make no other run of it.
    diagnosis::complete(reading.rules, &identity, &run_id, &mut content);
    Entry::Failing { identity, run_id, occurred_at, content }
}

fn clearing(checks: &mut Checks, report: Report, clear: Clear, reading: Reading) -> Entry {
    let occurred_at = checks.past_time("occurredAt", report.occurred_at.as_deref());
    let namespace = checks.required_name("namespace", report.namespace);
    let target = Target {
        scope: checks.scope(report.cluster, namespace, report.scope),
        issue_type: checks.word("issueType", report.issue_type.as_deref()),
        variant: checks.name("variant", report.variant),
    };
    let verdict = match clear {
        Clear::Healthy => "healthy",
        Clear::Gone => "gone",
    };
    let run_id = checks.name("runId", report.run_id).unwrap_or_else(|| match occurred_at {
        Some(time) => derived_run_id(&target, verdict, time, None),
        None => reading.delivery.run_id(reading.index),
    });
    Entry::Clear { target, clear, run_id, occurred_at }
}

#[cfg(test)]
mod tests {
    use kite_api::{LinkInput, ScopeInput};

    use super::*;

    fn report() -> Report {
        let text = |text: &str| Some(text.to_owned());
        Report {
            verdict: text("failing"),
            namespace: text("team-a"),
            issue_type: text("build"),
            scope: Some(ScopeInput {
                resource_type: text("component"),
                resource_name: text("shop"),
                resource_namespace: None,
            }),
            title: text("the build failed"),
            description: text("because"),
            severity: text("major"),
            ..Report::default()
        }
    }

    fn read(report: Report) -> Result<Checked<Entry>, Vec<FieldError>> {
        let now = "2026-01-01T12:00:00Z".parse().unwrap();
        let delivery = Delivery::default();
        entry(
            report,
            Reading { now, rules: &RuleSet::default(), manner: Manner::Strict, delivery: &delivery, index: 0 },
        )
    }

    fn run_id(report: Report) -> String {
        match read(report).unwrap().value {
            Entry::Failing { run_id, .. } | Entry::Clear { run_id, .. } => run_id,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_missing_or_wrong_field_is_named_at_once() {
        let empty = Report {
            occurred_at: Some("soon".to_owned()),
            links: vec![LinkInput { title: Some("x".to_owned()), url: Some("javascript:x".to_owned()) }],
            ..Report::default()
        };
        let fields: Vec<_> = read(empty).unwrap_err().into_iter().map(|error| error.field).collect();
        let expected = [
            "verdict",
            "occurredAt",
            "namespace",
            "scope",
            "issueType",
            "title",
            "description",
            "severity",
            "links[0].url",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn a_run_is_named_by_the_source_or_by_its_time_and_words_or_by_the_delivery() {
        let named = Report { run_id: Some("run-1".to_owned()), ..report() };
        assert_eq!(run_id(named), "run-1");
        let timed = Report { occurred_at: Some("2026-01-01T11:00:00Z".to_owned()), ..report() };
        assert_eq!(run_id(timed.clone()), run_id(timed.clone()));
        assert_ne!(run_id(timed.clone()), run_id(Report { title: Some("another".to_owned()), ..timed }));
        assert_ne!(run_id(report()), run_id(report()));
    }

    #[test]
    fn a_run_ends_after_it_began() {
        let backwards = Report {
            occurred_at: Some("2026-01-01T11:00:00Z".to_owned()),
            ended_at: Some("2026-01-01T10:59:59Z".to_owned()),
            ..report()
        };
        assert_eq!(read(backwards).unwrap_err()[0].field, "endedAt");
    }

    #[test]
    fn a_healthy_report_needs_a_scope_only_and_may_mean_all_types_and_variants() {
        let healthy = Report {
            verdict: Some("healthy".to_owned()),
            issue_type: None,
            title: None,
            description: None,
            severity: None,
            ..report()
        };
        let Entry::Clear { target, .. } = read(healthy).unwrap().value else { panic!("it clears") };
        assert_eq!((target.issue_type, target.variant), (None, None));
        assert_eq!(target.scope.resource_namespace, "team-a");
    }
}
