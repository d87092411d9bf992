//! What people do on pages. Each ends on the page where it began, which says what became of it.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kite_api::{ResolveIssue, UpdateIssue};
use kite_core::{Action, Issue};
use kite_dashboard::issue::Refused;
use uuid::Uuid;

use super::html::{local, redirect};
use super::visit::Visit;
use super::{issue as pages, session};
use crate::access::Verb;
use crate::app::App;
use crate::input::issue::{self as input, Decision};
use crate::input::{Checked, Form};
use crate::problem::Problem;
use crate::routes::parameters::IssueId;
use crate::use_cases::{issues, relations};

/// Issues that can be resolved at once.
const MOST_SELECTED: usize = 200;

/// Resolves an issue.
pub async fn resolve(
    State(app): State<App>,
    visit: Visit,
    IssueId(id): IssueId,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let found = visit.asking.issue(&app, id).await?;
    let decision = input::resolve(ResolveIssue { reason: form.text("reason").map(str::to_owned) });
    let done = issues::decide(&app, &visit.asking, Verb::Resolve, found.clone(), vec![decision]).await;
    conclude(&app, visit, &headers, found, "resolve", done.map(|_| "Resolved.")).await
}

/// Opens an issue again.
pub async fn reopen(
    State(app): State<App>,
    visit: Visit,
    IssueId(id): IssueId,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = visit.asking.issue(&app, id).await?;
    let reopen = vec![Decision { action: Action::Reopen, at: None }];
    let done = issues::decide(&app, &visit.asking, Verb::Update, found.clone(), reopen).await;
    conclude(&app, visit, &headers, found, "reopen", done.map(|_| "Reopened.")).await
}

/// Changes what an issue says.
pub async fn edit(
    State(app): State<App>,
    visit: Visit,
    IssueId(id): IssueId,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let found = visit.asking.issue(&app, id).await?;
    let done = save(&app, &visit, &found, &form).await;
    conclude(&app, visit, &headers, found, "edit", done.map(|()| "Saved.")).await
}

async fn save(app: &App, visit: &Visit, found: &Issue, form: &Form) -> Result<(), Problem> {
    // Only what differs is a decision: it holds until something newer fails.
    let changed = |name: &str, is: &str| form.text(name).filter(|text| *text != is).map(str::to_owned);
    let update = UpdateIssue {
        title: form.text("title").map_or(Some(String::new()), |_| changed("title", &found.title)),
        severity: changed("severity", found.severity.as_str()),
        issue_type: changed("issueType", found.issue_type.as_str()),
        ..UpdateIssue::default()
    };
    let Checked { value, .. } = input::update(update, found, app.clock.now()).map_err(Problem::Invalid)?;
    issues::decide(app, &visit.asking, Verb::Update, found.clone(), value).await.map(drop)
}

/// Says that an issue has to do with another one.
pub async fn relate(
    State(app): State<App>,
    visit: Visit,
    IssueId(id): IssueId,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let found = visit.asking.issue(&app, id).await?;
    let done = match related(&form) {
        Ok(other) => relations::relate(&app, &visit.asking, id, other).await,
        Err(problem) => Err(problem),
    };
    conclude(&app, visit, &headers, found, "relate", done.map(|()| "Related.")).await
}

/// Takes that back.
pub async fn unrelate(
    State(app): State<App>,
    visit: Visit,
    IssueId(id): IssueId,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let found = visit.asking.issue(&app, id).await?;
    let done = match related(&form) {
        Ok(other) => relations::unrelate(&app, &visit.asking, id, other).await,
        Err(problem) => Err(problem),
    };
    conclude(&app, visit, &headers, found, "relate", done.map(|()| "Not related any more.")).await
}

/// The other issue: its id, or the address of its page.
fn related(form: &Form) -> Result<Uuid, Problem> {
    let given = form.text("relatedId").unwrap_or_default();
    let id = given.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').rsplit('/').next();
    let id = id.and_then(|id| id.parse().ok());
    id.ok_or_else(|| Problem::invalid("relatedId", "must be the id of an issue or the address of its page"))
}

/// Deletes an issue.
pub async fn delete(
    State(app): State<App>,
    visit: Visit,
    IssueId(id): IssueId,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = visit.asking.issue(&app, id).await?;
    match issues::delete_issue(&app, &visit.asking, &found).await {
        Ok(()) => Ok(done(visit, "/issues", "Deleted.")),
        Err(problem) => conclude(&app, visit, &headers, found, "delete", Err(problem)).await,
    }
}

/// Resolves the issues that were selected in a list.
pub async fn resolve_selected(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Problem> {
    let ids: Vec<Uuid> = form.all("id").take(MOST_SELECTED).filter_map(|id| id.parse().ok()).collect();
    let reason = form.text("reason").map(str::to_owned);
    let (mut resolved, mut refused) = (0, None);
    for id in &ids {
        let decision = input::resolve(ResolveIssue { reason: reason.clone() });
        let outcome = async {
            let found = visit.asking.issue(&app, *id).await?;
            issues::decide(&app, &visit.asking, Verb::Resolve, found, vec![decision]).await
        };
        match outcome.await {
            Ok(_) => resolved += 1,
            Err(problem) => refused = Some(problem),
        }
    }
    let to = local(form.text("to").unwrap_or("/issues")).to_owned();
    let said = match (ids.len(), refused) {
        (0, _) => "Nothing was selected.".to_owned(),
        (_, None) => format!("Resolved: {resolved}."),
        (all, Some(problem)) => format!("Resolved: {resolved} of {all}. The last refusal: {problem}."),
    };
    Ok(done(visit, &to, &said))
}

/// Back to the page of the issue, or the page with what was wrong.
async fn conclude(
    app: &App,
    visit: Visit,
    headers: &HeaderMap,
    found: Issue,
    form: &'static str,
    outcome: Result<&'static str, Problem>,
) -> Result<Response, Problem> {
    let problem = match outcome {
        Ok(said) => return Ok(done(visit, &format!("/issues/{}", found.id), said)),
        Err(problem) => problem,
    };
    let refused = Refused { form, message: problem.to_string() };
    Box::pin(pages::render(app, &visit, found, headers, problem.status(), Some(refused))).await
}

fn done(visit: Visit, to: &str, said: &str) -> Response {
    let cookies: Vec<_> = visit.cookies.into_iter().chain(session::notice(said)).collect();
    redirect(to, &cookies)
}
