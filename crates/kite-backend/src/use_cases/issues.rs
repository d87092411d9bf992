//! Reading and deciding about issues.

use jiff::ToSpan as _;
use kite_core::batch::{Outcome, Verdict};
use kite_core::{Action, Issue, IssueFilter, Reach, Submission};
use kite_store::{Counts, History, ListQuery, Page, Relation};
use uuid::Uuid;

use crate::access::Verb;
use crate::app::App;
use crate::input::issue::{self, Decision};
use crate::input::{Agent, Asking};
use crate::problem::Problem;
use crate::sources::Places;

/// How many active issues have a date by which they must be fixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// By now.
    pub overdue: u64,
    /// Within the next 7 days.
    pub soon: u64,
}

/// A page of issues with all their relations.
pub async fn list_issues(app: &App, query: &ListQuery) -> Result<(Page, Vec<Relation>), Problem> {
    let page = app.store.issue_list(query).await?;
    let relations = relations_of(app, &page.issues).await?;
    Ok((page, relations))
}

/// An issue as the caller may read it: excerpts of logs are for those who may read logs.
pub async fn readable(asking: &Asking, issue: Issue) -> Result<Issue, Problem> {
    let may = asking.caller().may(Verb::ReadLogs, Some(&issue.identity.scope.namespace)).await?;
    Ok(if may { issue } else { issue.without_logs() })
}

/// The relations of issues, read only when one of them has any.
pub async fn relations_of(app: &App, issues: &[Issue]) -> Result<Vec<Relation>, Problem> {
    let related: Vec<Uuid> = issues.iter().filter(|issue| issue.related).map(|issue| issue.id).collect();
    if related.is_empty() {
        return Ok(Vec::new());
    }
    Ok(app.store.relation_list(&related).await?)
}

/// What happened to an issue, from before a change on.
pub async fn read_history(
    app: &App,
    asking: &Asking,
    id: Uuid,
    before: Option<i64>,
    limit: u32,
) -> Result<History, Problem> {
    asking.issue(app, id).await?;
    app.store.history(id, before, limit).await?.ok_or_else(Problem::no_such_issue)
}

/// The counts of all issues that match.
pub async fn count_issues(app: &App, filter: &IssueFilter) -> Result<(Counts, Deadlines), Problem> {
    let now = app.clock.now();
    let yesterday = now.checked_sub(24.hours()).unwrap_or(now);
    let soon = now.checked_add((7 * 24).hours()).unwrap_or(now);
    let (counts, (overdue, due)) =
        tokio::try_join!(app.store.counts(filter, yesterday), app.store.due_counts(filter, now, soon))?;
    Ok((counts, Deadlines { overdue, soon: due.saturating_sub(overdue) }))
}

/// Opens an issue, or updates the one of the same identity.
pub async fn create_issue(app: &App, asking: &Asking, agent: &Agent, submission: Submission) -> Result<Issue, Problem> {
    for scope in submission.entries.iter().flat_map(kite_core::Entry::scopes) {
        asking.may(Verb::Create, &scope.namespace).await?;
    }
    let places = Places::of(submission.entries.iter().flat_map(kite_core::Entry::scopes));
    let outcome = app.ingest.submit(submission).await?;
    app.sources.hear(asking, agent, None, places, app.clock.now());
    written_issue(app, outcome).await
}

/// Writes down what a person decided about an issue; nothing when there is no decision.
pub async fn decide(
    app: &App,
    asking: &Asking,
    verb: Verb,
    issue: Issue,
    decisions: Vec<Decision>,
) -> Result<Issue, Problem> {
    asking.may(verb, &issue.identity.scope.namespace).await?;
    if decisions.is_empty() {
        return Ok(issue);
    }
    let outcome = app.ingest.submit(issue::decided(&issue, asking.name(), decisions)).await?;
    written_issue(app, outcome).await
}

/// Deletes an issue.
pub async fn delete_issue(app: &App, asking: &Asking, issue: &Issue) -> Result<(), Problem> {
    asking.may(Verb::Delete, &issue.identity.scope.namespace).await?;
    let delete = vec![Decision { action: Action::Delete, at: None }];
    let outcome = app.ingest.submit(issue::decided(issue, asking.name(), delete)).await?;
    if outcome.verdict == Verdict::Missing { Err(Problem::no_such_issue()) } else { Ok(()) }
}

/// The issue that was written, read again when the outcome does not hold it.
pub async fn written_issue(app: &App, outcome: Outcome) -> Result<Issue, Problem> {
    if outcome.verdict == Verdict::Missing {
        return Err(Problem::no_such_issue());
    }
    if let Some(issue) = outcome.issue {
        return Ok(*issue);
    }
    let id = outcome.issue_id.ok_or_else(Problem::no_such_issue)?;
    // Somebody may have deleted it since.
    app.store.issue_get(&Reach::All, id).await?.ok_or_else(Problem::no_such_issue)
}
