//! A service with two tenants.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use kite_backend::access::{Access, KubernetesOptions, Listed};
use kite_store::{Source, SourceKind};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use wiremock::MockServer;

use super::who::{EVERYBODY, RULES, Who};
use crate::support::{Answer, Service, cluster, report, with, with_headers};

/// Words that only readers of `team-a` may ever read.
pub const SECRET: &str = "zebra";
/// Words that only readers of `team-b` may ever read.
pub const OTHER_SECRET: &str = "quokka";

/// A cause that both tenants have.
pub const SHARED_CAUSE: &str = "shared/library";

/// Who knows the callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    List,
    Kubernetes,
}

/// A service with two tenants, and what one of them keeps to itself.
pub struct World {
    pub service: Service,
    /// The API server, where one knows the callers.
    pub cluster: Option<MockServer>,
    pub one: String,
    pub other: String,
}

impl World {
    pub async fn new(by: By) -> Self {
        let (cluster, access) = match by {
            By::List => (None, listed()),
            By::Kubernetes => {
                let options = KubernetesOptions { impersonation: true, ..KubernetesOptions::default() };
                let (cluster, access) = cluster(RULES, options).await;
                (Some(cluster), access)
            }
        };
        let service = Service::with_access(access).await;
        let secret = |component: &str, namespace: &str, word: &str, cause: &str| {
            let words = json!({
                "title": format!("{word} title"), "description": format!("{word} description"), "namespace": namespace,
                "links": [{"title": format!("{word} link"), "url": format!("https://{word}.example/")}],
                "labels": {"application": format!("{word}-application")}, "cause": cause, "reason": format!("{word}-reason"),
            });
            with(report(component), words)
        };
        let world = Self { service, cluster, one: String::new(), other: String::new() };
        let mut ids = Vec::new();
        for (component, namespace, word, cause) in [
            ("one", "team-a", SECRET, SHARED_CAUSE),
            ("other", "team-a", SECRET, "zebra/cause"),
            ("one", "team-b", OTHER_SECRET, SHARED_CAUSE),
        ] {
            let body = json!([secret(component, namespace, word, cause)]);
            let answer = world.send(Who::ClusterAdmin, Method::POST, "/api/v1/reports", Some(&body)).await.expect(200);
            ids.push(answer["results"][0]["issueId"].as_str().unwrap().to_owned());
        }
        world.service.store.source_note(&[source(SECRET, "team-a"), source(OTHER_SECRET, "team-b")]).await.unwrap();
        Self { one: ids[0].clone(), other: ids[1].clone(), ..world }
    }

    pub async fn relate(&self) {
        let (path, body) = (format!("/api/v1/issues/{}/related", self.one), json!({"relatedId": self.other}));
        self.send(Who::ClusterAdmin, Method::POST, &path, Some(&body)).await.expect(201);
    }

    pub async fn send(&self, who: Who, method: Method, path: &str, body: Option<&Value>) -> Answer {
        Answer::of(self.answer(who, method, path, body).await).await
    }

    pub async fn answer(&self, who: Who, method: Method, path: &str, body: Option<&Value>) -> Response<Body> {
        self.service.router.clone().oneshot(asked_by(who, method, path, body)).await.unwrap()
    }
}

/// What a stream tells, until it tells of this.
pub async fn heard(stream: &mut Body, until: &str) -> String {
    let mut text = String::new();
    while !text.contains(until) {
        let frame = tokio::time::timeout(Duration::from_secs(20), stream.frame()).await;
        let data = frame.expect("an event in time").expect("another event").unwrap().into_data().unwrap();
        text.push_str(std::str::from_utf8(&data).unwrap());
    }
    text
}

pub fn asked_by(who: Who, method: Method, path: &str, body: Option<&Value>) -> Request<Body> {
    let bearer = who.token().map(|token| format!("Bearer {token}"));
    let mut headers = vec![];
    if let Some(bearer) = &bearer {
        headers.push(("authorization", bearer.as_str()));
    }
    if who == Who::Impersonated {
        headers.push(("impersonate-user", "Reader"));
    }
    if body.is_some() {
        headers.push(("content-type", "application/json"));
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    with_headers(method, path, body, &headers)
}

/// Somebody who reports for one namespace.
fn source(word: &str, namespace: &str) -> Source {
    Source {
        kind: SourceKind::Api,
        name: format!("{word}-caller"),
        cluster: format!("{word}-cluster"),
        namespace: namespace.to_owned(),
        version: format!("{word}-1"),
        first_heard_at: Timestamp::UNIX_EPOCH,
        last_heard_at: Timestamp::UNIX_EPOCH,
        reports: 1,
    }
}

fn listed() -> Access {
    let list = json!({
        "apiVersion": "kite.dev/v1alpha1",
        "kind": "AccessList",
        "callers": EVERYBODY.into_iter().filter_map(Who::listed).collect::<Vec<_>>(),
    });
    Access::Listed(Listed::parse(&list.to_string()).unwrap().into())
}
