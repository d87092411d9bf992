//! Wrong requests: each is refused with the right status, and names all that is wrong.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Service, issue, request, with, with_headers};

#[tokio::test]
async fn a_body_that_cannot_be_read_is_400_and_says_where() {
    let service = Service::start().await;
    for (body, place) in
        [("{", "line 1"), ("{\"title\":\n nope}", "line 2 column 3"), ("", "missing"), ("\"\\ud800\"", "line 1")]
    {
        let answer = service.send(request(Method::POST, "/api/v1/issues", Body::from(body))).await;
        let message = answer.expect(400)["message"].as_str().unwrap().to_owned();
        assert!(message.contains(place), "{message}");
    }
    let nested = "[".repeat(100_000);
    service.send(request(Method::POST, "/api/v1/issues", Body::from(nested))).await.expect(400);
    let not_utf8 = Body::from(b"{\"title\": \"\xff\"}".to_vec());
    service.send(request(Method::POST, "/api/v1/issues", not_utf8)).await.expect(400);
}

#[tokio::test]
async fn wrong_and_missing_fields_are_all_named_at_once() {
    let service = Service::start().await;
    let cases: [(Value, &[&str]); 6] = [
        (json!({}), &["namespace", "scope", "issueType", "title", "description", "severity"]),
        (json!([]), &[""]),
        (
            with(issue("a"), json!({"title": 1, "severity": [], "scope": {"resourceName": 2}})),
            &["scope.resourceName", "severity", "title", "scope.resourceType"],
        ),
        (
            with(issue("a"), json!({"severity": "medium", "issueType": "Build", "state": "open"})),
            &["issueType", "severity", "state"],
        ),
        (
            with(
                issue("a"),
                json!({"title": " \n", "description": "\t", "scope": {"resourceType": " ", "resourceName": ""}}),
            ),
            &["scope.resourceType", "scope.resourceName", "title", "description"],
        ),
        (
            with(issue("a"), json!({"namespace": "n".repeat(513), "labels": {"a": "x".repeat(513)}})),
            &["namespace", "labels.a"],
        ),
    ];
    for (body, fields) in cases {
        let answer = service.post("/api/v1/issues", &body).await;
        answer.expect(422);
        assert_eq!(answer.wrong_fields(), fields, "{body}");
    }
}

#[tokio::test]
async fn unknown_words_are_answered_with_the_known_ones() {
    let service = Service::start().await;
    let problem = service.post("/api/v1/issues", &with(issue("a"), json!({"severity": "medium"}))).await.expect(422);
    assert_eq!(problem["details"][0]["message"], "must be one of info, minor, major, critical");
    let problem = service.get("/api/v1/issues?state=open").await.expect(400);
    assert_eq!(problem["message"], "`state` must be one of ACTIVE, RESOLVED");
}

#[tokio::test]
async fn links_that_could_run_something_are_refused_in_every_disguise() {
    let service = Service::start().await;
    let disguises = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "//evil.example",
        "/relative",
        "file:///etc/passwd",
        "https://a b",
        "https://",
        "blob:x",
        "",
    ];
    let links: Vec<Value> = disguises.iter().map(|url| json!({"title": "x", "url": url})).collect();
    let answer = service.post("/api/v1/issues", &with(issue("a"), json!({"links": links}))).await;
    answer.expect(422);
    let expected: Vec<String> = (0..disguises.len()).map(|index| format!("links[{index}].url")).collect();
    assert_eq!(answer.wrong_fields(), expected);
}

#[tokio::test]
async fn a_flood_of_links_or_labels_is_one_mistake() {
    let service = Service::start().await;
    let links = vec![json!({"title": "x", "url": "https://a"}); 20_000];
    let labels: serde_json::Map<_, _> = (0..51).map(|n| (format!("k{n}"), json!("v"))).collect();
    let answer = service.post("/api/v1/issues", &with(issue("a"), json!({"links": links, "labels": labels}))).await;
    answer.expect(422);
    assert_eq!(answer.wrong_fields(), ["links", "labels"]);
}

