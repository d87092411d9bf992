//! Nobody sees or changes what is not theirs: every route, called by everybody.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use kite_backend::access::{Access, Listed};
use kite_backend::router;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;

use crate::support::{
    Answer, Service, issue, mintmaker, pipeline_failure, pipeline_success, release_failure, report, with, with_headers,
};

/// Words that only readers of `team-a` may ever read.
const SECRET: &str = "zebra";
/// Words that only readers of `team-b` may ever read.
const OTHER_SECRET: &str = "quokka";

/// Somebody who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    WrongToken,
    /// Reads another namespace.
    Neighbour,
    Reader,
    Editor,
    Admin,
    Publisher,
    ClusterReader,
    ClusterAdmin,
    ClusterPublisher,
}

const EVERYBODY: [Who; 10] = [
    Who::Nobody,
    Who::WrongToken,
    Who::Neighbour,
    Who::Reader,
    Who::Editor,
    Who::Admin,
    Who::Publisher,
    Who::ClusterReader,
    Who::ClusterAdmin,
    Who::ClusterPublisher,
];

/// What must be allowed in `team-a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Right {
    Read,
    /// What editors may do besides.
    Edit,
    Delete,
    Report,
}

impl Who {
    fn has(self, right: Right) -> bool {
        match self {
            Self::Nobody | Self::WrongToken | Self::Neighbour => false,
            Self::Reader | Self::ClusterReader => right == Right::Read,
            Self::Editor => matches!(right, Right::Read | Right::Edit),
            Self::Admin | Self::ClusterAdmin => true,
            Self::Publisher | Self::ClusterPublisher => right == Right::Report,
        }
    }

    /// How an access list names the caller.
    fn listed(self) -> Option<Value> {
        let (namespace, role) = match self {
            Self::Nobody | Self::WrongToken => return None,
            Self::Neighbour => ("team-b", "view"),
            Self::Reader => ("team-a", "view"),
            Self::Editor => ("team-a", "edit"),
            Self::Admin => ("team-a", "admin"),
            Self::Publisher => ("team-a", "publisher"),
            Self::ClusterReader => ("*", "view"),
            Self::ClusterAdmin => ("*", "admin"),
            Self::ClusterPublisher => ("*", "publisher"),
        };
        let hash = hex::encode(Sha256::digest(self.token()?));
        let grants = json!([{"namespaces": [namespace], "role": role}]);
        Some(json!({"name": format!("{self:?}"), "tokenSha256": hash, "grants": grants}))
    }

    fn token(self) -> Option<String> {
        (self != Self::Nobody).then(|| format!("token-of-{self:?}"))
    }
}

/// How a route answers to those who may not.
#[derive(Clone, Copy, Debug)]
enum Guard {
    /// Tells everybody the same, strangers too.
    Public,
    /// Tells everybody who signs in the same.
    SignedIn,
    /// Shows what the caller may read, and nothing else.
    Shows,
    /// As if there were nothing, to those who may not read; otherwise refuses who has not the right.
    Hides(Right),
    /// Refuses.
    Refuses(Right),
    /// Refuses each item.
    RefusesItems,
}

/// One way to call a route.
struct Call {
    method: Method,
    route: &'static str,
    guard: Guard,
    /// The path and body, given two issues of `team-a`.
    ask: fn(&str, &str) -> (String, Option<Value>),
    success: u16,
}

fn call(
    method: Method,
    route: &'static str,
    guard: Guard,
    success: u16,
    ask: fn(&str, &str) -> (String, Option<Value>),
) -> Call {
    Call { method, route, guard, ask, success }
}

