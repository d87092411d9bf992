//! Batches of reports.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Service, healthy, report, with, with_headers};

const AT: &str = "2026-01-01T10:00:00Z";

async fn results(service: &Service, reports: &[Value]) -> Vec<Value> {
    let answer = service.post("/api/v1/reports", &json!(reports)).await.expect(200);
    answer["results"].as_array().unwrap().clone()
}

async fn lines(service: &Service, body: &str) -> Answer {
    let headers = [("content-type", "application/x-ndjson")];
    service.send(with_headers(Method::POST, "/api/v1/reports", Body::from(body.to_owned()), &headers)).await
}

fn words(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["result"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_report_is_answered_in_order_and_a_wrong_one_spoils_nothing() {
    let service = Service::start().await;
    let timed = |run: &str, at: &str| with(report("a"), json!({"runId": run, "occurredAt": at}));
    let sent = [
        timed("1", AT),
        json!({"verdict": "failing"}),
        timed("1", AT),
        timed("3", "2026-01-01T12:00:00Z"),
        json!(7),
        with(report("b"), json!({"title": 5})),
        timed("2", "2026-01-01T11:00:00Z"),
        with(healthy("a"), json!({"occurredAt": "2026-01-01T13:00:00Z"})),
        with(report("c"), json!({"severity": "huge", "occurredAt": "2999-01-01T00:00:00Z"})),
        with(report("d"), json!({"title": "x".repeat(600)})),
    ];
    let results = results(&service, &sent).await;
    let expected = [
        "created",
        "rejected",
        "duplicate",
        "updated",
        "rejected",
        "rejected",
        "late",
        "updated",
        "rejected",
        "created",
    ];
    assert_eq!(words(&results), expected);
    assert!(results.iter().enumerate().all(|(index, result)| result["index"] == index));
    assert_eq!(results[8]["errors"].as_array().unwrap().len(), 2);
    assert_eq!(results[9]["warnings"], json!(["`title` was cut to 500 characters"]));
    let issue = service.get(&format!("/api/v1/issues/{}", results[0]["issueId"].as_str().unwrap())).await.expect(200);
    assert_eq!((&issue["state"], &issue["count"], &issue["runId"]), (&json!("RESOLVED"), &json!(3), &json!("3")));
}

#[tokio::test]
async fn lines_are_read_like_an_array() {
    let service = Service::start().await;
    let body = format!("{}\n\n{}\r\n{{\"verdict\": 1}}\n", report("a"), healthy("b"));
    let answer = lines(&service, &body).await.expect(200);
    assert_eq!(words(answer["results"].as_array().unwrap()), ["created", "updated", "rejected"]);
    let message = lines(&service, "{}\n{\n").await.expect(400)["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("in line 2"), "{message}");
}

#[tokio::test]
async fn only_an_unreadable_or_oversized_batch_is_refused_as_a_whole() {
    let service = Service::start().await;
    service.post("/api/v1/reports", &json!({})).await.expect(400);
    service.send(crate::support::request(Method::POST, "/api/v1/reports", Body::from("["))).await.expect(400);
    assert_eq!(results(&service, &[]).await, Vec::<Value>::new());
    service.post("/api/v1/reports", &json!(vec![json!({}); 1000])).await.expect(200);
    service.post("/api/v1/reports", &json!(vec![json!({}); 1001])).await.expect(413);
}

#[tokio::test]
async fn a_batch_that_cannot_be_stored_now_is_503_as_a_whole() {
    let service = Service::start().await;
    service.store.close().await;
    service.post("/api/v1/reports", &json!([report("a")])).await.expect(503);
}

#[tokio::test]
async fn an_idempotency_key_makes_a_repeated_delivery_count_once() {
    let service = Service::start().await;
    let post = async |key: &str| {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        let body = Body::from(json!([report("a"), report("a")]).to_string());
        service.send(with_headers(Method::POST, "/api/v1/reports", body, &headers)).await.expect(200)
    };
    assert_eq!(words(post("k1").await["results"].as_array().unwrap()), ["created", "updated"]);
    assert_eq!(words(post("k1").await["results"].as_array().unwrap()), ["duplicate", "duplicate"]);
    assert_eq!(words(post("k2").await["results"].as_array().unwrap()), ["updated", "updated"]);
    assert_eq!(service.get("/api/v1/issues").await.expect(200)["data"][0]["count"], 4);
}

#[tokio::test]
async fn a_report_with_a_time_and_no_run_counts_once_however_often_it_is_sent() {
    let service = Service::start().await;
    let timed = with(report("a"), json!({"occurredAt": AT}));
    assert_eq!(words(&results(&service, std::slice::from_ref(&timed)).await), ["created"]);
    assert_eq!(words(&results(&service, &[timed]).await), ["duplicate"]);
}

#[tokio::test]
async fn a_report_outside_the_named_namespace_is_rejected_alone() {
    let service = Service::start().await;
    let sent = json!([report("a"), with(report("b"), json!({"namespace": "team-b"}))]);
    let answer = service.post("/api/v1/reports?namespace=team-a", &sent).await.expect(200);
    assert_eq!(words(answer["results"].as_array().unwrap()), ["created", "rejected"]);
    assert_eq!(answer["results"][1]["errors"][0]["field"], "namespace");
}

#[tokio::test]
async fn a_report_never_acts_outside_its_own_namespace() {
    let service = Service::start().await;
    let scope =
        |namespace: &str| json!({"resourceType": "component", "resourceName": "a", "resourceNamespace": namespace});
    let foreign = with(report("a"), json!({"namespace": "team-b", "scope": scope("team-b")}));
    let elsewhere = with(healthy("a"), json!({"scope": scope("team-b")}));
    results(&service, &[foreign, elsewhere]).await;
    assert_eq!(service.get("/api/v1/issues?namespace=team-b&state=ACTIVE").await.expect(200)["total"], 1);
}

#[tokio::test]
async fn a_gone_report_resolves_the_whole_scope_and_variants_stand_apart() {
    let service = Service::start().await;
    let variant = |variant: &str| with(report("a"), json!({"variant": variant}));
    results(&service, &[variant("push/main"), variant("pr/1"), variant("pr/2")]).await;
    results(&service, &[with(healthy("a"), json!({"variant": "pr/1", "issueType": "build"}))]).await;
    assert_eq!(service.get("/api/v1/issues?state=ACTIVE").await.expect(200)["total"], 2);
    results(&service, &[with(healthy("a"), json!({"verdict": "gone"}))]).await;
    assert_eq!(service.get("/api/v1/issues?state=ACTIVE").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn what_go_writes_for_nothing_is_nothing() {
    let service = Service::start().await;
    let nulls = with(report("a"), json!({"links": null, "labels": null, "variant": null, "runId": null}));
    assert_eq!(words(&results(&service, &[nulls]).await), ["created"]);
}
