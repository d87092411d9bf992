//! Programs that are killed in the middle: whatever was answered is there, once.

#![cfg(test)]

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use kite_api::{IssuePage, State};
use kite_client::{Client, ClientError, IssueQuery, Options};
use kite_postgres_server::{Installation, Server};
use kite_store::testing::Temporary;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

const PATIENCE: Duration = Duration::from_mins(1);
const IDENTITIES: usize = 10;

/// A `kite-backend` of its own process.
struct Backend {
    child: Child,
    url: String,
}

impl Backend {
    async fn start(database: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kite-backend"))
            .env("KITE_DATABASE_URL", database)
            .env("KITE_PORT", "0")
            .env("KITE_LOG_FORMAT", "json")
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                let line: serde_json::Value = serde_json::from_str(&line).unwrap();
                if line["message"] == "listening" {
                    return line["url"].as_str().unwrap().to_owned();
                }
            }
            panic!("it ended without listening");
        };
        let url = timeout(PATIENCE, listening).await.expect("it listens");
        // Nobody reads on, so that the log must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, url }
    }

    async fn kill9(&mut self) {
        self.child.kill().await.unwrap();
    }

    async fn terminate(&mut self) -> Option<i32> {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        timeout(Duration::from_secs(10), self.child.wait()).await.expect("it stops in time").unwrap().code()
    }

    fn client(&self) -> Client {
        Client::new(&self.url, Options { retries: 0, ..Options::default() }).unwrap()
    }
}

async fn report(client: &Client, number: usize) -> Result<(), ClientError> {
    let payload = json!({"pipelineName": format!("pipeline-{}", number % IDENTITIES), "namespace": "team-a",
        "failureReason": "it broke", "runId": format!("run-{number}")});
    client.webhook("pipeline-failure", &payload).await.map(drop)
}

/// Sends numbered reports over several connections until one of them fails. Gives the answered ones.
async fn send_until_it_fails(client: &Client, from: usize) -> Vec<usize> {
    let senders = (0..4).map(|sender| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut answered = Vec::new();
            for number in (from + sender..).step_by(4) {
                match report(&client, number).await {
                    Ok(()) => answered.push(number),
                    Err(_) => break,
                }
            }
            answered
        })
    });
    let mut answered = Vec::new();
    for sender in senders.collect::<Vec<_>>() {
        answered.extend(timeout(PATIENCE, sender).await.expect("the sender ends").unwrap());
    }
    answered
}

/// Failed runs by pipeline, as soon as the list can be read: after a crash of the database each
/// connection notices it once.
async fn counts(client: &Client) -> BTreeMap<String, u64> {
    let query = IssueQuery { namespace: Some("team-a".to_owned()), ..IssueQuery::default() };
    let reading = async {
        loop {
            match client.list_issues(&query).await {
                Err(ClientError::Overloaded { .. }) => {}
                page => return page.unwrap(),
            }
        }
    };
    let IssuePage { data, .. } = timeout(PATIENCE, reading).await.expect("the list can be read");
    data.into_iter().map(|issue| (issue.scope.resource_name, issue.count)).collect()
}

fn expected(numbers: &[usize]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for number in numbers {
        *counts.entry(format!("pipeline-{}", number % IDENTITIES)).or_insert(0) += 1;
    }
    counts
}