fn calls() -> Vec<Call> {
    use Guard::{Hides, Public, Refuses, RefusesItems, Shows, SignedIn};
    const ISSUES: &str = "/api/v1/issues";
    const ONE: &str = "/api/v1/issues/{id}";
    const WEBHOOK: &str = "/api/v1/webhooks/{name}";
    let (get, post, put, delete) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    let webhook = |success, ask| call(Method::POST, WEBHOOK, Refuses(Right::Report), success, ask);
    vec![
        call(get.clone(), "/api/v1/health", Public, 200, |_, _| ("/api/v1/health".into(), None)),
        call(get.clone(), "/api/v1/version", SignedIn, 200, |_, _| ("/api/v1/version".into(), None)),
        call(get.clone(), ISSUES, Shows, 200, |_, _| ("/api/v1/issues?state=ACTIVE&sort=severity".into(), None)),
        call(get.clone(), ISSUES, Shows, 200, |_, _| ("/api/v1/issues?search=zebra".into(), None)),
        call(get.clone(), ISSUES, Refuses(Right::Read), 200, |_, _| ("/api/v1/issues/?namespace=team-a".into(), None)),
        call(get.clone(), "/api/v1/issues/summary", Shows, 200, |_, _| ("/api/v1/issues/summary".into(), None)),
        call(get.clone(), "/api/v1/issues/summary", Refuses(Right::Read), 200, |_, _| {
            ("/api/v1/issues/summary?namespace=team-a".into(), None)
        }),
        call(get.clone(), "/api/v1/stream", Shows, 200, |_, _| ("/api/v1/stream".into(), None)),
        call(get.clone(), "/api/v1/stream", Refuses(Right::Read), 200, |_, _| {
            ("/api/v1/stream?namespace=team-a".into(), None)
        }),
        call(get.clone(), ONE, Hides(Right::Read), 200, |id, _| (format!("/api/v1/issues/{id}"), None)),
        call(get.clone(), ONE, Hides(Right::Read), 200, |id, _| {
            (format!("/api/v1/issues/{id}?namespace=team-a"), None)
        }),
        call(get, "/api/v1/issues/{id}/history", Hides(Right::Read), 200, |id, _| {
            (format!("/api/v1/issues/{id}/history"), None)
        }),
        call(post.clone(), ISSUES, Refuses(Right::Edit), 201, |_, _| ("/api/v1/issues".into(), Some(issue("new")))),
        call(post.clone(), ISSUES, Refuses(Right::Edit), 201, |_, _| {
            ("/api/v1/issues?namespace=team-a".into(), Some(issue("new")))
        }),
        call(put, ONE, Hides(Right::Edit), 200, |id, _| {
            (format!("/api/v1/issues/{id}"), Some(json!({"severity": "minor"})))
        }),
        call(delete.clone(), ONE, Hides(Right::Delete), 204, |id, _| (format!("/api/v1/issues/{id}"), None)),
        call(post.clone(), "/api/v1/issues/{id}/resolve", Hides(Right::Edit), 200, |id, _| {
            (format!("/api/v1/issues/{id}/resolve"), Some(json!({})))
        }),
        call(post.clone(), "/api/v1/issues/{id}/related", Hides(Right::Edit), 201, |id, other| {
            (format!("/api/v1/issues/{id}/related"), Some(json!({"relatedId": other})))
        }),
        call(delete, "/api/v1/issues/{id}/related/{relatedId}", Hides(Right::Edit), 204, |id, other| {
            (format!("/api/v1/issues/{id}/related/{other}"), None)
        }),
        call(post, "/api/v1/reports", RefusesItems, 200, |_, _| {
            ("/api/v1/reports".into(), Some(json!([report("new")])))
        }),
        webhook(201, |_, _| ("/api/v1/webhooks/pipeline-failure".into(), Some(pipeline_failure()))),
        webhook(200, |_, _| ("/api/v1/webhooks/pipeline-success".into(), Some(pipeline_success()))),
        webhook(201, |_, _| ("/api/v1/webhooks/release-failure".into(), Some(release_failure()))),
        webhook(200, |_, _| {
            let released = json!({"application": "shop", "namespace": "team-a"});
            ("/api/v1/webhooks/release-success".into(), Some(released))
        }),
        webhook(201, |_, _| ("/api/v1/webhooks/mintmaker-custom".into(), Some(mintmaker("error")))),
    ]
}

/// The status that somebody must get.
fn expected(call: &Call, who: Who) -> u16 {
    match (call.guard, who) {
        (Guard::Public, Who::Nobody) => call.success,
        (_, Who::Nobody | Who::WrongToken) => 401,
        (Guard::Public | Guard::SignedIn | Guard::Shows | Guard::RefusesItems, _) => call.success,
        (Guard::Hides(_), who) if !who.has(Right::Read) => 404,
        (Guard::Hides(right) | Guard::Refuses(right), who) => {
            if who.has(right) {
                call.success
            } else {
                403
            }
        }
    }
}

/// A service with two tenants, and what one of them keeps to itself.
struct World {
    service: Service,
    one: String,
    other: String,
}

