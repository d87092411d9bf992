//! Every route, and how it answers to whom.

use axum::http::Method;
use serde_json::{Value, json};

use super::who::{Right, Who};
use crate::support::{issue, mintmaker, pipeline_failure, pipeline_success, release_failure, report};

/// How a route answers to those who may not.
#[derive(Clone, Copy, Debug)]
pub enum Guard {
    /// Tells everybody the same, strangers too.
    Public,
    /// Tells everybody who signs in the same.
    SignedIn,
    /// Shows what the caller may read, and nothing else.
    Shows,
    /// As if there were nothing, to those who may not read; otherwise refuses who has not the right.
    Hides(Right),
    /// Refuses.
    Refuses(Right),
    /// Refuses each item.
    RefusesItems,
}

/// One way to call a route.
pub struct Call {
    pub method: Method,
    pub route: &'static str,
    pub guard: Guard,
    /// The path and body, given two issues of `team-a`.
    pub ask: fn(&str, &str) -> (String, Option<Value>),
    pub success: u16,
}

fn call(
    method: Method,
    route: &'static str,
    guard: Guard,
    success: u16,
    ask: fn(&str, &str) -> (String, Option<Value>),
) -> Call {
    Call { method, route, guard, ask, success }
}

/// At least one call of each route.
pub fn calls() -> Vec<Call> {
    everything_else().into_iter().chain(trends_and_sources()).chain(causes()).collect()
}

fn trends_and_sources() -> Vec<Call> {
    use Guard::{Refuses, Shows};
    let get = Method::GET;
    vec![
        call(get.clone(), "/api/v1/trends", Shows, 200, |_, _| ("/api/v1/trends".into(), None)),
        call(get.clone(), "/api/v1/trends", Shows, 200, |_, _| ("/api/v1/trends?search=zebra&days=90".into(), None)),
        call(get.clone(), "/api/v1/trends", Refuses(Right::Read), 200, |_, _| {
            ("/api/v1/trends?namespace=team-a".into(), None)
        }),
        call(get.clone(), "/api/v1/access", Guard::SignedIn, 200, |_, _| ("/api/v1/access".into(), None)),
        call(get.clone(), "/api/v1/access", Guard::SignedIn, 200, |_, _| {
            ("/api/v1/access?namespace=team-a".into(), None)
        }),
        call(get.clone(), "/api/v1/sources", Shows, 200, |_, _| ("/api/v1/sources".into(), None)),
        call(get.clone(), "/api/v1/sources", Refuses(Right::Read), 200, |_, _| {
            ("/api/v1/sources?namespace=team-a".into(), None)
        }),
    ]
}

fn causes() -> Vec<Call> {
    use Guard::{Hides, Refuses, Shows};
    const CAUSES: &str = "/api/v1/causes";
    const ONE: &str = "/api/v1/causes/{key}";
    const DECISIONS: &str = "/api/v1/cause-decisions";
    let get = Method::GET;
    vec![
        call(get.clone(), CAUSES, Shows, 200, |_, _| ("/api/v1/causes".into(), None)),
        call(get.clone(), CAUSES, Shows, 200, |_, _| ("/api/v1/causes?search=zebra&limit=1".into(), None)),
        call(get.clone(), CAUSES, Shows, 200, |_, _| ("/api/v1/causes/?state=RESOLVED&severity=major".into(), None)),
        call(get.clone(), CAUSES, Refuses(Right::Read), 200, |_, _| ("/api/v1/causes?namespace=team-a".into(), None)),
        call(get.clone(), ONE, Hides(Right::Read), 200, |_, _| ("/api/v1/causes/zebra%2Fcause".into(), None)),
        call(get.clone(), ONE, Hides(Right::Read), 200, |_, _| {
            ("/api/v1/causes/zebra%2Fcause?namespace=team-a".into(), None)
        }),
        call(get.clone(), DECISIONS, Shows, 200, |_, _| ("/api/v1/cause-decisions".into(), None)),
        call(get.clone(), DECISIONS, Refuses(Right::Read), 200, |_, _| {
            ("/api/v1/cause-decisions?namespace=team-a".into(), None)
        }),
        call(Method::POST, DECISIONS, Refuses(Right::Edit), 200, |_, _| {
            let merge = json!({"namespace": "team-a", "cause": "zebra/cause", "into": "known/flaky"});
            ("/api/v1/cause-decisions".into(), Some(merge))
        }),
        call(Method::POST, DECISIONS, Refuses(Right::Edit), 200, |id, _| {
            let split = json!({"namespace": "team-a", "cause": "shared/library", "issues": [id]});
            ("/api/v1/cause-decisions?namespace=team-a".into(), Some(split))
        }),
        call(get, ONE, Hides(Right::Read), 200, |_, _| {
            ("/api/v1/causes/shared%2Flibrary?namespace=team-a".into(), None)
        }),
    ]
}

