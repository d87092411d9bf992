//! News for an open page: rows of its list as they change.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::response::sse::Event;
use kite_core::{IssueFilter, Severity, State as Standing};
use kite_dashboard::Template as _;
use kite_dashboard::row::Row;
use serde::Serialize;
use uuid::Uuid;

use super::visit::Visit;
use crate::app::App;
use crate::feed::{Happening, News, Watched};
use crate::input::cursor;
use crate::input::query::Parameters;
use crate::problem::Problem;
use crate::routes::stream::{reset, serve};

/// Tells of issues that come into the list (`shown`), go out of it (`left`), and when to read the
/// page again (`reset`). With `id`, only of that issue.
pub async fn stream(State(app): State<App>, visit: Visit, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let parameters = Parameters::of(&uri)?;
    let filter = parameters.filter(&visit.asking, visit.reach.clone(), visit.now)?;
    let only = parameters.one("id")?.map(str::parse::<Uuid>);
    let only = only.transpose().map_err(|_| Problem::bad_query("id", "must be a UUID"))?;
    let watched = Watched::new(filter.clone());
    let tell = move |news: &News| event(news, &watched, &filter, only);
    serve(app, visit.asking, visit.reach, &uri, &headers, tell).await
}

fn event(news: &News, watched: &Watched, filter: &IssueFilter, only: Option<Uuid>) -> Option<Event> {
    let happening = match news {
        News::Reset(place) => return Some(reset(place)),
        News::Happened(happening) => happening,
    };
    if only.is_some_and(|only| only != happening.change.issue_id) {
        return None;
    }
    let kind = match &happening.issue {
        Some(issue) if !watched.includes(issue, &happening.change.change) => return None,
        Some(issue) if filter.matches(issue) => "shown",
        _ => "left",
    };
    let id = cursor::write_feed(&happening.change.cursor);
    Some(Event::default().event(kind).id(id).data(happening.drawn(drawn)))
}

/// What a page needs to show it.
#[derive(Serialize)]
struct Drawn {
    id: Uuid,
    title: String,
    /// How bad it was while it was active before, if it was.
    from: Option<&'static str>,
    /// How bad it is, if it is active.
    to: Option<&'static str>,
    /// Its row; none when it was deleted.
    row: Option<String>,
}

fn drawn(happening: &Happening) -> String {
    let change = &happening.change.change;
    let bad = |state: Option<Standing>, severity: Option<Severity>| {
        severity.filter(|_| state == Some(Standing::Active)).map(Severity::as_str)
    };
    let row = happening.issue.clone().map(|issue| Row::new(issue, happening.change.at));
    let drawn = Drawn {
        id: happening.change.issue_id,
        title: row.as_ref().map(|row| row.issue.title.clone()).unwrap_or_default(),
        from: bad(change.from_state, change.from_severity),
        to: bad(change.to_state, change.to_severity),
        // A template of plain values cannot fail.
        row: row.and_then(|row| row.render().ok()),
    };
    serde_json::to_string(&drawn).unwrap_or_default()
}
