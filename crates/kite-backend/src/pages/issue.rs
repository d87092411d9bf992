//! One issue.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use kite_core::Issue;
use kite_dashboard::issue::{Entry, Episode, IssuePage, Occurrence, Refused, Related, Rights};
use kite_dashboard::markdown;
use kite_dashboard::query::Address;
use kite_dashboard::row::Row;
use kite_dashboard::shell::Place;
use kite_store::{EpisodeRow, History};
use uuid::Uuid;

use super::causes::same;
use super::html::page;
use super::visit::Visit;
use crate::access::Verb;
use crate::app::App;
use crate::problem::Problem;
use crate::routes::answer::whole;
use crate::routes::parameters::IssueId;
use crate::use_cases::causes::spreads;
use crate::use_cases::issues::readable;

const CHANGES: u32 = 50;
const OCCURRENCES: u32 = 10;

/// Shows an issue.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    IssueId(id): IssueId,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let issue = visit.asking.issue(&app, id).await?;
    Box::pin(render(&app, &visit, issue, &headers, StatusCode::OK, None)).await
}

/// Shows an issue and what was wrong with what somebody wanted to do with it.
pub async fn render(
    app: &App,
    visit: &Visit,
    issue: Issue,
    headers: &HeaderMap,
    status: StatusCode,
    refused: Option<Refused>,
) -> Result<Response, Problem> {
    let issue = readable(&visit.asking, issue).await?;
    let namespace = &issue.identity.scope.namespace;
    let (shell, history, occurrences, raw, relations, spreads, resolve, update, delete) = tokio::try_join!(
        visit.shell(app, Place::Issues, issue.title.as_str()),
        async { Ok::<_, Problem>(app.store.history(issue.id, None, CHANGES).await?) },
        async { Ok::<_, Problem>(app.store.occurrences(&issue.identity, OCCURRENCES).await?) },
        whole(app, issue.clone()),
        related(app, &issue),
        spreads(app, &visit.asking, issue.cause.as_deref()),
        visit.may(Verb::Resolve, namespace),
        visit.may(Verb::Update, namespace),
        visit.may(Verb::Delete, namespace),
    )?;
    let History { episodes, changes, more } = history.ok_or_else(Problem::no_such_issue)?;
    let same = same(&issue, &spreads);
    let row = Row::new(issue, visit.now).with_same(same);
    let issue = IssuePage {
        markdown: markdown::write(&row, &url(headers, row.issue.id)),
        raw: serde_json::to_string_pretty(&raw).unwrap_or_default(),
        episodes: episodes.into_iter().map(episode).collect(),
        changes: changes.into_iter().map(|change| Entry { at: change.at, change: change.change }).collect(),
        has_more_changes: more,
        occurrences: occurrences
            .into_iter()
            .map(|attempt| Occurrence { run_id: attempt.run_id, occurred_at: attempt.occurred_at })
            .collect(),
        related: relations,
        rights: Rights { resolve, update, delete },
        live: visit.live(&Address::new("/live").with("id", &row.issue.id.to_string())),
        refused,
        row,
        shell,
    };
    page(status, &issue, &visit.cookies)
}

/// The issues on the other side of an issue's relations, which never leave a namespace.
async fn related(app: &App, issue: &Issue) -> Result<Vec<Related>, Problem> {
    if !issue.related {
        return Ok(Vec::new());
    }
    let relations = app.store.relation_list(&[issue.id]).await?;
    let others = relations
        .into_iter()
        .map(|relation| if relation.source.id == issue.id { relation.target } else { relation.source });
    let related = |other: kite_store::Related| Related {
        id: other.id,
        title: other.title,
        severity: other.severity,
        is_active: other.state == kite_core::State::Active,
    };
    Ok(others.map(related).collect())
}

fn episode(episode: EpisodeRow) -> Episode {
    Episode {
        number: episode.number,
        started_at: episode.started_at,
        ended_at: episode.ended_at,
        count: episode.count,
        end_reason: episode.end_reason,
        ended_by: episode.ended_by,
    }
}

/// The address of an issue's page as the browser knows it.
fn url(headers: &HeaderMap, id: Uuid) -> String {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let scheme = text(header::HeaderName::from_static("x-forwarded-proto")).filter(|scheme| *scheme == "https");
    let host = text(header::HOST).unwrap_or_default();
    format!("{}://{host}/issues/{id}", scheme.unwrap_or("http"))
}
