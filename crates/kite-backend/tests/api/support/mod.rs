//! A service on a database of its own, and a client that talks to its router.

mod answer;
mod cluster;
mod fixtures;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, header};
use jiff::Timestamp;
use kite_backend::access::Access;
use kite_backend::app::{App, Settings};
use kite_backend::clock::Clock;
use kite_backend::ingest::{self, Ingest, IngestMetrics};
use kite_backend::router;
use kite_backend::rules;
use kite_rules::RuleSet;
use kite_runtime::health::{Health, Readiness};
use kite_runtime::shutdown::Shutdown;
use kite_store::Store;
use kite_store::testing::Temporary;
use prometheus_client::metrics::gauge::Gauge;
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt as _;

pub use answer::Answer;
pub use cluster::{Rules, cluster};
pub use fixtures::*;

/// A running service that only one test uses.
pub struct Service {
    pub router: Router,
    pub store: Store,
    pub app: App,
    pub shutdown: Shutdown,
    _database: Temporary,
}

impl Service {
    /// A service with ordinary settings.
    pub async fn start() -> Self {
        Self::with(Settings { version: "1.2.3".to_owned(), ..Settings::default() }, Router::new()).await
    }

    /// A service with these settings, and more paths.
    pub async fn with(settings: Settings, pages: Router<App>) -> Self {
        Self::with_rules(settings, pages, RuleSet::builtin()).await
    }

    /// A service whose ingest queue has these bounds.
    pub async fn with_queue(bounds: ingest::Options) -> Self {
        let (settings, clock) = (Settings::default(), Clock::system());
        Self::with_all(Access::Open, settings, Router::new(), RuleSet::builtin(), bounds, clock).await
    }

    /// A service with these rules.
    pub async fn with_rules(settings: Settings, pages: Router<App>, rules: RuleSet) -> Self {
        Self::with_all(Access::Open, settings, pages, rules, ingest::Options::default(), Clock::system()).await
    }

    /// A service whose callers sign in.
    pub async fn with_access(access: Access) -> Self {
        let settings = Settings { look_again: Duration::from_millis(50), ..Settings::default() };
        let bounds = ingest::Options::default();
        Self::with_all(access, settings, Router::new(), RuleSet::builtin(), bounds, Clock::system()).await
    }

    /// A service whose clock shows what a test says.
    pub async fn with_clock(clock: Clock) -> Self {
        let (settings, bounds) = (Settings::default(), ingest::Options::default());
        Self::with_all(Access::Open, settings, Router::new(), RuleSet::builtin(), bounds, clock).await
    }

    async fn with_all(
        access: Access,
        settings: Settings,
        pages: Router<App>,
        rules: RuleSet,
        bounds: ingest::Options,
        clock: Clock,
    ) -> Self {
        let settings = Settings {
            cluster_url: "https://konflux.dev".to_owned(),
            logs_endpoint: "/logs/pipelineruns/".to_owned(),
            ..settings
        };
        let database = Temporary::sqlite();
        let store = database.connect().await;
        let shutdown = Shutdown::new();
        // The senders may go: a service whose rules never change keeps those it has.
        let (current, broken) = (watch::channel(Arc::new(rules)).1, watch::channel(Vec::new()).1);
        let rules = rules::Rules { current, broken, broken_count: Gauge::default() };
        let ingest = Ingest::with_options(store.clone(), bounds, IngestMetrics::default());
        let app = App::start(access, store.clone(), ingest, rules, settings, clock, &shutdown);
        let health = Health::new(shutdown.token(), async || Readiness::ready());
        Self { router: router::service(app.clone(), health, pages), store, app, shutdown, _database: database }
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(self.router.clone().oneshot(request).await.expect("the router never fails")).await
    }

    /// Reads a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, Body::empty())).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(request(Method::POST, path, Body::from(body.to_string()))).await
    }

    /// Puts JSON.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(request(Method::PUT, path, Body::from(body.to_string()))).await
    }

    /// Deletes a path.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(request(Method::DELETE, path, Body::empty())).await
    }

    /// Creates an issue and gives it.
    pub async fn create(&self, issue: &Value) -> Value {
        self.post("/api/v1/issues", issue).await.expect(201)
    }
}

/// A request as an ordinary client sends it.
pub fn request(method: Method, path: &str, body: Body) -> Request<Body> {
    with_headers(method, path, body, &[("content-type", "application/json")])
}

/// What a browser sends when a person fills in a form on a page of this server.
pub fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = [
        ("accept", "text/html"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    with_headers(Method::POST, path, Body::from(body), &headers)
}

/// A request with these headers only.
pub fn with_headers(method: Method, path: &str, body: Body, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:8080");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).expect("a request")
}

/// The value of a header as text.
pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().expect("a plain header"))
}

/// The time on the wire.
pub fn time(value: &Value) -> Timestamp {
    value.as_str().expect("a time").parse().expect("RFC 3339")
}
