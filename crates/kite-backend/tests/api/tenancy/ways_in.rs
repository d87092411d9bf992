//! The ways around the earlier KITE's checks, each closed.

use std::process::Stdio;
use std::time::Duration;

use axum::http::Method;
use kite_backend::access::{Access, Kubernetes, KubernetesOptions};
use kube::{Client, Config};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

use super::who::Who;
use super::world::{By, OTHER_SECRET, SECRET, World, asked_by};
use crate::support::{Rules, Service, cluster, issue, pipeline_failure, report, with};

#[tokio::test]
async fn a_request_without_a_token_has_no_rights_and_not_those_of_the_service() {
    let everything = Rules { user: |_| Some("somebody".to_owned()), may: |_, _, _, _| true };
    let (server, access) = cluster(everything, KubernetesOptions::default()).await;
    let service = Service::with_access(access).await;
    for path in ["/api/v1/issues", "/api/v1/issues?namespace=team-a", "/api/v1/stream", "/api/v1/issues/summary"] {
        service.get(path).await.expect(401);
    }
    service.post("/api/v1/issues", &issue("a")).await.expect(401);
    service.post("/api/v1/webhooks/pipeline-failure", &pipeline_failure()).await.expect(401);
    assert!(server.received_requests().await.unwrap().is_empty(), "nobody was asked what nobody may do");
}

#[tokio::test]
async fn a_proxy_that_may_not_speak_for_somebody_does_not() {
    let world = World::new(By::Kubernetes).await;
    // The review itself succeeds; what it says is no.
    for (who, user) in [(Who::ClusterReader, "ClusterAdmin"), (Who::Neighbour, "Reader"), (Who::Publisher, "Reader")] {
        let mut request = asked_by(who, Method::GET, "/api/v1/issues?namespace=team-a", None);
        request.headers_mut().insert("impersonate-user", user.parse().unwrap());
        world.service.send(request).await.expect(403);
    }
    // The proxy may speak for users, and nobody said that it may for groups.
    let mut request = asked_by(Who::Impersonated, Method::GET, "/api/v1/issues?namespace=team-a", None);
    request.headers_mut().insert("impersonate-group", "system:masters".parse().unwrap());
    world.service.send(request).await.expect(403);
}

#[tokio::test]
async fn a_browser_cannot_add_to_the_identity_that_a_proxy_gives_it() {
    let world = World::new(By::Kubernetes).await;
    for (header, value) in [
        ("impersonate-uid", "0"),
        ("impersonate-extra-scopes", "all"),
        ("impersonate-user", "ClusterAdmin"),
        ("impersonate-group", ""),
    ] {
        let mut request = asked_by(Who::Impersonated, Method::GET, "/api/v1/issues?namespace=team-a", None);
        request.headers_mut().append(header, value.parse().unwrap());
        world.service.send(request).await.expect(403);
    }
}

#[tokio::test]
async fn a_namespace_in_the_query_opens_no_other_one_in_the_body() {
    for by in [By::List, By::Kubernetes] {
        let world = World::new(by).await;
        let elsewhere = json!({"namespace": "team-b"});
        for path in ["/api/v1/issues?namespace=team-a", "/api/v1/issues"] {
            world.send(Who::Admin, Method::POST, path, Some(&with(issue("new"), elsewhere.clone()))).await.expect(403);
        }
        let webhook = with(pipeline_failure(), elsewhere.clone());
        let path = "/api/v1/webhooks/pipeline-failure?namespace=team-a";
        world.send(Who::Publisher, Method::POST, path, Some(&webhook)).await.expect(403);
        let reports = json!([with(report("new"), elsewhere), report("new")]);
        let answer = world.send(Who::Publisher, Method::POST, "/api/v1/reports", Some(&reports)).await.expect(200);
        let became = |item: usize| answer["results"][item]["result"].clone();
        assert_eq!((became(0), became(1)), (json!("rejected"), json!("created")));
        let there = world.send(Who::ClusterReader, Method::GET, "/api/v1/issues?namespace=team-b", None).await;
        assert_eq!(there.expect(200)["total"], 1, "what was there before, and nothing new");
    }
}

