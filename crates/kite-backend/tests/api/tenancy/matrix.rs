//! Every route, called by everybody.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use kite_backend::router;

use super::calls::{Call, Guard, calls, expected};
use super::who::{EVERYBODY, Right, Who};
use super::world::{By, OTHER_SECRET, SECRET, World};
use crate::support::Answer;

#[test]
fn the_matrix_has_every_route() {
    let document = serde_json::to_value(router::openapi()).unwrap();
    let routes: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())))
        .collect();
    let tried: BTreeSet<_> =
        calls().into_iter().map(|call| (call.method.as_str().to_lowercase(), call.route.to_owned())).collect();
    assert_eq!(routes, tried);
}

#[tokio::test]
async fn those_whom_kubernetes_knows_get_what_they_may_have_and_read_nothing_else() {
    for call in calls() {
        for who in EVERYBODY {
            try_out(&call, who, By::Kubernetes).await;
        }
    }
}

#[tokio::test]
async fn those_whom_a_file_lists_get_what_they_may_have_and_read_nothing_else() {
    for call in calls() {
        // With a list, nobody speaks for others; that has a test of its own.
        for who in EVERYBODY.into_iter().filter(|who| *who != Who::Impersonated) {
            try_out(&call, who, By::List).await;
        }
    }
}

async fn try_out(call: &Call, who: Who, by: By) {
    let world = World::new(by).await;
    if call.route.ends_with("{relatedId}") {
        world.relate().await;
    }
    let (path, body) = (call.ask)(&world.one, &world.other);
    let what = format!("{who:?} ({by:?}): {} {path}", call.method);
    let response = world.answer(who, call.method.clone(), &path, body.as_ref()).await;
    assert_eq!(response.status().as_u16(), expected(call, who), "{what}");
    if call.route.ends_with("/stream") && response.status() == StatusCode::OK {
        return;
    }
    let answer = Answer::of(response).await;
    check_words(&answer, who, &path, &what);
    if matches!(call.guard, Guard::RefusesItems) && answer.status == StatusCode::OK {
        let became = if who.has(Right::Report) { "created" } else { "rejected" };
        assert_eq!(answer.json()["results"][0]["result"], became, "{what}");
    }
}

/// No word of a tenant in the body or the headers of an answer to somebody who may not read there.
fn check_words(answer: &Answer, who: Who, path: &str, what: &str) {
    let everything = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
    // What was asked for may be repeated.
    let everything = everything.replace(path, "");
    assert!(who.has(Right::Read) || !everything.contains(SECRET), "{what}: {everything}");
    assert!(who.reads_elsewhere() || !everything.contains(OTHER_SECRET), "{what}: {everything}");
}
