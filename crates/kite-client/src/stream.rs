//! The live stream: what happens to the issues that match, as it happens.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream::BoxStream};
use kite_api::{Change, Issue};
use reqwest::{Method, header::HeaderName};
use serde::Deserialize;
use sse_stream::SseByteStream;
use tokio::time::timeout;
use uuid::Uuid;

use crate::{Client, ClientError, IssueQuery};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// KITE says something every 15 s, if only that it is still there.
const SILENCE: Duration = Duration::from_secs(45);

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// From here on nothing is missed.
    Connected,
    /// Something happened to an issue that matches, or it does not match any more.
    Changed(Box<Told>),
    /// An issue was deleted.
    Deleted(Box<Told>),
    /// What happened in between is not known any more: read the lists again.
    Reset,
}

/// What happened to one issue.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// The issue.
    pub issue_id: Uuid,
    /// Tenant in which it is filed.
    pub namespace: String,
    /// What happened.
    pub change: Change,
    /// The issue as it is now; absent when it was deleted.
    pub issue: Option<Issue>,
}

/// A place in what happens, from which a stream that was cut off goes on.
#[derive(Clone, Debug, Default)]
pub struct Place(Option<String>);

impl Client {
    /// Follows what happens to issues that match. The stream ends with an error when it is cut off;
    /// with the same place the next one goes on where it ended.
    pub async fn follow<'a>(
        &self,
        query: &IssueQuery,
        place: &'a mut Place,
    ) -> Result<impl Stream<Item = Result<Event, ClientError>> + use<'a>, ClientError> {
        let mut request = self.request(Method::GET, &["stream"]).with_parameters(query.filters()).without_end();
        if let Some(id) = &place.0 {
            request = request.with_header(LAST_EVENT_ID, id);
        }
        let silent = |_| cut_off("the server does not answer");
        let answer = timeout(SILENCE, request.send()).await.map_err(silent)??;
        let bytes = in_time(answer.bytes_stream().map_err(|error| error.without_url().to_string()).boxed());
        let events = SseByteStream::new(bytes.boxed());
        Ok(events.filter_map(move |event| {
            let read = event.map_err(|error| cut_off(&error.to_string())).and_then(|event| {
                if event.id.as_ref().is_some_and(|id| !id.is_empty()) {
                    place.0.clone_from(&event.id);
                }
                read(event.event.as_deref(), event.data.as_deref().unwrap_or_default())
            });
            std::future::ready(read.transpose())
        }))
    }
}

/// Ends a stream that is silent for too long.
fn in_time(bytes: BoxStream<'static, Result<Bytes, String>>) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
    futures::stream::unfold(Some(bytes), async |bytes| {
        let mut bytes = bytes?;
        match timeout(SILENCE, bytes.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(bytes))),
            Ok(Some(Err(error))) => Some((Err(std::io::Error::other(error)), None)),
            Err(_) => Some((Err(std::io::ErrorKind::TimedOut.into()), None)),
        }
    })
}

fn read(kind: Option<&str>, data: &str) -> Result<Option<Event>, ClientError> {
    let told = || serde_json::from_str(data).map(Box::new).map_err(|error| cut_off(&error.to_string()));
    Ok(match kind {
        None => Some(Event::Connected),
        Some("issue") => Some(Event::Changed(told()?)),
        Some("deleted") => Some(Event::Deleted(told()?)),
        Some("reset") => Some(Event::Reset),
        // A newer KITE may tell more.
        Some(_) => None,
    })
}

fn cut_off(detail: &str) -> ClientError {
    ClientError::Protocol { status: 200, detail: format!("the live stream ended: {detail}") }
}
