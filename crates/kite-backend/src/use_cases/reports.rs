//! Taking in many reports at once.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

use jiff::Timestamp;
use kite_api::{FieldError, Report, ReportOutcome, ReportResult};
use kite_core::batch::Verdict;
use kite_core::{Entry, Submission};

use crate::access::Verb;
use crate::app::App;
use crate::ingest::IngestError;
use crate::input::json::Sent;
use crate::input::report::{self, Reading};
use crate::input::{Agent, Asking, Checked, Delivery, Manner};
use crate::problem::Problem;
use crate::sources::Places;

/// Stores each report that is sound, and says what became of each.
///
/// Fails as a whole only when none can be stored now: sending all of them again is harmless.
pub async fn take_in(
    app: &App,
    asking: &Asking,
    agent: &Agent,
    delivery: &Delivery,
    items: Vec<Sent<Report>>,
) -> Result<Vec<ReportResult>, Problem> {
    let now = app.clock.now();
    if items.is_empty() {
        return still_there(app, asking, agent, now).await;
    }
    let mut results = Vec::with_capacity(items.len());
    let mut submissions = Vec::with_capacity(items.len());
    let rules = Arc::clone(&app.rules.borrow());
    let checked: Vec<_> = items
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            let reading = Reading { now, rules: &rules, manner: Manner::Strict, delivery, index };
            item.check(|report| report::entry(report, reading))
        })
        .collect();
    let namespaces = checked.iter().flatten().flat_map(|checked| namespaces(&checked.value)).collect();
    let allowed = asking.allowed(Verb::Report, namespaces).await?;
    for (index, checked) in checked.into_iter().enumerate() {
        match checked.and_then(|checked| within(&allowed, asking, checked)) {
            Ok(Checked { value, warnings }) => {
                submissions.push(Submission { entries: vec![value] });
                results.push(ReportResult { warnings, ..result(index, ReportOutcome::Updated) });
            }
            Err(errors) => results.push(ReportResult { errors, ..result(index, ReportOutcome::Rejected) }),
        }
    }
    let places = places(&submissions);
    let mut outcomes = app.ingest.submit_all(submissions).await?.into_iter();
    for result in results.iter_mut().filter(|result| result.result != ReportOutcome::Rejected) {
        let outcome = outcomes.next().unwrap_or(Err(IngestError::Stopping));
        match outcome {
            Ok(outcome) => {
                result.result = became(outcome.verdict);
                result.issue_id = outcome.issue_id;
            }
            Err(error) => *result = unstored(result.index, error)?,
        }
    }
    app.sources.hear(asking, agent, None, places, now);
    Ok(results)
}

/// Hears somebody who has nothing to report.
async fn still_there(app: &App, asking: &Asking, agent: &Agent, now: Timestamp) -> Result<Vec<ReportResult>, Problem> {
    if let Some(namespace) = asking.namespace() {
        asking.may(Verb::Report, namespace).await?;
    }
    let places = Places::silent(asking.namespace().unwrap_or_default());
    app.sources.hear(asking, agent, None, places, now);
    Ok(Vec::new())
}

fn places(submissions: &[Submission]) -> Places {
    let entries = submissions.iter().flat_map(|submission| &submission.entries);
    Places::of(entries.filter_map(|entry| entry.scopes().into_iter().next()))
}

fn namespaces(entry: &Entry) -> BTreeSet<String> {
    entry.scopes().iter().map(|scope| scope.namespace.clone()).collect()
}

/// Refuses what is about a namespace where the caller may not report.
fn within(
    allowed: &BTreeSet<String>,
    asking: &Asking,
    checked: Checked<Entry>,
) -> Result<Checked<Entry>, Vec<FieldError>> {
    let refused = |problem: &Problem| vec![FieldError { field: "namespace".to_owned(), message: problem.to_string() }];
    for namespace in namespaces(&checked.value) {
        asking.named(&namespace).map_err(|problem| refused(&problem))?;
        if !allowed.contains(&namespace) {
            return Err(refused(&Problem::foreign_namespace(Verb::Report, &namespace)));
        }
    }
    Ok(checked)
}

/// A report that the database refuses for good would be sent again forever, so it is rejected.
fn unstored(index: usize, error: IngestError) -> Result<ReportResult, Problem> {
    match Problem::from(error) {
        Problem::Failed(source) => {
            tracing::error!(error = &*source as &dyn Error, index, "a report could not be stored");
            let message = "could not be stored; the server's log knows this request by its id".to_owned();
            let errors = vec![FieldError { field: String::new(), message }];
            Ok(ReportResult { errors, ..result(index, ReportOutcome::Rejected) })
        }
        later => Err(later),
    }
}

fn became(verdict: Verdict) -> ReportOutcome {
    match verdict {
        Verdict::Created => ReportOutcome::Created,
        Verdict::Updated | Verdict::Missing => ReportOutcome::Updated,
        Verdict::Duplicate => ReportOutcome::Duplicate,
        Verdict::Late => ReportOutcome::Late,
    }
}

fn result(index: usize, result: ReportOutcome) -> ReportResult {
    ReportResult { index, result, issue_id: None, warnings: Vec::new(), errors: Vec::new() }
}