impl World {
    async fn new() -> Self {
        let list = json!({
            "apiVersion": "kite.dev/v1alpha1",
            "kind": "AccessList",
            "callers": EVERYBODY.into_iter().filter_map(Who::listed).collect::<Vec<_>>(),
        });
        let listed = Listed::parse(&list.to_string()).unwrap();
        let service = Service::with_access(Access::Listed(listed.into())).await;
        let secret = |component: &str, namespace: &str, word: &str| {
            let words = json!({
                "title": format!("{word} title"), "description": format!("{word} description"), "namespace": namespace,
                "links": [{"title": format!("{word} link"), "url": format!("https://{word}.example/")}],
                "labels": {"application": format!("{word}-application")},
            });
            with(issue(component), words)
        };
        let world = Self { service, one: String::new(), other: String::new() };
        let mut ids = Vec::new();
        for (component, namespace, word) in
            [("one", "team-a", SECRET), ("other", "team-a", SECRET), ("one", "team-b", OTHER_SECRET)]
        {
            let body = secret(component, namespace, word);
            let created = world.send(Who::ClusterAdmin, Method::POST, "/api/v1/issues", Some(&body)).await.expect(201);
            ids.push(created["id"].as_str().unwrap().to_owned());
        }
        Self { one: ids[0].clone(), other: ids[1].clone(), ..world }
    }

    async fn relate(&self) {
        let (path, body) = (format!("/api/v1/issues/{}/related", self.one), json!({"relatedId": self.other}));
        self.send(Who::ClusterAdmin, Method::POST, &path, Some(&body)).await.expect(201);
    }

    async fn send(&self, who: Who, method: Method, path: &str, body: Option<&Value>) -> Answer {
        Answer::of(self.answer(who, method, path, body).await).await
    }

    async fn answer(&self, who: Who, method: Method, path: &str, body: Option<&Value>) -> Response<Body> {
        self.service.router.clone().oneshot(asked_by(who, method, path, body)).await.unwrap()
    }
}

fn asked_by(who: Who, method: Method, path: &str, body: Option<&Value>) -> Request<Body> {
    let bearer = who.token().map(|token| format!("Bearer {token}"));
    let mut headers = vec![];
    if let Some(bearer) = &bearer {
        headers.push(("authorization", bearer.as_str()));
    }
    if body.is_some() {
        headers.push(("content-type", "application/json"));
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    with_headers(method, path, body, &headers)
}

#[test]
fn the_matrix_has_every_route() {
    let document = serde_json::to_value(router::openapi()).unwrap();
    let routes: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())))
        .collect();
    let tried: BTreeSet<_> =
        calls().into_iter().map(|call| (call.method.as_str().to_lowercase(), call.route.to_owned())).collect();
    assert_eq!(routes, tried);
}

#[tokio::test]
async fn everybody_gets_what_they_may_have_and_reads_nothing_else() {
    for call in calls() {
        for who in EVERYBODY {
            let world = World::new().await;
            if call.route.ends_with("{relatedId}") {
                world.relate().await;
            }
            let (path, body) = (call.ask)(&world.one, &world.other);
            let what = format!("{who:?}: {} {path}", call.method);
            let response = world.answer(who, call.method.clone(), &path, body.as_ref()).await;
            assert_eq!(response.status().as_u16(), expected(&call, who), "{what}");
            if call.route.ends_with("/stream") && response.status() == StatusCode::OK {
                continue;
            }
            let answer = Answer::of(response).await;
            check_words(&answer, who, &path, &what);
            if matches!(call.guard, Guard::RefusesItems) && answer.status == StatusCode::OK {
                let became = if who.has(Right::Report) { "created" } else { "rejected" };
                assert_eq!(answer.json()["results"][0]["result"], became, "{what}");
            }
        }
    }
}

/// No word of a tenant in the body or the headers of an answer to somebody who may not read there.
fn check_words(answer: &Answer, who: Who, path: &str, what: &str) {
    let everything = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
    // What was asked for may be repeated.
    let everything = everything.replace(path, "");
    let reads_b = matches!(who, Who::Neighbour | Who::ClusterReader | Who::ClusterAdmin);
    assert!(who.has(Right::Read) || !everything.contains(SECRET), "{what}: {everything}");
    assert!(reads_b || !everything.contains(OTHER_SECRET), "{what}: {everything}");
}

#[tokio::test]
async fn lists_and_counts_hold_exactly_what_the_caller_may_read() {
    let world = World::new().await;
    for (who, wanted) in [
        (Who::Neighbour, 1),
        (Who::Reader, 2),
        (Who::Publisher, 0),
        (Who::ClusterReader, 3),
        (Who::ClusterPublisher, 0),
    ] {
        let list = world.send(who, Method::GET, "/api/v1/issues", None).await.expect(200);
        assert_eq!(list["total"].as_u64(), Some(wanted), "{who:?}: {list}");
        assert_eq!(list["data"].as_array().unwrap().len() as u64, wanted, "{who:?}: {list}");
        let summary = world.send(who, Method::GET, "/api/v1/issues/summary", None).await.expect(200);
        assert_eq!(summary["total"]["active"].as_u64(), Some(wanted), "{who:?}: {summary}");
    }
}

