//! A cause that several tenants have: each reads of it what is its own, and of the others a number.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use super::who::Who;
use super::world::{By, OTHER_SECRET, SECRET, SHARED_CAUSE, World, heard};
use crate::support::{report, with};

const SHARED: &str = "/api/v1/causes/shared%2Flibrary";

async fn read(world: &World, who: Who, path: &str) -> Value {
    world.send(who, Method::GET, path, None).await.expect(200)
}

async fn stream(world: &World, who: Who, path: &str) -> Body {
    world.answer(who, Method::GET, path, None).await.into_body()
}

/// The end of the feed, as somebody is told who may read everything.
async fn place(world: &World) -> String {
    let hello = heard(&mut stream(world, Who::ClusterReader, "/api/v1/stream").await, "\n\n").await;
    hello.lines().find_map(|line| line.strip_prefix("id: ")).expect("a place").to_owned()
}

#[tokio::test]
async fn what_a_tenant_may_not_read_of_a_cause_is_a_number() {
    for by in [By::List, By::Kubernetes] {
        let world = World::new(by).await;
        for (who, own, other) in [(Who::Reader, SECRET, OTHER_SECRET), (Who::Neighbour, OTHER_SECRET, SECRET)] {
            let list = read(&world, who, "/api/v1/causes").await;
            let shared = list["data"].as_array().unwrap().iter().find(|cause| cause["key"] == SHARED_CAUSE).unwrap();
            let detail = read(&world, who, SHARED).await;
            assert_eq!(*shared, detail["cause"], "the list and the cause tell the same");
            assert_eq!((&shared["issues"], &shared["namespaces"]), (&json!(1), &json!(1)));
            assert_eq!(shared["hidden"], json!({"issues": 1, "namespaces": 1}));
            assert_eq!(shared["title"], format!("{own} title"), "its title is that of an issue which may be read");
            let everything = format!("{list} {detail}");
            assert!(everything.contains(own) && !everything.contains(other), "{who:?}: {everything}");
            assert_eq!(detail["byNamespace"].as_array().unwrap().len(), 1);
        }
        let all = read(&world, Who::ClusterReader, SHARED).await["cause"].clone();
        assert_eq!((&all["issues"], &all["namespaces"]), (&json!(2), &json!(2)));
        assert_eq!(all["hidden"], json!({"issues": 0, "namespaces": 0}));
        // Inside one namespace the others are left out, but not hidden from those who may read them.
        let inside = format!("{SHARED}?namespace=team-a");
        let inside = read(&world, Who::ClusterReader, &inside).await["cause"].clone();
        assert_eq!((&inside["issues"], &inside["hidden"]["issues"]), (&json!(1), &json!(0)));
    }
}

#[tokio::test]
async fn an_issue_says_who_else_has_its_cause() {
    let world = World::new(By::Kubernetes).await;
    let path = format!("/api/v1/issues/{}", world.one);
    let same = |others, namespaces, issues, hidden| json!({"others": others, "namespaces": namespaces, "hidden": {"issues": issues, "namespaces": hidden}});
    for inside in ["", "?namespace=team-a"] {
        let path = format!("{path}{inside}");
        assert_eq!(read(&world, Who::Reader, &path).await["sameCause"], same(0, 1, 1, 1));
        assert_eq!(read(&world, Who::ClusterReader, &path).await["sameCause"], same(1, 2, 0, 0));
    }
}

#[tokio::test]
async fn a_cause_of_others_is_as_good_as_none() {
    let world = World::new(By::Kubernetes).await;
    let named = json!({"namespace": "team-b", "cause": "quokka/cause", "title": "quokka"});
    let body = json!([with(report("two"), named)]);
    world.send(Who::ClusterAdmin, Method::POST, "/api/v1/reports", Some(&body)).await.expect(200);
    let missing = world.send(Who::Reader, Method::GET, "/api/v1/causes/nobody%2Fhas-it", None).await;
    let foreign = world.send(Who::Reader, Method::GET, "/api/v1/causes/quokka%2Fcause", None).await;
    let words = |answer: &crate::support::Answer| {
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("requestId");
        body
    };
    assert_eq!((missing.status, words(&missing)), (foreign.status, words(&foreign)));
    assert_eq!(foreign.status.as_u16(), 404);
    // Who says that it has the same cause learns how many others have it, and nothing else.
    let body = json!([with(report("three"), json!({"cause": "quokka/cause"}))]);
    world.send(Who::Admin, Method::POST, "/api/v1/reports", Some(&body)).await.expect(200);
    let own = read(&world, Who::Reader, "/api/v1/causes/quokka%2Fcause").await;
    assert_eq!(own["cause"]["hidden"], json!({"issues": 1, "namespaces": 1}));
    assert_eq!(own["cause"]["issues"], 1);
    let listed = read(&world, Who::Reader, "/api/v1/issues?cause=quokka%2Fcause").await;
    assert_eq!(listed["total"], 1);
}

