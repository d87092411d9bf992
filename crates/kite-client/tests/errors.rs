//! What callers are told when something is wrong.

#![cfg(test)]

use std::{fs, net::TcpListener, time::Duration};

use kite_client::{Client, ClientError, Options};
use kite_runtime::{
    health::{self, Health, Readiness},
    serve::Server,
    tls::MountedCertificate,
};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

fn quick() -> Options {
    Options { retries: 1, first_pause: Duration::from_millis(1), ..Options::default() }
}

async fn error_for(answer: ResponseTemplate) -> ClientError {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = Client::new(&server.uri(), quick()).unwrap();
    client.get_issue(Uuid::nil()).await.unwrap_err()
}

#[tokio::test]
async fn each_status_becomes_what_the_caller_can_do() {
    for (status, expected) in [
        (400, "Refused"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (409, "Refused"),
        (413, "Refused"),
        (422, "Refused"),
        (429, "Overloaded"),
        (500, "Protocol"),
        (502, "Overloaded"),
        (503, "Overloaded"),
        (504, "Overloaded"),
        (302, "Protocol"),
    ] {
        let error = error_for(ResponseTemplate::new(status)).await;
        assert!(format!("{error:?}").starts_with(expected), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn a_problem_is_shown_with_every_wrong_field_and_the_request() {
    let problem = json!({
        "type": "about:blank", "title": "Unprocessable Content", "status": 422,
        "detail": "the request has wrong fields", "error": "", "message": "", "requestId": "r-1",
        "details": [{"field": "title", "message": "is missing"}]
    });
    let error = error_for(ResponseTemplate::new(422).set_body_json(problem)).await;
    assert_eq!(
        error.to_string(),
        "get the request accepted: the request has wrong fields; `title`: is missing (request r-1)"
    );
}

#[tokio::test]
async fn a_proxys_page_is_not_taken_for_a_problem() {
    let answer = ResponseTemplate::new(403).set_body_string("<html>");
    let error = error_for(answer).await;
    assert_eq!(error.problem().unwrap().detail, "Forbidden");
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_a_protocol_error() {
    let error = error_for(ResponseTemplate::new(200).set_body_string("<html>")).await;
    assert!(matches!(error, ClientError::Protocol { status: 200, .. }));
}

#[tokio::test]
async fn a_server_that_takes_too_long_is_unreachable() {
    let server = MockServer::start().await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_mins(10));
    Mock::given(any()).respond_with(late).mount(&server).await;
    let options = Options { timeout: Duration::from_millis(20), ..quick() };
    let client = Client::new(&server.uri(), options).unwrap();
    let error = client.version().await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable_and_named() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::new(&format!("http://{address}"), quick()).unwrap();
    let error = client.resolve_issue(Uuid::nil(), None).await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }));
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[test]
fn a_wrong_address_is_named() {
    for address in ["kite.example.com", "ftp://kite", "http://user:secret@kite"] {
        let error = Client::new(address, Options::default()).unwrap_err();
        assert!(matches!(error, ClientError::Settings { .. }), "{address}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (cert_path, key_path) = (folder.path().join("crt"), folder.path().join("key"));
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&cert_path, cert.pem()).unwrap();
    fs::write(&key_path, signing_key.serialize_pem()).unwrap();
    let mounted = MountedCertificate::load(cert_path, key_path).await.unwrap();
    let server = Server::bind("localhost:0").await.unwrap();
    let server = server.with_tls(mounted.server_config().unwrap());
    let url = format!("https://localhost:{}", server.local_addr().unwrap().port());
    let health = Health::new(CancellationToken::new(), async || Readiness::ready());
    tokio::spawn(server.run(health::router(health), CancellationToken::new()));

    let trusting = Options { ca: Some(cert.pem().into_bytes()), ..quick() };
    let trusted = Client::new(&url, trusting).unwrap().version().await;
    let doubted = Client::new(&url, quick()).unwrap().version().await;

    assert!(matches!(trusted, Err(ClientError::NotFound(_))), "{trusted:?}");
    assert!(matches!(doubted, Err(ClientError::Unreachable { .. })));
}

#[test]
fn an_authority_must_be_a_certificate() {
    let options = Options { ca: Some(b"nothing".to_vec()), ..quick() };
    let client = Client::new("https://localhost", options);
    assert!(matches!(client, Err(ClientError::Settings { .. })));
}