fn everything_else() -> Vec<Call> {
    use Guard::{Hides, Public, Refuses, RefusesItems, Shows, SignedIn};
    const ISSUES: &str = "/api/v1/issues";
    const ONE: &str = "/api/v1/issues/{id}";
    const WEBHOOK: &str = "/api/v1/webhooks/{name}";
    let (get, post, put, delete) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    let webhook = |success, ask| call(Method::POST, WEBHOOK, Refuses(Right::Report), success, ask);
    vec![
        call(get.clone(), "/api/v1/health", Public, 200, |_, _| ("/api/v1/health".into(), None)),
        call(get.clone(), "/api/v1/version", SignedIn, 200, |_, _| ("/api/v1/version".into(), None)),
        call(get.clone(), ISSUES, Shows, 200, |_, _| ("/api/v1/issues?state=ACTIVE&sort=severity".into(), None)),
        call(get.clone(), ISSUES, Shows, 200, |_, _| ("/api/v1/issues?search=zebra".into(), None)),
        call(get.clone(), ISSUES, Refuses(Right::Read), 200, |_, _| ("/api/v1/issues/?namespace=team-a".into(), None)),
        call(get.clone(), "/api/v1/issues/summary", Shows, 200, |_, _| ("/api/v1/issues/summary".into(), None)),
        call(get.clone(), "/api/v1/issues/summary", Refuses(Right::Read), 200, |_, _| {
            ("/api/v1/issues/summary?namespace=team-a".into(), None)
        }),
        call(get.clone(), "/api/v1/stream", Shows, 200, |_, _| ("/api/v1/stream".into(), None)),
        call(get.clone(), "/api/v1/stream", Refuses(Right::Read), 200, |_, _| {
            ("/api/v1/stream?namespace=team-a".into(), None)
        }),
        call(get.clone(), ONE, Hides(Right::Read), 200, |id, _| (format!("/api/v1/issues/{id}"), None)),
        call(get.clone(), ONE, Hides(Right::Read), 200, |id, _| {
            (format!("/api/v1/issues/{id}?namespace=team-a"), None)
        }),
        call(get, "/api/v1/issues/{id}/history", Hides(Right::Read), 200, |id, _| {
            (format!("/api/v1/issues/{id}/history"), None)
        }),
        call(post.clone(), ISSUES, Refuses(Right::Edit), 201, |_, _| ("/api/v1/issues".into(), Some(issue("new")))),
        call(post.clone(), ISSUES, Refuses(Right::Edit), 201, |_, _| {
            ("/api/v1/issues?namespace=team-a".into(), Some(issue("new")))
        }),
        call(put, ONE, Hides(Right::Edit), 200, |id, _| {
            (format!("/api/v1/issues/{id}"), Some(json!({"severity": "minor"})))
        }),
        call(delete.clone(), ONE, Hides(Right::Delete), 204, |id, _| (format!("/api/v1/issues/{id}"), None)),
        call(post.clone(), "/api/v1/issues/{id}/resolve", Hides(Right::Edit), 200, |id, _| {
            (format!("/api/v1/issues/{id}/resolve"), Some(json!({})))
        }),
        call(post.clone(), "/api/v1/issues/{id}/related", Hides(Right::Edit), 201, |id, other| {
            (format!("/api/v1/issues/{id}/related"), Some(json!({"relatedId": other})))
        }),
        call(delete, "/api/v1/issues/{id}/related/{relatedId}", Hides(Right::Edit), 204, |id, other| {
            (format!("/api/v1/issues/{id}/related/{other}"), None)
        }),
        call(post, "/api/v1/reports", RefusesItems, 200, |_, _| {
            ("/api/v1/reports".into(), Some(json!([report("new")])))
        }),
        call(Method::POST, "/api/v1/reports", Refuses(Right::Report), 200, |_, _| {
            ("/api/v1/reports?namespace=team-a".into(), Some(json!([])))
        }),
        webhook(201, |_, _| ("/api/v1/webhooks/pipeline-failure".into(), Some(pipeline_failure()))),
        webhook(200, |_, _| ("/api/v1/webhooks/pipeline-success".into(), Some(pipeline_success()))),
        webhook(201, |_, _| ("/api/v1/webhooks/release-failure".into(), Some(release_failure()))),
        webhook(200, |_, _| {
            let released = json!({"application": "shop", "namespace": "team-a"});
            ("/api/v1/webhooks/release-success".into(), Some(released))
        }),
        webhook(201, |_, _| ("/api/v1/webhooks/mintmaker-custom".into(), Some(mintmaker("error")))),
    ]
}

/// The status that somebody must get.
pub fn expected(call: &Call, who: Who) -> u16 {
    match (call.guard, who) {
        (Guard::Public, Who::Nobody) => call.success,
        (_, who) if who.is_a_stranger() => 401,
        (Guard::Public | Guard::SignedIn | Guard::Shows | Guard::RefusesItems, _) => call.success,
        (Guard::Hides(_), who) if !who.has(Right::Read) => 404,
        (Guard::Hides(right) | Guard::Refuses(right), who) => {
            if who.has(right) {
                call.success
            } else {
                403
            }
        }
    }
}
