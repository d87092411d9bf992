//! The live stream.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Method;
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;
use tower::ServiceExt as _;

use crate::support::{Service, issue, text, with, with_headers};

const PATIENCE: Duration = Duration::from_secs(20);

/// An event as a browser takes it apart.
#[derive(Clone, Debug, Default)]
struct Event {
    kind: String,
    id: String,
    data: Value,
}

/// A client of the stream.
struct Client {
    body: BodyDataStream,
    text: String,
}

impl Client {
    async fn open(service: &Service, query: &str, last: &str) -> Self {
        Self::open_at(service, &format!("/api/v1/stream?{query}"), last).await
    }

    async fn open_at(service: &Service, address: &str, last: &str) -> Self {
        let headers = if last.is_empty() { vec![] } else { vec![("last-event-id", last)] };
        let request = with_headers(Method::GET, address, Body::empty(), &headers);
        let response = service.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(text(response.headers(), "content-type"), "text/event-stream");
        assert_eq!(text(response.headers(), "content-encoding"), "");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event; comments are skipped. `None` at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if block.starts_with(':') {
                    continue;
                }
                return Some(parse(&block));
            }
            let piece = self.body.next().await?;
            self.text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
    }

    async fn event(&mut self) -> Event {
        timeout(PATIENCE, self.next()).await.expect("an event in time").expect("another event")
    }
}

fn parse(block: &str) -> Event {
    let mut event = Event::default();
    for line in block.lines() {
        match line.split_once(':').map(|(name, value)| (name, value.trim_start())) {
            Some(("event", kind)) => event.kind = kind.to_owned(),
            Some(("id", id)) => event.id = id.to_owned(),
            Some(("data", data)) => event.data = serde_json::from_str(data).unwrap(),
            _ => {}
        }
    }
    event
}

#[tokio::test]
async fn what_happens_is_told_with_the_issue_as_it_is() {
    let service = Service::start().await;
    let mut client = Client::open(&service, "", "").await;
    assert!(!client.event().await.id.is_empty(), "the first event says where the client stands");
    let id = service.create(&issue("a")).await["id"].clone();
    let first = client.event().await;
    assert_eq!((first.kind.as_str(), &first.data["change"]["reason"]), ("issue", &json!("first_failure")));
    assert_eq!((&first.data["issue"]["id"], &first.data["issue"]["links"]), (&id, &json!([])));
    service.delete(&format!("/api/v1/issues/{}", id.as_str().unwrap())).await.expect(204);
    let gone = client.event().await;
    assert_eq!((gone.kind.as_str(), &gone.data["issueId"], gone.data.get("issue")), ("deleted", &id, None));
}

#[tokio::test]
async fn a_client_that_comes_back_misses_nothing() {
    let service = Service::start().await;
    let mut client = Client::open(&service, "", "").await;
    let mut last = client.event().await.id;
    drop(client);
    for component in ["a", "b", "c"] {
        service.create(&issue(component)).await;
    }
    let mut seen = Vec::new();
    for round in 0..3 {
        let mut client = match round {
            1 => Client::open(&service, &format!("lastEventId={last}"), "").await,
            _ => Client::open(&service, "", &last).await,
        };
        client.event().await;
        let event = client.event().await;
        seen.push(event.data["issue"]["scope"]["resourceName"].as_str().unwrap().to_owned());
        last = event.id;
    }
    assert_eq!(seen, ["a", "b", "c"]);
}

#[tokio::test]
async fn what_happens_between_reading_a_page_and_listening_is_told() {
    let service = Service::start().await;
    let id = service.create(&issue("a")).await["id"].as_str().unwrap().to_owned();
    for page in ["/".to_owned(), "/issues".to_owned(), "/causes".to_owned(), format!("/issues/{id}")] {
        let page = service.send(with_headers(Method::GET, &page, Body::empty(), &[("accept", "text/html")])).await;
        let (_, rest) = page.text().split_once("data-live=\"").expect("a page that listens");
        let address = rest.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
        service.create(&issue("a")).await;
        let mut news = Client::open_at(&service, &address, "").await;
        news.event().await;
        assert_eq!(news.event().await.data["id"], id, "{address}");
    }
}

#[tokio::test]
async fn every_watcher_is_told_everything_once_and_in_order() {
    let service = Service::start().await;
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = Client::open(&service, "", "").await;
        client.event().await;
        clients.push(client);
    }
    // More than a watcher may lag behind, so some of it is read from the store.
    for component in 0..150 {
        service.create(&issue(&format!("c{component}"))).await;
    }
    for client in &mut clients {
        for component in 0..150 {
            let event = client.event().await;
            assert_eq!(event.data["issue"]["scope"]["resourceName"], format!("c{component}"));
        }
    }
}

#[tokio::test]
async fn a_filtered_stream_tells_what_enters_and_leaves_the_filter() {
    let service = Service::start().await;
    let mut client = Client::open(&service, "namespace=team-a&state=ACTIVE&severity=major", "").await;
    client.event().await;
    service.create(&with(issue("other"), json!({"namespace": "team-b"}))).await;
    service.create(&with(issue("minor"), json!({"severity": "minor"}))).await;
    let id = service.create(&issue("a")).await["id"].as_str().unwrap().to_owned();
    service.post(&format!("/api/v1/issues/{id}/resolve"), &json!({})).await.expect(200);
    let (entered, left) = (client.event().await, client.event().await);
    assert_eq!(entered.data["change"]["toState"], "ACTIVE");
    assert_eq!((&left.data["change"]["toState"], &left.data["issue"]["id"]), (&json!("RESOLVED"), &json!(id)));
}

#[tokio::test]
async fn a_place_that_is_not_understood_resets_the_client() {
    let service = Service::start().await;
    service.create(&issue("a")).await;
    let other = Service::start().await;
    let foreign = Client::open(&other, "", "").await.event().await.id;
    for last in [foreign.as_str(), "nonsense"] {
        let mut client = Client::open(&service, "", last).await;
        client.event().await;
        assert_eq!(client.event().await.kind, "reset");
        service.create(&issue("a")).await;
        assert_eq!(client.event().await.data["change"]["reason"], "seen_again");
    }
}

#[tokio::test]
async fn a_quiet_stream_shows_that_it_lives() {
    let service = Service::start().await;
    let mut client = Client::open(&service, "", "").await;
    client.event().await;
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let piece = timeout(PATIENCE, client.body.next()).await.unwrap().unwrap().unwrap();
    assert!(piece.starts_with(b":"), "{piece:?}");
    assert!(begun.elapsed() >= Duration::from_secs(14), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn streams_end_when_the_service_stops() {
    let service = Service::start().await;
    let mut client = Client::open(&service, "", "").await;
    client.event().await;
    service.shutdown.drain(PATIENCE).await.unwrap();
    assert!(timeout(PATIENCE, client.next()).await.unwrap().is_none());
}

#[tokio::test]
async fn streams_beyond_the_bound_are_put_off() {
    let service = Service::start().await;
    let mut clients = Vec::new();
    for _ in 0..1000 {
        clients.push(Client::open(&service, "", "").await);
    }
    let answer = service.get("/api/v1/stream").await;
    answer.expect(503);
    assert_eq!(text(&answer.headers, "retry-after"), "2");
    clients.pop();
    Client::open(&service, "", "").await;
    service.get("/api/v1/stream?severity=huge").await.expect(400);
}