async fn kill_the_backend_under_load(database: &str) {
    let mut backend = Backend::start(database).await;
    let client = backend.client();
    let sending = tokio::spawn(async move { send_until_it_fails(&client, 0).await });
    let client = backend.client();
    while counts(&client).await.values().sum::<u64>() < 50 {
        assert!(!sending.is_finished(), "reports are taken in until the kill");
    }
    backend.kill9().await;
    let answered = sending.await.unwrap();
    assert!(answered.len() >= 45, "{} were answered", answered.len());

    let backend = Backend::start(database).await;
    let client = backend.client();
    let (stored, least) = (counts(&client).await, expected(&answered));
    assert!(least.iter().all(|(name, count)| stored[name] >= *count), "stored {stored:?}, answered {least:?}");
    let all: Vec<usize> = (0..answered.iter().max().unwrap() + 5).collect();
    for number in &all {
        report(&client, *number).await.unwrap();
    }
    assert_eq!(counts(&client).await, expected(&all), "the replay counts every run once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_backend_answered_is_there_once_on_sqlite() {
    kill_the_backend_under_load(&Temporary::sqlite().url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_backend_answered_is_there_once_on_postgres() {
    if let Some(database) = Temporary::postgres().await {
        kill_the_backend_under_load(&database.url).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_postgres_means_503_and_then_recovery_without_a_restart() {
    if kite_postgres_server::is_left_out() {
        return;
    }
    let server = Server::start(Installation::find().unwrap(), &kite_postgres_server::Options::default()).unwrap();
    let backend = Backend::start(&server.url()).await;
    let client = backend.client();
    let sending = tokio::spawn({
        let client = client.clone();
        async move { send_until_it_fails(&client, 0).await }
    });
    while counts(&client).await.values().sum::<u64>() < 50 {
        assert!(!sending.is_finished(), "reports are taken in until the kill");
    }
    server.kill9().unwrap();
    let answered = sending.await.unwrap();
    let began = Instant::now();
    match report(&client, 1_000_000).await {
        Err(ClientError::Overloaded { status, retry_after, .. }) => assert!(status == 503 && retry_after.is_some()),
        other => panic!("{other:?} is not a 503"),
    }
    assert!(began.elapsed() < Duration::from_secs(15), "the answer took {:?}", began.elapsed());

    server.restart().unwrap();
    let recovering = async { while report(&client, 1_000_000).await.is_err() {} };
    timeout(PATIENCE, recovering).await.expect("it recovers by itself");
    let (stored, least) = (counts(&client).await, expected(&answered));
    assert!(least.iter().all(|(name, count)| stored[name] >= *count), "stored {stored:?}, answered {least:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_backends_make_one_issue_per_identity() {
    let Some(database) = Temporary::postgres().await else { return };
    let (one, other) = tokio::join!(Backend::start(&database.url), Backend::start(&database.url));
    let clients = [one.client(), other.client()];
    let sending = (0..400).map(|number| {
        let client = clients[number % 2].clone();
        tokio::spawn(async move { report(&client, number).await })
    });
    for sent in sending.collect::<Vec<_>>() {
        sent.await.unwrap().unwrap();
    }
    assert_eq!(counts(&clients[0]).await, expected(&(0..400).collect::<Vec<_>>()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn identical_payloads_over_two_backends_take_effect_in_the_order_of_their_answers() {
    let Some(database) = Temporary::postgres().await else { return };
    let (one, other) = tokio::join!(Backend::start(&database.url), Backend::start(&database.url));
    let failure = json!({"pipelineName": "p", "namespace": "team-a", "failureReason": "it broke"});
    let success = json!({"pipelineName": "p", "namespace": "team-a"});
    let steps = [(&one, true), (&other, false), (&one, true), (&other, false), (&other, true), (&one, false)];
    for (backend, fails) in steps {
        let client = backend.client();
        let (name, payload) = if fails { ("pipeline-failure", &failure) } else { ("pipeline-success", &success) };
        client.webhook(name, payload).await.unwrap();
        let page = client.list_issues(&IssueQuery::default()).await.unwrap();
        let state = if fails { State::Active } else { State::Resolved };
        assert_eq!((page.data.len(), page.data[0].state), (1, state));
    }
    let page = one.client().list_issues(&IssueQuery::default()).await.unwrap();
    assert_eq!((page.data[0].episodes, page.data[0].count), (3, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_that_is_told_to_stop_answers_what_it_accepted_and_ends() {
    let database = Temporary::sqlite();
    let mut backend = Backend::start(&database.url).await;
    let client = backend.client();
    let sending = tokio::spawn(async move { send_until_it_fails(&client, 0).await });
    let client = backend.client();
    while counts(&client).await.values().sum::<u64>() < 20 {}
    assert_eq!(backend.terminate().await, Some(0));
    let answered = sending.await.unwrap();
    let backend = Backend::start(&database.url).await;
    let stored = counts(&backend.client()).await;
    assert!(expected(&answered).iter().all(|(name, count)| stored[name] >= *count));
}
