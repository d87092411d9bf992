//! What clients of the first version read, to the letter.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use crate::support::{Service, issue, pipeline_failure, text, with, with_headers};

#[tokio::test]
async fn an_issue_has_every_field_and_none_is_null_that_must_not_be() {
    let service = Service::start().await;
    let created =
        service.create(&with(issue("shop"), json!({"links": [{"title": "logs", "url": "https://ci/1"}]}))).await;
    insta::assert_json_snapshot!(created, {
        ".id" => "[id]", ".scopeId" => "[id]", ".scope.id" => "[id]", ".links[].id" => "[id]", ".links[].issueId" => "[id]",
        ".detectedAt" => "[time]", ".createdAt" => "[time]", ".updatedAt" => "[time]", ".lastFailedAt" => "[time]", ".runId" => "[run]",
    });
    let read = service.get(&format!("/api/v1/issues/{}", created["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(read, created);
}

#[tokio::test]
async fn a_page_counts_all_that_match() {
    let service = Service::start().await;
    for component in ["a", "b", "c"] {
        service.create(&issue(component)).await;
    }
    service.create(&with(issue("d"), json!({"namespace": "team-b"}))).await;
    let page = service.get("/api/v1/issues?namespace=team-a&limit=1").await.expect(200);
    assert_eq!((&page["total"], &page["limit"], &page["offset"]), (&json!(3), &json!(1), &json!(0)));
    assert_eq!(page["data"][0]["scope"]["resourceName"], "c", "newest first");
    let next = format!("/api/v1/issues?namespace=team-a&limit=1&cursor={}", page["nextCursor"].as_str().unwrap());
    assert_eq!(service.get(&next).await.expect(200)["data"][0]["scope"]["resourceName"], "b");
    let last = service.get("/api/v1/issues?namespace=team-a&limit=1&offset=2").await.expect(200);
    assert_eq!((&last["data"][0]["scope"]["resourceName"], last.get("nextCursor")), (&json!("a"), None));
    let empty = service.get("/api/v1/issues?namespace=team-z").await.expect(200);
    assert_eq!((&empty["data"], &empty["total"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn health_and_version_read_as_they_always_did() {
    let service = Service::start().await;
    let health = service.get("/api/v1/health").await.expect(200);
    insta::assert_json_snapshot!(health, {
        ".timestamp" => "[time]", ".components.*.details.response_time_seconds" => "[n]",
        ".components.*.details.duration_seconds" => "[n]", ".components.database.details.open_connections" => "[n]",
        ".components.database.details.idle_connections" => "[n]", ".components.database.details.max_open_connections" => "[n]",
    });
    let version = service.get("/api/v1/version/").await.expect(200);
    assert_eq!((&version["version"], &version["name"]), (&json!("1.2.3"), &json!("KITE")));
    assert_eq!(service.get("/livez").await.status.as_u16(), 200);
    assert_eq!(service.get("/readyz").await.status.as_u16(), 200);
}

#[tokio::test]
async fn health_is_down_when_the_database_is() {
    let service = Service::start().await;
    service.store.close().await;
    let health = service.get("/api/v1/health").await.expect(503);
    assert_eq!((&health["status"], &health["components"]["database"]["status"]), (&json!("DOWN"), &json!("DOWN")));
    let answer = service.get("/api/v1/issues").await;
    assert_eq!(answer.expect(503)["message"], "the database cannot be reached or is too busy; try again later");
    assert_eq!(text(&answer.headers, "retry-after"), "2");
}

#[tokio::test]
async fn a_client_may_name_its_request_and_finds_the_name_in_the_problem() {
    let service = Service::start().await;
    let named = |path| with_headers(Method::GET, path, Body::empty(), &[("x-request-id", "deploy-42")]);
    let answer = service.send(named("/api/v1/nothing")).await;
    assert_eq!(answer.expect(404)["requestId"], "deploy-42");
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_again() {
    let service = Service::start().await;
    let id = service.create(&issue("shop")).await["id"].as_str().unwrap().to_owned();
    for path in [format!("/api/v1/issues/{id}"), "/api/v1/issues".to_owned(), "/api/v1/issues/summary".to_owned()] {
        let first = service.get(&path).await;
        let tag = text(&first.headers, "etag").to_owned();
        let again = |tag: &str| with_headers(Method::GET, &path, Body::empty(), &[("if-none-match", tag)]);
        assert_eq!(service.send(again(&tag)).await.status.as_u16(), 304, "{path}");
        assert_eq!(text(&first.headers, "cache-control"), "no-cache");
    }
    let tag = text(&service.get(&format!("/api/v1/issues/{id}")).await.headers, "etag").to_owned();
    service.post(&format!("/api/v1/issues/{id}/resolve"), &json!({})).await.expect(200);
    let path = format!("/api/v1/issues/{id}");
    let request = with_headers(Method::GET, &path, Body::empty(), &[("if-none-match", &tag)]);
    assert_eq!(service.send(request).await.expect(200)["state"], "RESOLVED");
}

#[tokio::test]
async fn large_answers_are_compressed_for_those_who_ask() {
    let service = Service::start().await;
    for component in 0..20 {
        service.create(&issue(&format!("c{component}"))).await;
    }
    for encoding in ["gzip", "zstd"] {
        let request = with_headers(Method::GET, "/api/v1/issues", Body::empty(), &[("accept-encoding", encoding)]);
        let answer = service.send(request).await;
        assert_eq!(text(&answer.headers, "content-encoding"), encoding);
    }
    let headers = [("accept-encoding", "gzip"), ("content-type", "application/json")];
    let body = Body::from(pipeline_failure().to_string());
    let small = service.send(with_headers(Method::POST, "/api/v1/webhooks/pipeline-failure", body, &headers)).await;
    assert_eq!(text(&small.headers, "content-encoding"), "", "compressing a webhook's answer is not worth its time");
}
