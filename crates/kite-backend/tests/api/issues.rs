//! Filters, search, namespaces and the summary.

use serde_json::json;

use crate::support::{Service, issue, with};

async fn found(service: &Service, query: &str) -> Vec<String> {
    let page = service.get(&format!("/api/v1/issues?{query}")).await.expect(200);
    let issues = page["data"].as_array().unwrap();
    assert_eq!(page["total"], issues.len());
    issues.iter().map(|issue| issue["scope"]["resourceName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn filters_are_joined_with_and_and_their_values_with_or() {
    let service = Service::start().await;
    service
        .create(&with(issue("a"), json!({"severity": "critical", "labels": {"application": "shop", "team": "x"}})))
        .await;
    service
        .create(&with(issue("b"), json!({"severity": "minor", "issueType": "test", "labels": {"application": "shop"}})))
        .await;
    service.create(&with(issue("c"), json!({"severity": "major", "labels": {"component": "c", "team": "y"}}))).await;
    for (query, expected) in [
        ("severity=critical,major", vec!["c", "a"]),
        ("severity=critical&severity=minor&issueType=test", vec!["b"]),
        ("application=shop", vec!["b", "a"]),
        ("component=c", vec!["c"]),
        ("label.team=x&label.team=y", vec!["c", "a"]),
        ("label.team=x&application=other", vec![]),
        ("resourceType=component&resourceName=a", vec!["a"]),
        ("cluster=elsewhere", vec![]),
        ("sort=severity", vec!["a", "c", "b"]),
        ("state=RESOLVED", vec![]),
    ] {
        assert_eq!(found(&service, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_search_takes_percent_and_underscore_for_what_they_are() {
    let service = Service::start().await;
    service.create(&with(issue("a"), json!({"title": "100% of ŻÓŁĆ_tests fail"}))).await;
    service.create(&with(issue("b"), json!({"description": "nothing of the kind"}))).await;
    let namespace = "namespace=team-a&search=";
    for (search, expected) in [
        ("%25", vec!["a"]),
        ("_", vec!["a"]),
        ("%C5%BC%C3%B3%C5%82%C4%87_TESTS", vec!["a"]),
        ("KIND", vec!["b"]),
        ("%25_%25", vec![]),
    ] {
        assert_eq!(found(&service, &format!("{namespace}{search}")).await, expected, "{search}");
    }
    assert_eq!(found(&service, "search=%25%25%25").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_issue_outside_the_named_namespace_is_as_good_as_none() {
    let service = Service::start().await;
    let id = service.create(&issue("a")).await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/issues/{id}");
    service.get(&format!("{path}?namespace=team-a")).await.expect(200);
    service.get(&format!("{path}?namespace=team-b")).await.expect(404);
    service.get(&format!("{path}/history?namespace=team-b")).await.expect(404);
    service.put(&format!("{path}?namespace=team-b"), &json!({"title": "x"})).await.expect(404);
    service.post(&format!("{path}/resolve?namespace=team-b"), &json!({})).await.expect(404);
    service.delete(&format!("{path}?namespace=team-b")).await.expect(404);
    assert_eq!(service.get(&path).await.expect(200)["state"], "ACTIVE");
}

#[tokio::test]
async fn a_namespace_in_the_query_that_differs_from_the_body_is_refused() {
    let service = Service::start().await;
    let problem = service.post("/api/v1/issues?namespace=team-b", &issue("a")).await.expect(403);
    assert_eq!(problem["message"], "the query names the namespace `team-b`, the body `team-a`");
    service.post("/api/v1/issues/?namespace=team-a", &issue("a")).await.expect(201);
    let failure = crate::support::pipeline_failure();
    service.post("/api/v1/webhooks/pipeline-failure?namespace=team-b", &failure).await.expect(403);
    assert_eq!(found(&service, "namespace=team-b").await, Vec::<String>::new());
}

#[tokio::test]
async fn the_same_identity_is_updated_and_not_added() {
    let service = Service::start().await;
    let first = service.create(&issue("a")).await;
    let second = service.create(&with(issue("a"), json!({"title": "again", "scope": {"resourceType": "component", "resourceName": "a", "resourceNamespace": "team-a"}}))).await;
    assert_eq!((&first["id"], &second["title"], &second["count"]), (&second["id"], &json!("again"), &json!(2)));
    assert_eq!(found(&service, "namespace=team-a").await, ["a"]);
}

#[tokio::test]
async fn the_summary_counts_everything_in_one_call() {
    let service = Service::start().await;
    service.create(&with(issue("a"), json!({"severity": "critical", "labels": {"application": "shop"}}))).await;
    service.create(&with(issue("b"), json!({"issueType": "test", "state": "RESOLVED"}))).await;
    service.create(&with(issue("c"), json!({"namespace": "team-b"}))).await;
    let summary = service.get("/api/v1/issues/summary?namespace=team-a").await.expect(200);
    insta::assert_json_snapshot!(summary);
    let all = service.get("/api/v1/issues/summary").await.expect(200);
    assert_eq!(all["total"], json!({"active": 2, "resolved": 1}));
}
