//! Who reports.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use kite_backend::clock::Clock;
use serde_json::{Value, json};

use crate::support::{Service, issue, pipeline_failure, report, with, with_headers};

/// A service whose clock is moved on by hand.
async fn service() -> (Service, Arc<Mutex<Timestamp>>) {
    let now: Timestamp = "2026-01-10T12:00:00Z".parse().unwrap();
    let now = Arc::new(Mutex::new(now));
    let shown = Arc::clone(&now);
    (Service::with_clock(Clock::showing(move || *shown.lock().unwrap())).await, now)
}

async fn post(service: &Service, agent: &str, path: &str, body: &Value) {
    let headers = [("content-type", "application/json"), ("user-agent", agent)];
    let answer = service.send(with_headers(Method::POST, path, Body::from(body.to_string()), &headers)).await;
    assert!(answer.status.is_success(), "{}", answer.json());
}

async fn listed(service: &Service) -> Vec<Value> {
    service.app.sources.write(&service.store).await.unwrap();
    let list = service.get("/api/v1/sources").await.expect(200);
    assert_eq!(list["isComplete"], true);
    list["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn everybody_who_reports_is_listed_once() {
    let (service, now) = service().await;
    post(&service, "kite-operator/1.2 (east)", "/api/v1/reports", &json!([report("a"), report("b")])).await;
    *now.lock().unwrap() += SignedDuration::from_secs(1);
    post(&service, "tekton/3", "/api/v1/webhooks/pipeline-failure", &pipeline_failure()).await;
    *now.lock().unwrap() += SignedDuration::from_secs(1);
    post(&service, "curl/8.1", "/api/v1/issues", &issue("c")).await;
    post(
        &service,
        "curl/8.1",
        "/api/v1/reports",
        &json!([report("d"), with(report("e"), json!({"severity": "huge"}))]),
    )
    .await;
    let found = listed(&service).await;
    let told: Vec<_> = found
        .iter()
        .map(|source| {
            let word = |key: &str| source[key].as_str().unwrap();
            let reports = source["reports"].as_u64().unwrap();
            (word("kind"), word("name"), word("cluster"), word("version"), word("lastHeardAt"), reports)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("api", "curl", "", "8.1", "2026-01-10T12:00:02Z", 2),
            ("webhook", "pipeline-failure", "", "3", "2026-01-10T12:00:01Z", 1),
            ("operator", "kite-operator", "east", "1.2", "2026-01-10T12:00:00Z", 2),
        ]
    );
}

#[tokio::test]
async fn an_operator_is_silent_when_it_says_nothing_for_five_minutes_and_a_webhook_never() {
    let (service, now) = service().await;
    post(&service, "kite-operator/1.2", "/api/v1/reports", &json!([report("a")])).await;
    post(&service, "tekton/3", "/api/v1/webhooks/pipeline-failure", &pipeline_failure()).await;
    let is_silent = async || {
        let found = listed(&service).await;
        let of_kind = |kind: &str| found.iter().find(|source| source["kind"] == kind).unwrap()["isSilent"].clone();
        (of_kind("operator"), of_kind("webhook"))
    };
    *now.lock().unwrap() += SignedDuration::from_mins(5);
    assert_eq!(is_silent().await, (json!(false), json!(false)));
    *now.lock().unwrap() += SignedDuration::from_secs(1);
    assert_eq!(is_silent().await, (json!(true), json!(false)));
    post(&service, "kite-operator/1.2", "/api/v1/reports", &json!([])).await;
    assert_eq!(is_silent().await, (json!(false), json!(false)), "an empty batch is a sign of life");
}

#[tokio::test]
async fn who_is_refused_is_not_heard() {
    let (service, _) = service().await;
    let wrong = with(report("a"), json!({"severity": "huge"}));
    post(&service, "curl/8", "/api/v1/reports", &json!([wrong])).await;
    service.post("/api/v1/issues", &json!({"title": "no more"})).await.expect(422);
    service.post("/api/v1/webhooks/nothing", &json!({})).await.expect(404);
    assert_eq!(listed(&service).await, [json!(null); 0]);
}

#[tokio::test]
async fn who_was_heard_last_is_written_down_at_the_end() {
    let (service, _) = service().await;
    post(&service, "curl/8", "/api/v1/reports", &json!([report("a")])).await;
    assert_eq!(service.get("/api/v1/sources").await.expect(200)["data"], json!([]), "not beside the post");
    kite_backend::service::end(&service.app).await;
    assert_eq!(service.get("/api/v1/sources").await.expect(200)["data"][0]["name"], "curl");
}