#[tokio::test]
async fn excerpts_are_for_those_who_may_read_logs_and_only_where_one_issue_is_asked_for() {
    let world = World::new(By::Kubernetes).await;
    let diagnosis = json!({
        "class": "network", "task": "build", "step": "push", "summary": "The registry does not answer",
        "remedy": "Wait for it", "confidence": "high", "excerpt": "dial tcp giraffe: i/o timeout", "message": "dial giraffe",
    });
    let place = place(&world).await;
    let body = json!([with(report("two"), json!({"cause": "net/registry", "diagnosis": diagnosis}))]);
    let answer = world.send(Who::ClusterAdmin, Method::POST, "/api/v1/reports", Some(&body)).await.expect(200);
    let id = answer["results"][0]["issueId"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/issues/{id}");
    let whole = read(&world, Who::Editor, &one).await["diagnosis"].clone();
    assert_eq!(whole, diagnosis);
    let told = read(&world, Who::Reader, &one).await["diagnosis"].clone();
    assert_eq!(told, with(diagnosis.clone(), json!({"excerpt": null, "message": null})));
    let page = format!("/issues/{id}");
    for (who, may) in
        [(Who::Reader, false), (Who::Editor, true), (Who::ClusterReader, false), (Who::ClusterAdmin, true)]
    {
        let answer = world.send(who, Method::GET, &page, None).await;
        let shown = answer.text();
        assert_eq!(shown.contains("giraffe"), may, "{who:?}");
        assert!(shown.contains("The registry does not answer") && shown.contains("Wait for it"), "{who:?}");
        let history = format!("{one}/history");
        for path in [
            "/api/v1/issues",
            "/issues/export.json",
            "/issues/export.csv",
            "/issues",
            "/api/v1/causes",
            "/causes",
            "/api/v1/causes/net%2Fregistry",
            "/causes/net%2Fregistry",
            &history,
        ] {
            let answer = world.send(who, Method::GET, path, None).await;
            assert_eq!(answer.status, 200, "{who:?} {path}");
            assert!(!answer.text().contains("giraffe"), "{who:?} {path}: {}", answer.text());
        }
        for path in ["/api/v1/stream", "/live"] {
            let path = format!("{path}?lastEventId={place}");
            let told = heard(&mut stream(&world, who, &path).await, &id).await;
            assert!(!told.contains("giraffe"), "{who:?} {path}: {told}");
        }
        for path in ["/api/v1/issues?search=giraffe", "/api/v1/issues?search=dial+tcp"] {
            assert_eq!(read(&world, who, path).await["total"], 0, "what cannot be read cannot be sought");
        }
    }
    let changed = world.send(Who::Editor, Method::PUT, &one, Some(&json!({"severity": "minor"}))).await.expect(200);
    assert!(!changed.to_string().contains("giraffe"));
}

#[tokio::test]
async fn what_one_tenant_decides_about_a_cause_changes_nothing_for_another() {
    let world = World::new(By::Kubernetes).await;
    let of_b = async || {
        let paths = ["/api/v1/causes", SHARED, "/api/v1/issues", "/api/v1/cause-decisions"];
        let mut told = Vec::new();
        for path in paths {
            told.push(read(&world, Who::Neighbour, path).await);
        }
        told
    };
    let before = of_b().await;
    let decide = async |who, namespace: &str, cause: &str, into: &str| {
        let body = json!({"namespace": namespace, "cause": cause, "into": into});
        world.send(who, Method::POST, "/api/v1/cause-decisions", Some(&body)).await
    };
    decide(Who::Editor, "team-a", SHARED_CAUSE, "zebra/cause").await.expect(200);
    decide(Who::Editor, "team-b", SHARED_CAUSE, "zebra/cause").await.expect(403);
    decide(Who::Editor, "team-a", "quokka/cause", "zebra/cause").await.expect(404);
    assert_eq!(of_b().await, before);
    let list = read(&world, Who::Reader, "/api/v1/causes").await;
    assert_eq!((&list["total"], &list["data"][0]["key"]), (&json!(1), &json!("zebra/cause")));
    assert_eq!((&list["data"][0]["issues"], &list["data"][0]["hidden"]["issues"]), (&json!(2), &json!(1)));
    let decided = read(&world, Who::Reader, "/api/v1/cause-decisions").await["data"][0].clone();
    assert_eq!((&decided["cause"], &decided["into"]), (&json!(SHARED_CAUSE), &json!("zebra/cause")));
    assert_eq!(decided["decidedBy"], "Editor");
    world.send(Who::Reader, Method::GET, SHARED, None).await.expect(404);

    decide(Who::Editor, "team-a", SHARED_CAUSE, SHARED_CAUSE).await.expect(200);
    let split = json!({"namespace": "team-a", "cause": SHARED_CAUSE, "issues": [world.one]});
    let apart = world.send(Who::Editor, Method::POST, "/api/v1/cause-decisions", Some(&split)).await.expect(200);
    let one = read(&world, Who::Reader, &format!("/api/v1/issues/{}", world.one)).await;
    assert_eq!(one["cause"], apart["into"]);
    assert_eq!(of_b().await, before);
    for wrong in
        [json!({}), json!({"namespace": "team-a", "cause": "zebra/cause"}), with(split, json!({"issues": ["x"]}))]
    {
        world.send(Who::Editor, Method::POST, "/api/v1/cause-decisions", Some(&wrong)).await.expect(422);
    }
}

#[tokio::test]
async fn a_place_in_the_feed_that_another_caller_had_tells_nothing_of_its_namespaces() {
    let world = World::new(By::List).await;
    let place = place(&world).await;
    for (component, namespace) in [("walrus", "team-a"), ("shown", "team-b")] {
        let body = json!([with(report(component), json!({"namespace": namespace, "cause": SHARED_CAUSE}))]);
        world.send(Who::ClusterAdmin, Method::POST, "/api/v1/reports", Some(&body)).await.expect(200);
    }
    for path in ["/api/v1/stream", "/live"] {
        for query in ["", "&cause=shared%2Flibrary"] {
            let path = format!("{path}?lastEventId={place}{query}");
            let told = heard(&mut stream(&world, Who::Neighbour, &path).await, "shown").await;
            assert!(!told.contains("walrus") && !told.contains("team-a"), "{path}: {told}");
        }
    }
}