#[tokio::test]
async fn without_an_api_server_it_does_not_start() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_kite-backend"));
    program.env_clear().env("KITE_PROJECT_ENV", "production").env("KUBECONFIG", "/nowhere/kubeconfig");
    program.args(["--port", "0"]).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(Duration::from_mins(1), program.output()).await.expect("it ends by itself").unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("API server") && said.contains("KUBECONFIG"), "{said}");
}

#[tokio::test]
async fn without_an_answer_of_the_api_server_nothing_opens() {
    let nobody_listens = "http://127.0.0.1:1".parse().unwrap();
    let client = Client::try_from(Config::new(nobody_listens)).unwrap();
    let access = Access::Kubernetes(Kubernetes::new(client, KubernetesOptions::default()).into());
    let service = Service::with_access(access).await;
    for who in [Who::Reader, Who::ClusterAdmin, Who::WrongToken] {
        let answer = service.send(asked_by(who, Method::GET, "/api/v1/issues", None)).await;
        answer.expect(503);
        assert!(answer.headers.contains_key("retry-after"));
    }
}

#[tokio::test]
async fn related_issues_tell_nothing_of_other_namespaces() {
    for by in [By::List, By::Kubernetes] {
        let world = World::new(by).await;
        let list = world.send(Who::ClusterReader, Method::GET, "/api/v1/issues?namespace=team-b", None).await;
        let there = list.expect(200)["data"][0]["id"].as_str().unwrap().to_owned();
        world.relate().await;
        let related = format!("/api/v1/issues/{}/related", world.one);
        // Not even somebody who may see both joins two tenants.
        for who in [Who::Admin, Who::ClusterAdmin] {
            world.send(who, Method::POST, &related, Some(&json!({"relatedId": there}))).await.expect(404);
        }
        let path = format!("/api/v1/issues/{}", world.one);
        let shown = world.send(Who::Reader, Method::GET, &path, None).await.expect(200);
        assert!(shown["relatedFrom"].to_string().contains(SECRET) || shown["relatedTo"].to_string().contains(SECRET));
        assert!(!shown.to_string().contains(OTHER_SECRET), "{shown}");
    }
}

#[tokio::test]
async fn a_link_that_runs_a_script_is_not_stored() {
    let world = World::new(By::List).await;
    for url in
        ["javascript:alert(1)", "JavaScript:alert(1)", " java\tscript:alert(1)", "data:text/html,x", "vbscript:x"]
    {
        let body = with(issue("new"), json!({"links": [{"title": "logs", "url": url}]}));
        let answer = world.send(Who::Admin, Method::POST, "/api/v1/issues", Some(&body)).await;
        let stored = match answer.status.as_u16() {
            201 => answer.json(),
            status => {
                assert_eq!(status, 422, "{url}");
                Value::Null
            }
        };
        assert!(
            !stored.to_string().to_lowercase().contains("script:") && !stored.to_string().contains("data:"),
            "{url}"
        );
    }
}

#[tokio::test]
async fn whether_an_issue_is_elsewhere_does_not_show_in_what_is_asked_to_find_out() {
    let missing = "01890000-0000-7000-8000-000000000000".to_owned();
    for who in [Who::Neighbour, Who::Publisher] {
        let mut reviews = Vec::new();
        for is_there in [true, false] {
            // Nothing is remembered yet of the caller.
            let world = World::new(By::Kubernetes).await;
            let asked_before = world.cluster.as_ref().unwrap().received_requests().await.unwrap().len();
            let id = if is_there { &world.one } else { &missing };
            world.send(who, Method::GET, &format!("/api/v1/issues/{id}"), None).await.expect(404);
            reviews.push(world.cluster.unwrap().received_requests().await.unwrap().len() - asked_before);
        }
        assert_eq!(reviews[0], reviews[1], "{who:?}");
        assert!(reviews[0] > 1, "{reviews:?}");
    }
}
