//! `/api/v1/stream`: what happens, as it happens, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream::{self, Stream, StreamExt as _};
use kite_core::Reach;
use kite_store::FeedCursor;
use serde::Serialize;
use uuid::Uuid;

use super::parameters::Filters;
use crate::app::App;
use crate::feed::{Beginning, Happening, News, WatchError, Watched, Watcher};
use crate::input::query::{Filtering, Parameters};
use crate::input::{Asking, cursor};
use crate::problem::Problem;
use crate::wire;

const HEARTBEAT: Duration = Duration::from_secs(15);
const RETRY: Duration = Duration::from_secs(2);
const LAST_EVENT_ID: &str = "last-event-id";
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// Tells what happens to the issues that match: `issue` (with the change and the issue as it is
/// now), `deleted`, and `reset` when a client must read its lists again. After a break a client
/// goes on with `Last-Event-ID` and misses nothing.
#[utoipa::path(get, path = "/api/v1/stream", tag = "issues",
    params(Filters, ("Last-Event-ID" = Option<String>, Header), ("lastEventId" = Option<String>, Query)),
    responses((status = 200, description = "Events without end", content_type = "text/event-stream")))]
pub async fn stream_issues(
    State(app): State<App>,
    asking: Asking,
    Filtering(filter): Filtering,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reach = filter.reach.clone();
    let watched = Watched::new(filter);
    serve(app, asking, reach, &uri, &headers, move |news| event(news, &watched)).await
}

/// Serves a stream of what is told of the news within reach, until the caller may not read it any more.
pub async fn serve(
    app: App,
    asking: Asking,
    reach: Reach,
    uri: &Uri,
    headers: &HeaderMap,
    tell: impl Fn(&News) -> Option<Event> + Send + 'static,
) -> Result<Response, Problem> {
    let beginning = beginning(uri, headers)?;
    let watcher = app.feed.watch(reach.clone(), beginning).await.map_err(|error| match error {
        WatchError::Full => Problem::busy("the server has as many live streams as it can serve"),
        WatchError::Store(error) => error.into(),
    })?;
    // Without a first id a client that is cut off before the first event would not know where to go on.
    let hello = Event::default().id(cursor::write_feed(&watcher.seen())).retry(RETRY);
    let events = stream::iter([hello]).chain(events(watcher, tell)).map(Ok::<_, Infallible>);
    // Whoever may read other namespaces by then comes back and is asked again who it is.
    let events = events.take_until(Box::pin(asking.revoked(app, reach)));
    let alive = KeepAlive::new().interval(HEARTBEAT);
    Ok(([UNBUFFERED], Sse::new(events).keep_alive(alive)).into_response())
}

fn beginning(uri: &Uri, headers: &HeaderMap) -> Result<Beginning, Problem> {
    let parameters = Parameters::of(uri)?;
    let header = headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty());
    let id = match header {
        Some(id) => Some(id.to_str().unwrap_or_default()),
        None => parameters.one("lastEventId")?,
    };
    Ok(id.map_or(Beginning::Now, |id| Beginning::After(cursor::read_feed(id))))
}

/// The events that match. The stream ends when the service stops or the store fails; a client
/// comes back with the id of the last event.
fn events(watcher: Watcher, tell: impl Fn(&News) -> Option<Event>) -> impl Stream<Item = Event> {
    let news = stream::unfold(watcher, |mut watcher| async move {
        match watcher.next().await? {
            Ok(news) => Some((news, watcher)),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a live stream ends early");
                None
            }
        }
    });
    news.filter_map(move |news| std::future::ready(tell(&news)))
}

fn event(news: &News, watched: &Watched) -> Option<Event> {
    let happening = match news {
        News::Reset(place) => return Some(reset(place)),
        News::Happened(happening) => happening,
    };
    let kind = match &happening.issue {
        Some(issue) if !watched.includes(issue, &happening.change.change) => return None,
        Some(_) => "issue",
        None => "deleted",
    };
    let id = cursor::write_feed(&happening.change.cursor);
    Some(Event::default().event(kind).id(id).data(happening.written(written)))
}

/// "Read your lists again": what happened before this place is not known any more.
pub fn reset(place: &FeedCursor) -> Event {
    Event::default().event("reset").id(cursor::write_feed(place)).data("{}")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    issue_id: Uuid,
    namespace: String,
    change: kite_api::Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    issue: Option<kite_api::Issue>,
}

/// The data of an event. Relations stay inside one namespace, so who sees the issue sees them all.
fn written(happening: &Happening) -> String {
    let Happening { change, issue, relations, .. } = happening;
    let told = Told {
        issue_id: change.issue_id,
        namespace: change.namespace.clone(),
        change: wire::change(change.clone()),
        issue: issue.clone().map(|issue| wire::issue(issue, relations)),
    };
    serde_json::to_string(&told).unwrap_or_default()
}
