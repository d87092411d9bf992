//! The client against a server that answers as told.

#![cfg(test)]

use std::{fs, net::TcpListener, time::Duration};

use futures::StreamExt as _;
use kite_api::{CreateIssue, Report};
use kite_client::{Client, ClientError, Event, Impersonation, IssueQuery, Options, Place, Token};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{any, header, method, path, query_param},
};

fn quick() -> Options {
    Options { retries: 2, first_pause: Duration::from_millis(1), ..Options::default() }
}

fn client(server: &MockServer) -> Client {
    Client::new(&server.uri(), quick()).unwrap()
}

async fn server_that_says(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

fn keys(requests: &[Request]) -> Vec<&str> {
    let keys = requests.iter().map(|request| &request.headers["idempotency-key"]);
    keys.map(|key| key.to_str().unwrap()).collect()
}

fn empty_page() -> Value {
    json!({"data": [], "total": 0, "limit": 50, "offset": 0})
}

#[tokio::test]
async fn a_list_sends_its_filters_and_the_token() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/kite/api/v1/issues"))
        .and(query_param("search", "50% & more"))
        .and(header("authorization", "Bearer s3cret"))
        .respond_with(ResponseTemplate::new(200).set_body_json(empty_page()))
        .mount(&server)
        .await;
    let options = Options { token: Some(Token::Fixed("s3cret".into())), ..quick() };
    let client = Client::new(&format!("{}/kite/", server.uri()), options).unwrap();
    let query = IssueQuery { search: Some("50% & more".to_owned()), ..IssueQuery::default() };

    assert_eq!(client.list_issues(&query).await.unwrap().total, 0);

    assert!(!format!("{client:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_token_file_is_read_for_each_request() {
    let server = server_that_says(ResponseTemplate::new(204)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let options = Options { token: Some(Token::File(file.clone())), ..quick() };
    let client = Client::new(&server.uri(), options).unwrap();
    for token in ["first", "second"] {
        fs::write(&file, format!("{token}\n")).unwrap();
        client.delete_issue(Uuid::nil()).await.unwrap();
    }
    fs::remove_file(&file).unwrap();
    let error = client.delete_issue(Uuid::nil()).await.unwrap_err();

    assert!(matches!(error, ClientError::Token { .. }));
    let sent = requests(&server).await;
    let sent: Vec<_> = sent.iter().map(|each| &each.headers["authorization"]).collect();
    assert_eq!(sent, ["Bearer first", "Bearer second"]);
}

#[tokio::test]
async fn reading_goes_on_after_the_server_was_busy() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(503).insert_header("retry-after", "0"))
        .up_to_n_times(2)
        .mount(&server)
        .await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(empty_page())).mount(&server).await;

    let page = client(&server).list_issues(&IssueQuery::default()).await;

    assert!(page.is_ok());
    assert_eq!(requests(&server).await.len(), 3);
}

#[tokio::test]
async fn reports_are_sent_again_under_the_same_key() {
    let server = server_that_says(ResponseTemplate::new(502)).await;
    let client = client(&server);

    let error = client.send_reports(&[Report::default()]).await.unwrap_err();
    assert!(matches!(error, ClientError::Overloaded { status: 502, .. }));
    client.webhook("pipeline-failure", &json!({})).await.unwrap_err();
    client.create_issue(&CreateIssue::default()).await.unwrap_err();

    let sent = requests(&server).await;
    let mut keys = keys(&sent);
    assert_eq!(keys.len(), 9);
    keys.dedup();
    assert_eq!(keys.len(), 3);
}

#[tokio::test]
async fn a_persons_word_is_not_sent_twice() {
    let server = server_that_says(ResponseTemplate::new(503)).await;
    let resolved = client(&server).resolve_issue(Uuid::nil(), Some("fixed")).await;
    assert!(resolved.is_err());
    assert_eq!(requests(&server).await.len(), 1);
}

#[tokio::test]
async fn results_are_numbered_over_all_batches() {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/reports"))
        .respond_with(|request: &Request| {
            let reports: Vec<Value> = serde_json::from_slice(&request.body).unwrap();
            let results = 0..reports.len();
            let results = results.map(|index| json!({"index": index, "result": "created"}));
            let results: Vec<_> = results.collect();
            ResponseTemplate::new(200).set_body_json(json!({"results": results}))
        })
        .mount(&server)
        .await;

    let results = client(&server).send_reports(&vec![Report::default(); 1500]).await;

    let indices: Vec<_> = results.unwrap().iter().map(|result| result.index).collect();
    assert!(indices.into_iter().eq(0..1500));
    assert_eq!(requests(&server).await.len(), 2);
}

#[tokio::test]
async fn a_batch_answer_that_lacks_results_is_an_error() {
    let answer = ResponseTemplate::new(200).set_body_json(json!({"results": []}));
    let server = server_that_says(answer).await;
    let results = client(&server).send_reports(&[Report::default()]).await;
    assert!(matches!(results, Err(ClientError::Protocol { .. })));
}

