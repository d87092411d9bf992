//! The table of contents: every path, both spellings, and the document that describes them.

use axum::body::Body;
use axum::http::Method;
use serde_json::Value;

use crate::support::{Service, request};

#[test]
fn the_document_describes_the_interface() {
    insta::assert_json_snapshot!(kite_backend::router::openapi());
}

#[test]
fn the_document_refers_only_to_what_it_holds() {
    let document = serde_json::to_value(kite_backend::router::openapi()).unwrap();
    let mut waiting = vec![&document];
    let mut references = 0;
    while let Some(value) = waiting.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
            references += 1;
        }
        match value {
            Value::Object(fields) => waiting.extend(fields.values()),
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    assert!(references > 50, "{references}");
}

#[tokio::test]
async fn every_path_answers_with_and_without_a_slash_and_never_redirects() {
    let service = Service::start().await;
    let id = service.create(&crate::support::issue("shop")).await["id"].as_str().unwrap().to_owned();
    let document = service.get("/openapi.json").await.expect(200);
    let mut seen = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{id}", &id).replace("{relatedId}", &id).replace("{name}", "pipeline-failure");
        for method in methods.as_object().unwrap().keys().filter(|method| *method != "delete") {
            if path.ends_with("/stream") {
                continue;
            }
            let method: Method = method.to_uppercase().parse().unwrap();
            let plain = service.send(request(method.clone(), &path, Body::from("{}"))).await;
            let slash = service.send(request(method.clone(), &format!("{path}/"), Body::from("{}"))).await;
            assert_eq!(plain.status, slash.status, "{method} {path}");
            assert!(!plain.status.is_redirection() && plain.status.as_u16() != 405, "{method} {path}");
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen}");
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_told_in_json() {
    let service = Service::start().await;
    for path in ["/nothing", "/api/v1", "/api/v1/nothing", "/api/v2/issues", "/api/v1/webhooks/"] {
        service.get(path).await.expect(404);
    }
    let cases = [
        (Method::PATCH, "/api/v1/issues", "GET,HEAD,POST"),
        (Method::DELETE, "/api/v1/issues/", "GET,HEAD,POST"),
        (Method::POST, "/api/v1/health", "GET,HEAD"),
        (Method::GET, "/api/v1/webhooks/pipeline-failure", "POST"),
        (Method::PUT, "/api/v1/reports", "POST"),
    ];
    for (method, path, allowed) in cases {
        let answer = service.send(request(method.clone(), path, Body::empty())).await;
        answer.expect(405);
        assert_eq!(answer.headers["allow"], allowed, "{method} {path}");
    }
}