#[tokio::test]
async fn control_characters_are_removed_from_texts_and_refused_in_names() {
    let service = Service::start().await;
    let created = service.create(&with(issue("a"), json!({"title": "a\0b\u{1b}", "description": "c\0\nd"}))).await;
    assert_eq!((&created["title"], &created["description"]), (&json!("ab"), &json!("c\nd")));
    let names = json!({"namespace": "team\0a", "scope": {"resourceType": "x\u{7}", "resourceName": "a\nb"}});
    let answer = service.post("/api/v1/issues", &with(issue("a"), names)).await;
    answer.expect(422);
    assert_eq!(answer.wrong_fields(), ["namespace", "scope.resourceType", "scope.resourceName"]);
    for path in ["/api/v1/issues?namespace=a%00", "/api/v1/issues?search=abc%00", "/api/v1/issues?label.a%00=1"] {
        service.get(path).await.expect(400);
    }
}

#[tokio::test]
async fn long_texts_are_cut_with_a_warning() {
    let service = Service::start().await;
    let long = with(issue("a"), json!({"title": "t".repeat(600), "description": "d".repeat(100_000)}));
    let answer = service.post("/api/v1/issues", &long).await;
    let created = answer.expect(201);
    assert_eq!(created["title"].as_str().unwrap().chars().count(), 500);
    assert!(created["description"].as_str().unwrap().len() <= 64 * 1024);
    assert_eq!(answer.headers.get_all("warning").iter().count(), 2);
}

#[tokio::test]
async fn ids_that_are_none_are_400_and_unknown_ones_404() {
    let service = Service::start().await;
    let unknown = "00000000-0000-7000-8000-000000000000";
    for (id, status) in [("1", 400), ("%00", 400), ("%ff", 400), ("null", 400), (unknown, 404)] {
        service.get(&format!("/api/v1/issues/{id}")).await.expect(status);
        service.get(&format!("/api/v1/issues/{id}/history")).await.expect(status);
        service.put(&format!("/api/v1/issues/{id}"), &json!({"title": "x"})).await.expect(status);
        service.delete(&format!("/api/v1/issues/{id}")).await.expect(status);
        service.post(&format!("/api/v1/issues/{id}/resolve"), &json!({})).await.expect(status);
        service
            .post(&format!("/api/v1/issues/{id}/related"), &json!({"relatedId": unknown.replace('7', "8")}))
            .await
            .expect(status);
        service.delete(&format!("/api/v1/issues/{id}/related/{unknown}")).await.expect(status);
    }
}

#[tokio::test]
async fn bad_paging_and_bad_filters_are_400() {
    let service = Service::start().await;
    let bad = [
        "limit=-1",
        "limit=0",
        "limit=1001",
        "limit=ten",
        "limit=NaN",
        "offset=-1",
        "offset=1e3",
        "severity=high",
        "issueType=x",
        "state=ACTIVE,open",
        "sort=name",
        "cursor=x",
        "namespace=a&namespace=b",
    ];
    for query in bad {
        service.get(&format!("/api/v1/issues?{query}")).await.expect(400);
    }
    service.get("/api/v1/issues/00000000-0000-7000-8000-000000000000/history?cursor=x").await.expect(400);
    service.get("/api/v1/issues?search=ab").await.expect(422);
    service.get("/api/v1/issues?search=ab&namespace=team-a").await.expect(200);
    service.get("/api/v1/issues?unknown=1&severity=&limit=&namespace=").await.expect(200);
}

#[tokio::test]
async fn a_body_needs_a_type_that_no_foreign_form_can_send() {
    let service = Service::start().await;
    let body = || Body::from(issue("a").to_string());
    for headers in
        [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/x-www-form-urlencoded")]]
    {
        for path in ["/api/v1/issues", "/api/v1/reports", "/api/v1/webhooks/pipeline-failure"] {
            service.send(with_headers(Method::POST, path, body(), headers)).await.expect(415);
        }
    }
    let lines = with_headers(Method::POST, "/api/v1/issues", body(), &[("content-type", "application/x-ndjson")]);
    service.send(lines).await.expect(415);
}