#[tokio::test]
async fn a_stream_tells_only_of_what_its_caller_may_read() {
    let world = World::new().await;
    let response = world.answer(Who::Neighbour, Method::GET, "/api/v1/stream", None).await;
    let mut body = response.into_body();
    for (component, namespace) in [("hidden", "team-a"), ("shown", "team-b")] {
        let created = with(issue(component), json!({"namespace": namespace}));
        world.send(Who::ClusterAdmin, Method::POST, "/api/v1/issues", Some(&created)).await.expect(201);
    }
    let mut text = String::new();
    while !text.contains("shown") {
        let frame = tokio::time::timeout(std::time::Duration::from_secs(20), body.frame()).await;
        let data = frame.expect("an event in time").expect("another event").unwrap().into_data().unwrap();
        text.push_str(std::str::from_utf8(&data).unwrap());
    }
    assert!(!text.contains("hidden") && !text.contains("team-a"), "{text}");
}

#[tokio::test]
async fn the_namespace_that_counts_is_the_one_that_the_data_is_in() {
    let world = World::new().await;
    // The earlier KITE looked at the query and used the body.
    let body = with(issue("new"), json!({"namespace": "team-b"}));
    world.send(Who::Admin, Method::POST, "/api/v1/issues?namespace=team-a", Some(&body)).await.expect(403);
    world.send(Who::Admin, Method::POST, "/api/v1/issues", Some(&body)).await.expect(403);
    let reports = json!([with(report("new"), json!({"namespace": "team-b"})), report("new")]);
    let answer = world.send(Who::Publisher, Method::POST, "/api/v1/reports", Some(&reports)).await.expect(200);
    assert_eq!(
        (&answer["results"][0]["result"], &answer["results"][1]["result"]),
        (&json!("rejected"), &json!("created"))
    );
    let webhook = with(pipeline_failure(), json!({"namespace": "team-b"}));
    let path = "/api/v1/webhooks/pipeline-failure?namespace=team-a";
    world.send(Who::Publisher, Method::POST, path, Some(&webhook)).await.expect(403);
}

#[tokio::test]
async fn an_issue_elsewhere_cannot_be_told_from_none() {
    let world = World::new().await;
    let none = "01890000-0000-7000-8000-000000000000";
    for who in [Who::Neighbour, Who::Publisher] {
        for path in ["", "/history", "?namespace=team-a", "?namespace=team-b"] {
            let ask = async |id: &str| {
                let answer = world.send(who, Method::GET, &format!("/api/v1/issues/{id}{path}"), None).await;
                let mut body = answer.json();
                body["requestId"] = Value::Null;
                (answer.status, body)
            };
            assert_eq!(ask(&world.one).await, ask(none).await, "{who:?} {path}");
        }
    }
    let list = world.send(Who::Neighbour, Method::GET, "/api/v1/issues", None).await.expect(200);
    let path = format!("/api/v1/issues/{}/related", list["data"][0]["id"].as_str().unwrap());
    for id in [&world.one, none] {
        world.send(Who::Neighbour, Method::POST, &path, Some(&json!({"relatedId": id}))).await.expect(404);
    }
}

#[tokio::test]
async fn nobody_speaks_for_others_unless_that_is_switched_on() {
    let world = World::new().await;
    for header in ["impersonate-user", "impersonate-group", "impersonate-uid", "impersonate-extra-scopes"] {
        let mut request = asked_by(Who::ClusterAdmin, Method::GET, "/api/v1/issues", None);
        request.headers_mut().insert(header, "jane".parse().unwrap());
        world.service.send(request).await.expect(403);
    }
}

#[tokio::test]
async fn whoever_does_not_sign_in_is_told_how() {
    let world = World::new().await;
    for path in ["/api/v1/issues", "/openapi.json", "/anything", "/api/v1/version"] {
        let answer = world.send(Who::Nobody, Method::GET, path, None).await;
        answer.expect(401);
        assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"kite\"");
    }
    let health = world.send(Who::Nobody, Method::GET, "/api/v1/health", None).await.expect(200);
    assert_eq!(health["components"], json!({}), "strangers learn that it is up");
    let health = world.send(Who::Publisher, Method::GET, "/api/v1/health/", None).await.expect(200);
    assert_eq!(health["components"]["database"]["status"], "UP");
}
