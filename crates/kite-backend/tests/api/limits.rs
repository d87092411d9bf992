//! Bodies that are too large, requests that take too long, handlers that panic.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Method;
use axum::routing::get;
use futures::stream;
use kite_backend::app::Settings;
use kite_backend::ingest;
use kite_runtime::serve::Server;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Service, issue, pipeline_failure, report, request, with, with_headers};

const MIB: usize = 1024 * 1024;

fn of_size(bytes: usize) -> Body {
    let piece = Bytes::from(vec![b' '; MIB / 16]);
    let pieces = (0..bytes / piece.len()).map(move |_| Ok::<_, std::io::Error>(piece.clone()));
    Body::from_stream(stream::iter(pieces))
}

#[tokio::test]
async fn each_route_has_its_limit_and_says_413_beyond() {
    let service = Service::start().await;
    for (path, limit) in
        [("/api/v1/issues", MIB), ("/api/v1/reports", 4 * MIB), ("/api/v1/webhooks/pipeline-failure", 8 * MIB)]
    {
        service.send(request(Method::POST, path, of_size(limit))).await.expect(400);
        let problem = service.send(request(Method::POST, path, of_size(limit + MIB))).await.expect(413);
        assert_eq!(problem["message"], format!("the body is larger than {limit} bytes"));
        service.send(request(Method::POST, path, of_size(32 * MIB))).await.expect(413);
        service.send(request(Method::POST, path, of_size(128 * MIB))).await.expect(413);
    }
    service.post("/api/v1/issues", &with(issue("a"), json!({"description": "x".repeat(2 * MIB)}))).await.expect(413);
    let long = with(pipeline_failure(), json!({"failureReason": "x".repeat(7 * MIB)}));
    let answer = service.post("/api/v1/webhooks/pipeline-failure", &long).await.expect(201);
    assert!(answer["issue"]["description"].as_str().unwrap().len() <= 65_536, "logs are cut");
    assert_eq!(answer["warnings"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_that_is_packed_is_unpacked() {
    let service = Service::start().await;
    for encoding in ["gzip", "br", "zstd", "deflate", "gzip, identity"] {
        let headers = [("content-type", "application/json"), ("content-encoding", encoding)];
        for path in ["/api/v1/issues", "/api/v1/reports", "/api/v1/webhooks/pipeline-failure"] {
            let bomb = with_headers(Method::POST, path, Body::from(vec![0x1f, 0x8b, 8, 0]), &headers);
            service.send(bomb).await.expect(415);
        }
    }
}

#[tokio::test]
async fn a_thousand_reports_fit_into_a_batch() {
    let service = Service::start().await;
    let reports: Vec<_> = (0..1000).map(|n| report(&format!("c{n}"))).collect();
    let answer = service.post("/api/v1/reports", &json!(reports)).await.expect(200);
    assert!(answer["results"].as_array().unwrap().iter().all(|result| result["result"] == "created"));
    assert_eq!(
        service.get("/api/v1/issues?limit=1000&namespace=team-a").await.expect(200)["data"].as_array().unwrap().len(),
        1000
    );
}

#[tokio::test]
async fn a_panic_is_one_failed_request_and_shows_nothing() {
    let pages = Router::new().route("/panic", get(|| async { panic!("a secret") as &'static str }));
    let service = Service::with(Settings::default(), pages).await;
    let answer = service.get("/panic").await;
    answer.expect(500);
    assert!(!String::from_utf8_lossy(&answer.body).contains("secret"));
    service.get("/api/v1/issues").await.expect(200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_503() {
    let pages = Router::new().route("/slow", get(std::future::pending::<&'static str>));
    let service = Service::with(Settings::default(), pages).await;
    tokio::time::pause();
    let answer = service.get("/slow").await;
    assert_eq!(answer.expect(503)["message"], "the request took too long; try again later");
    assert_eq!(answer.headers["retry-after"], "2");
}

#[tokio::test]
async fn a_client_that_sends_too_much_sees_the_answer() {
    let service = Service::start().await;
    let server = Server::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let serving = tokio::spawn(server.run(service.router.clone(), service.shutdown.token()));
    let mut client = TcpStream::connect(address).await.unwrap();
    let length = 32 * 1024 * 1024;
    let head = format!(
        "POST /api/v1/issues HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(&vec![b' '; length]).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\"status\":413"), "{answer}");
    service.shutdown.trigger();
    assert_eq!(serving.await.unwrap(), 0);
}

#[tokio::test]
async fn a_full_queue_is_answered_503_and_what_was_answered_201_is_stored() {
    let service = Service::with_queue(ingest::Options { submissions: 1, ..ingest::Options::default() }).await;
    let posts = (0..10).map(|number| {
        let failure = with(pipeline_failure(), json!({"pipelineName": format!("shop-{number}")}));
        let service = &service;
        async move { service.post("/api/v1/webhooks/pipeline-failure", &failure).await }
    });
    let answers = futures::future::join_all(posts).await;
    let stored = answers.iter().filter(|answer| answer.status == 201).count();
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert_eq!(stored + refused.len(), 10);
    assert!(stored >= 2 && !refused.is_empty(), "one was on its way and one waited: {stored}");
    assert!(refused.iter().all(|answer| answer.headers.contains_key("retry-after")));
    assert_eq!(service.get("/api/v1/issues").await.expect(200)["total"], stored);
}
