//! What people do with issues: edit, resolve, reopen, relate, delete, look back.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Service, issue, time, with, with_headers};

async fn created(service: &Service, component: &str) -> (Value, String) {
    let issue = service.create(&issue(component)).await;
    let path = format!("/api/v1/issues/{}", issue["id"].as_str().unwrap());
    (issue, path)
}

#[tokio::test]
async fn an_update_changes_only_the_given_fields() {
    let service = Service::start().await;
    let (before, path) = created(&service, "a").await;
    let change =
        json!({"title": "clearer", "severity": "critical", "links": [{"title": "docs", "url": "https://docs"}]});
    let after = service.put(&path, &change).await.expect(200);
    assert_eq!((&after["title"], &after["severity"]), (&json!("clearer"), &json!("critical")));
    assert_eq!(after["links"][0]["url"], "https://docs");
    for field in ["id", "description", "state", "detectedAt", "count", "issueType", "scope"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    let typed = service.put(&format!("{path}/"), &json!({"issueType": "test"})).await.expect(200);
    assert_eq!((&typed["issueType"], &typed["title"]), (&json!("test"), &json!("clearer")));
    assert_eq!(service.put(&path, &json!({})).await.expect(200)["updatedAt"], typed["updatedAt"]);
}

#[tokio::test]
async fn state_is_resolved_and_reopened_by_an_update() {
    let service = Service::start().await;
    let (_, path) = created(&service, "a").await;
    let resolved = service.put(&path, &json!({"state": "RESOLVED", "title": "done"})).await.expect(200);
    assert_eq!((&resolved["state"], &resolved["title"]), (&json!("RESOLVED"), &json!("done")));
    assert!(resolved["resolvedAt"].is_string());
    let again = service.put(&path, &json!({"state": "RESOLVED"})).await.expect(200);
    assert_eq!((&again["resolvedAt"], &again["updatedAt"]), (&resolved["resolvedAt"], &resolved["updatedAt"]));
    let reopened = service.put(&path, &json!({"state": "ACTIVE"})).await.expect(200);
    assert_eq!((&reopened["state"], &reopened["resolvedAt"]), (&json!("ACTIVE"), &Value::Null));
    assert_eq!((&reopened["episodes"], &reopened["count"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn a_time_of_resolving_needs_the_state_and_lies_between_the_failure_and_now() {
    let service = Service::start().await;
    let (before, path) = created(&service, "a").await;
    let failed_at = time(&before["lastFailedAt"]);
    for wrong in [
        json!({"resolvedAt": failed_at.to_string()}),
        json!({"resolvedAt": failed_at.to_string(), "state": "ACTIVE"}),
        json!({"resolvedAt": "2999-01-01T00:00:00Z", "state": "RESOLVED"}),
        json!({"resolvedAt": "2001-01-01T00:00:00Z", "state": "RESOLVED"}),
        json!({"resolvedAt": "yesterday", "state": "RESOLVED"}),
    ] {
        let answer = service.put(&path, &wrong).await;
        answer.expect(422);
        assert_eq!(answer.wrong_fields(), ["resolvedAt"], "{wrong}");
    }
    let right = json!({"resolvedAt": failed_at.to_string(), "state": "RESOLVED"});
    let resolved = service.put(&path, &right).await.expect(200);
    assert_eq!((&resolved["state"], time(&resolved["resolvedAt"])), (&json!("RESOLVED"), failed_at));
}

#[tokio::test]
async fn wrong_updates_change_nothing() {
    let service = Service::start().await;
    let (before, path) = created(&service, "a").await;
    let wrong =
        json!({"title": " ", "severity": "", "state": "open", "links": [{"title": "x", "url": "javascript:1"}]});
    let answer = service.put(&path, &wrong).await;
    answer.expect(422);
    assert_eq!(answer.wrong_fields(), ["title", "severity", "links[0].url", "state"]);
    assert_eq!(service.get(&path).await.expect(200), before);
}

#[tokio::test]
async fn a_resolve_needs_no_body_and_its_reason_is_in_the_history() {
    let service = Service::start().await;
    let (_, path) = created(&service, "a").await;
    let resolve = with_headers(Method::POST, &format!("{path}/resolve"), Body::empty(), &[]);
    assert_eq!(service.send(resolve).await.expect(200)["state"], "RESOLVED");
    service.create(&issue("a")).await;
    service.post(&format!("{path}/resolve/"), &json!({"reason": "flaky"})).await.expect(200);
    let history = service.get(&format!("{path}/history")).await.expect(200);
    let reasons: Vec<_> =
        history["changes"].as_array().unwrap().iter().map(|change| change["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["resolved_by", "came_back", "resolved_by", "first_failure"]);
    assert_eq!(history["changes"][0]["note"], "flaky");
    assert_eq!(history["episodes"].as_array().unwrap().len(), 2);
    assert_eq!(history["episodes"][0]["endReason"], "resolved_by");
}

#[tokio::test]
async fn a_history_is_read_in_pages() {
    let service = Service::start().await;
    let (_, path) = created(&service, "a").await;
    for _ in 0..4 {
        service.create(&issue("a")).await;
    }
    let mut seen = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let page = service.get(&format!("{path}/history?{query}")).await.expect(200);
        seen.extend(page["changes"].as_array().unwrap().iter().map(|change| change["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        query = format!("limit=2&cursor={cursor}");
    }
    assert_eq!(seen.len(), 5);
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn a_deleted_issue_is_gone() {
    let service = Service::start().await;
    let (_, path) = created(&service, "a").await;
    service.delete(&path).await.expect(204);
    service.get(&path).await.expect(404);
    service.delete(&path).await.expect(404);
    service.put(&path, &json!({"title": "x"})).await.expect(404);
    assert_eq!(service.get("/api/v1/issues").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn relations_show_on_both_ends_once() {
    let service = Service::start().await;
    let (a, a_path) = created(&service, "a").await;
    let (b, b_path) = created(&service, "b").await;
    let relate = json!({"relatedId": b["id"]});
    let message = service.post(&format!("{a_path}/related"), &relate).await.expect(201);
    assert!(message["message"].is_string());
    service.post(&format!("{a_path}/related/"), &relate).await.expect(409);
    service.post(&format!("{b_path}/related"), &json!({"relatedId": a["id"]})).await.expect(409);
    let source = service.get(&a_path).await.expect(200);
    assert_eq!((&source["relatedFrom"][0]["target"]["id"], &source["relatedTo"]), (&b["id"], &json!([])));
    assert_eq!(source["relatedFrom"][0]["target"]["scope"]["resourceName"], "b");
    let page = service.get("/api/v1/issues?resourceName=b").await.expect(200);
    assert_eq!(page["data"][0]["relatedTo"][0]["source"]["title"], "the build of a failed");
    let written = service.put(&a_path, &json!({"title": "still related"})).await.expect(200);
    assert_eq!(written["relatedFrom"][0]["targetId"], b["id"]);
    service.delete(&format!("{b_path}/related/{}", a["id"].as_str().unwrap())).await.expect(204);
    service.delete(&format!("{a_path}/related/{}", b["id"].as_str().unwrap())).await.expect(404);
    assert_eq!(service.get(&a_path).await.expect(200)["relatedFrom"], json!([]));
}

#[tokio::test]
async fn issues_of_different_namespaces_are_never_related() {
    let service = Service::start().await;
    let (a, a_path) = created(&service, "a").await;
    let other = service.create(&with(issue("secret"), json!({"namespace": "team-b", "title": "a secret title"}))).await;
    for (path, related) in
        [(&a_path, &other["id"]), (&format!("/api/v1/issues/{}", other["id"].as_str().unwrap()), &a["id"])]
    {
        for query in ["", "?namespace=team-a", "?namespace=team-b"] {
            let answer = service.post(&format!("{path}/related{query}"), &json!({"relatedId": related})).await;
            answer.expect(404);
            assert!(!String::from_utf8_lossy(&answer.body).contains("secret"));
        }
    }
    assert_eq!(service.get(&a_path).await.expect(200)["relatedFrom"], json!([]));
}

#[tokio::test]
async fn wrong_relations_are_422() {
    let service = Service::start().await;
    let (a, path) = created(&service, "a").await;
    for wrong in [
        json!({}),
        json!({"relatedId": ""}),
        json!({"relatedId": "x"}),
        json!({"relatedId": a["id"]}),
        json!({"relatedId": 1}),
    ] {
        service.post(&format!("{path}/related"), &wrong).await.expect(422);
    }
}