#[tokio::test]
async fn health_is_read_also_when_it_is_bad() {
    let health = json!({
        "status": "DOWN", "message": "no database",
        "timestamp": "2026-01-01T00:00:00Z", "components": {}
    });
    let server = server_that_says(ResponseTemplate::new(503).set_body_json(health)).await;
    assert_eq!(client(&server).health().await.unwrap().status, "DOWN");
}

#[tokio::test]
async fn a_stream_that_was_cut_off_goes_on_where_it_ended() {
    let server = MockServer::start().await;
    let change = json!({"id": "c", "at": "2020-01-01T00:00:00Z", "reason": "recovered"});
    let told = json!({"issueId": Uuid::nil(), "namespace": "team-a", "change": change});
    let events = format!(
        ": still there\n\nid: one\nretry: 2000\n\nid: two\nevent: deleted\ndata: {told}\n\nevent: newer\ndata: x\n\n\
         event: reset\nid: three\ndata: {{}}\n\nid: never\nevent: iss"
    );
    Mock::given(path("/api/v1/stream"))
        .and(query_param("namespace", "team-a"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(events, "text/event-stream"))
        .mount(&server)
        .await;
    let query = IssueQuery { namespace: Some("team-a".to_owned()), limit: Some(1), ..IssueQuery::default() };
    let (client, mut place) = (client(&server), Place::default());

    for _ in 0..2 {
        let events: Vec<_> = client.follow(&query, &mut place).await.unwrap().map(Result::unwrap).collect().await;
        assert!(matches!(events.as_slice(), [Event::Connected, Event::Deleted(_), Event::Reset]), "{events:?}");
    }

    let sent = requests(&server).await;
    assert_eq!(sent[0].headers.get("last-event-id"), None);
    assert_eq!(sent[1].headers["last-event-id"], "three", "half of an event does not count");
    assert_eq!(sent[0].url.query(), Some("namespace=team-a"), "a stream has no pages");
}

#[tokio::test]
async fn a_stream_of_something_else_is_an_error() {
    let events = ResponseTemplate::new(200).set_body_raw("event: issue\ndata: <html>\n\n", "text/event-stream");
    let server = server_that_says(events).await;
    let (client, mut place) = (client(&server), Place::default());
    let events: Vec<_> = client.follow(&IssueQuery::default(), &mut place).await.unwrap().collect().await;
    assert!(matches!(events.as_slice(), [Err(ClientError::Protocol { .. })]), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_whose_beginning_does_not_come_is_given_up() {
    // Connections are made, and nobody answers.
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.local_addr().unwrap());
    let options = Options { connect_timeout: Duration::from_hours(24), ..quick() };
    let (client, mut place) = (Client::new(&address, options).unwrap(), Place::default());
    let begin = Instant::now();
    let answer = client.follow(&IssueQuery::default(), &mut place).await.map(drop);
    assert!(matches!(answer, Err(ClientError::Protocol { .. })), "{answer:?}");
    assert!(begin.elapsed() < Duration::from_mins(1));
}

#[tokio::test]
async fn somebody_else_is_named_with_all_groups() {
    let server = server_that_says(ResponseTemplate::new(204)).await;
    let impersonate = Some(Impersonation { user: "jane".to_owned(), groups: vec!["a".to_owned(), "b".to_owned()] });
    let client = Client::new(&server.uri(), Options { impersonate, ..quick() }).unwrap();
    client.delete_issue(Uuid::nil()).await.unwrap();
    let headers = &requests(&server).await[0].headers;
    let groups: Vec<_> = headers.get_all("impersonate-group").iter().collect();
    assert_eq!(headers["impersonate-user"], "jane");
    assert_eq!(groups, ["a", "b"]);
}

#[tokio::test]
async fn the_name_of_a_webhook_cannot_leave_its_place_in_the_path() {
    let server = server_that_says(ResponseTemplate::new(200).set_body_json(json!({}))).await;
    client(&server).webhook("../issues?a=b", &json!({})).await.unwrap();
    let sent = requests(&server).await;
    assert_eq!(sent[0].url.path(), "/api/v1/webhooks/..%2Fissues%3Fa=b");
}

#[tokio::test]
async fn the_key_of_a_cause_is_one_segment_of_the_path() {
    let server = server_that_says(ResponseTemplate::new(404)).await;
    let asked = client(&server).get_cause("cve/CVE-2024-1?x#y", Some("team-a")).await;
    assert!(asked.is_err());
    let requests = requests(&server).await;
    assert_eq!(requests[0].url.path(), "/api/v1/causes/cve%2FCVE-2024-1%3Fx%23y");
    assert_eq!(requests[0].url.query(), Some("namespace=team-a"));
}
