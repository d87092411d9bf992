//! What keeps foreign pages out while nobody signs in, and secrets and floods always.

use std::num::NonZeroU32;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use futures::future::join_all;
use kite_backend::app::Settings;
use serde_json::{Value, json};

use tower::ServiceExt as _;

use crate::support::{Service, issue, request, text, with, with_headers};

fn create(headers: &[(&str, &str)]) -> Request<Body> {
    let headers: Vec<_> = [("content-type", "application/json")].iter().chain(headers).copied().collect();
    with_headers(Method::POST, "/api/v1/issues", Body::from(issue("a").to_string()), &headers)
}

#[tokio::test]
async fn foreign_pages_may_not_write() {
    let service = Service::start().await;
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "http://localhost:9090"), ("sec-fetch-site", "same-site")],
    ] {
        service.send(create(headers)).await.expect(403);
    }
    service.send(create(&[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")])).await.expect(201);
    service.send(create(&[])).await.expect(201);
}

#[tokio::test]
async fn a_service_that_knows_its_names_answers_to_no_other() {
    let settings = Settings { allowed_hosts: vec!["kite.example".to_owned()], ..Settings::default() };
    let service = Service::with(settings, Router::new()).await;
    service.get("/api/v1/issues").await.expect(421);
    let named = |host: &str| Request::get("/api/v1/issues").header("host", host).body(Body::empty()).unwrap();
    service.send(named("kite.example:8443")).await.expect(200);
    service.send(named("rebound.example")).await.expect(421);
    assert_eq!(service.get("/livez").await.status.as_u16(), 200, "probes come under any name");
}

#[tokio::test]
async fn pages_of_allowed_servers_may_call() {
    let settings = Settings { allowed_origins: vec!["https://portal.example".to_owned()], ..Settings::default() };
    let service = Service::with(settings, Router::new()).await;
    let portal = [("origin", "https://portal.example"), ("sec-fetch-site", "cross-site")];
    let answer = service.send(create(&portal)).await;
    answer.expect(201);
    assert_eq!(text(&answer.headers, "access-control-allow-origin"), "https://portal.example");
    let ask = [("origin", "https://portal.example"), ("access-control-request-method", "PUT")];
    let preflight = service.send(with_headers(Method::OPTIONS, "/api/v1/issues", Body::empty(), &ask)).await;
    assert_eq!(preflight.status.as_u16(), 200);
    service.send(create(&[("origin", "https://evil.example")])).await.expect(403);
}

#[tokio::test]
async fn secrets_are_taken_out_before_anything_is_stored() {
    let service = Service::start().await;
    // `grep --color` writes an escape between a name and its value.
    let coloured = "my_\u{1b}[01;31mtoken\u{1b}[m=hunter2";
    let words = json!({
        "title": "login with token=hunter2 failed",
        "description": format!("curl https://bot:hunter2@git.example\n{coloured}"),
    });
    let answer = service.send(with_body(&with(issue("a"), words))).await;
    let created = answer.expect(201);
    assert!(text(&answer.headers, "warning").contains("secret"), "{answer:?}");
    let stored = service.get(&format!("/api/v1/issues/{}", created["id"].as_str().unwrap())).await;
    assert!(!String::from_utf8_lossy(&stored.body).contains("hunter2"), "{stored:?}");
    assert_eq!(stored.json()["title"], "login with token=[redacted] failed");
}

#[tokio::test]
async fn a_flood_of_one_caller_is_put_off() {
    let settings = Settings { requests_per_second: NonZeroU32::new(1), ..Settings::default() };
    let service = Service::with(settings, Router::new()).await;
    let answers = join_all((0..50).map(|_| service.get("/api/v1/issues"))).await;
    assert!(answers.iter().any(|answer| answer.status == 200));
    let refused = answers.iter().find(|answer| answer.status == 429).expect("not all of 50 at once");
    assert!(text(&refused.headers, "retry-after").parse::<u32>().unwrap() > 0);
}

#[tokio::test]
async fn one_caller_cannot_keep_all_streams_open() {
    let settings = Settings { requests_in_flight: NonZeroU32::new(2), ..Settings::default() };
    let service = Service::with(settings, Router::new()).await;
    let stream = || request(Method::GET, "/api/v1/stream", Body::empty());
    let open = async || service.router.clone().oneshot(stream()).await.unwrap();
    let (first, _second) = (open().await, open().await);
    let refused = service.get("/api/v1/issues").await;
    refused.expect(429);
    assert_eq!(text(&refused.headers, "retry-after"), "2");
    drop(first);
    service.get("/api/v1/issues").await.expect(200);
}

fn with_body(body: &Value) -> Request<Body> {
    with_headers(Method::POST, "/api/v1/issues", Body::from(body.to_string()), &[("content-type", "application/json")])
}
