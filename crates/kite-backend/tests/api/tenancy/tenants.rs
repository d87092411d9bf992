//! What a tenant sees, and what it cannot see.

use axum::http::Method;
use serde_json::{Value, json};

use super::who::Who;
use super::world::{By, OTHER_SECRET, SECRET, World, asked_by, heard};
use crate::support::{issue, report, with};

#[tokio::test]
async fn lists_and_counts_hold_exactly_what_the_caller_may_read() {
    let world = World::new(By::List).await;
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
async fn trends_tell_only_of_what_the_caller_may_read() {
    let world = World::new(By::List).await;
    // What came back is told by its title.
    for id in [&world.one, &there(&world).await] {
        let resolve = format!("/api/v1/issues/{id}/resolve");
        world.send(Who::ClusterAdmin, Method::POST, &resolve, Some(&json!({}))).await.expect(200);
        let reopen = json!({"state": "ACTIVE"});
        let path = format!("/api/v1/issues/{id}");
        world.send(Who::ClusterAdmin, Method::PUT, &path, Some(&reopen)).await.expect(200);
    }
    for (who, own, active, opened) in [
        (Who::Neighbour, Some(OTHER_SECRET), 1, 2),
        (Who::Reader, Some(SECRET), 2, 3),
        (Who::ClusterReader, Some(""), 3, 5),
        (Who::Publisher, None, 0, 0),
    ] {
        let trends = world.send(who, Method::GET, "/api/v1/trends", None).await.expect(200);
        let today = trends["days"].as_array().unwrap().last().unwrap();
        assert_eq!((&today["activeAtEnd"], &today["opened"]), (&json!(active), &json!(opened)), "{who:?}: {trends}");
        let text = trends.to_string();
        for word in [SECRET, OTHER_SECRET] {
            let may_read = own.is_some_and(|own| word.starts_with(own));
            assert_eq!(text.contains(&format!("{word} title")), may_read, "{who:?}: {text}");
            assert_eq!(text.contains(&format!("{word}-application")), may_read, "{who:?}: {text}");
        }
    }
}

#[tokio::test]
async fn sources_are_shown_to_those_who_read_what_they_report() {
    let world = World::new(By::Kubernetes).await;
    let reports = json!([report("new")]);
    world.send(Who::Publisher, Method::POST, "/api/v1/reports", Some(&reports)).await.expect(200);
    world.send(Who::ClusterPublisher, Method::POST, "/api/v1/reports", Some(&reports)).await.expect(200);
    world.service.app.sources.write(&world.service.store).await.unwrap();
    for (who, wanted) in [
        (Who::Reader, vec!["Publisher", "unknown", "zebra-caller"]),
        (Who::Neighbour, vec!["quokka-caller", "unknown"]),
        (Who::ClusterReader, vec!["Publisher", "quokka-caller", "unknown", "zebra-caller"]),
        (Who::Publisher, vec![]),
        (Who::ClusterPublisher, vec![]),
    ] {
        let list = world.send(who, Method::GET, "/api/v1/sources", None).await.expect(200);
        let mut names: Vec<_> =
            list["data"].as_array().unwrap().iter().map(|source| source["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names, wanted, "{who:?}: {list}");
    }
}

/// The issue of `team-b`.
async fn there(world: &World) -> String {
    let list = world.send(Who::ClusterReader, Method::GET, "/api/v1/issues?namespace=team-b", None).await;
    list.expect(200)["data"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_stream_tells_only_of_what_its_caller_may_read() {
    let world = World::new(By::List).await;
    let response = world.answer(Who::Neighbour, Method::GET, "/api/v1/stream", None).await;
    let mut body = response.into_body();
    for (component, namespace) in [("hidden", "team-a"), ("shown", "team-b")] {
        let created = with(issue(component), json!({"namespace": namespace}));
        world.send(Who::ClusterAdmin, Method::POST, "/api/v1/issues", Some(&created)).await.expect(201);
    }
    let text = heard(&mut body, "shown").await;
    assert!(!text.contains("hidden") && !text.contains("team-a"), "{text}");
}

#[tokio::test]
async fn an_issue_elsewhere_cannot_be_told_from_none() {
    let world = World::new(By::List).await;
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
    let world = World::new(By::List).await;
    for header in ["impersonate-user", "impersonate-group", "impersonate-uid", "impersonate-extra-scopes"] {
        let mut request = asked_by(Who::ClusterAdmin, Method::GET, "/api/v1/issues", None);
        request.headers_mut().insert(header, "jane".parse().unwrap());
        world.service.send(request).await.expect(403);
    }
}

#[tokio::test]
async fn whoever_does_not_sign_in_is_told_how() {
    let world = World::new(By::List).await;
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
