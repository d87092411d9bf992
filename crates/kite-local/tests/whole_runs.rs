//! Whole runs of the program, as a user makes them.

#![cfg(test)]

#[path = "support/running.rs"]
mod running;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Output, Stdio};

use kite_api::IssuePage;
use kite_client::{Client, IssueQuery, Options};

use running::{EXAMPLE, Running, kite};

fn run(arguments: &[&str]) -> Output {
    kite().args(arguments).output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn active(url: &str) -> IssuePage {
    let client = Client::new(url, Options::default()).unwrap();
    client.list_issues(&IssueQuery { states: vec![kite_api::State::Active], ..IssueQuery::default() }).await.unwrap()
}

#[test]
fn the_example_shows_what_is_broken_worst_first() {
    let output = run(&["--from", EXAMPLE, "--exit"]);
    assert!(output.status.success(), "{}", words(&output));
    let table = String::from_utf8(output.stdout.clone()).unwrap();
    let severities: Vec<_> = table.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(severities, ["critical", "major", "major", "major", "major"], "{table}");
    assert!(words(&output).contains("5 issues active (1 critical, 4 major) in 2 namespaces"), "{}", words(&output));
    assert!(!table.contains("checkout"), "a red run that is listed after a later green one is over: {table}");
}

#[tokio::test]
async fn json_is_the_page_that_the_api_gives() {
    let output = run(&["--from", EXAMPLE, "--exit", "-o", "json"]);
    let printed: IssuePage = serde_json::from_slice(&output.stdout).unwrap();
    let running = Running::start(&["--from", EXAMPLE, "--listen", "127.0.0.1:0"]);
    let served = active(&running.url).await;
    let names = |page: &IssuePage| {
        let mut names: Vec<_> = page.data.iter().map(|issue| (issue.title.clone(), issue.scope.clone())).collect();
        names.sort_by(|left, right| left.0.cmp(&right.0));
        names
    };
    assert_eq!((printed.total, names(&printed)), (served.total, names(&served)));
    assert_eq!(running.stop(), Some(0));
}

#[test]
fn a_broken_file_is_named_with_its_line_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(EXAMPLE, folder.path().join("good.yaml")).unwrap();
    std::fs::write(folder.path().join("bad.json"), "{\"kind\": \"List\",\n \"items\": [{\"kind\": \"Pod\", }]}")
        .unwrap();
    let output = run(&["--from", folder.path().to_str().unwrap(), "--exit"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("bad.json:2"), "{}", words(&output));
    assert!(words(&output).contains("5 issues active"), "{}", words(&output));
}

#[test]
fn only_this_machine_is_served() {
    let output = run(&["--listen", "0.0.0.0:0", "--memory"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("nobody signs in"), "{}", words(&output));
}

#[test]
fn a_taken_port_is_said_and_the_next_one_used() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let running = Running::start(&["--memory", "--listen", &taken.local_addr().unwrap().to_string()]);
    assert!(running.words.contains("is taken by another program: using"), "{}", running.words);
    assert_eq!(running.stop(), Some(0));
}

#[tokio::test]
async fn a_data_folder_keeps_its_issues_and_belongs_to_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let read = run(&["--from", EXAMPLE, "--exit", "--data-dir", data]);
    assert!(read.status.success(), "{}", words(&read));
    let running = Running::start(&["--data-dir", data, "--listen", "127.0.0.1:0"]);
    assert_eq!(active(&running.url).await.total, 5);
    let second = run(&["--data-dir", data, "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(words(&second).contains(&running.url), "{}", words(&second));
    assert_eq!(running.stop(), Some(0));
}

#[test]
fn a_temporary_database_is_removed() {
    let temporary = tempfile::tempdir().unwrap();
    let output = kite().args(["--from", EXAMPLE, "--exit"]).env("TMPDIR", temporary.path()).output().unwrap();
    assert!(output.status.success());
    assert!(is_empty(temporary.path()), "something was left behind");
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = kite()
        .args(["--from", EXAMPLE, "--exit", "-o", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_cluster_of_the_current_context_is_looked_at() {
    if kite_test_cluster::is_left_out() {
        return;
    }
    let kubeconfig = kite_test_cluster::shared_kubeconfig().unwrap();
    let arguments = ["--memory", "--exit", "--listen", "127.0.0.1:0", "--namespace", "nothing-is-here"];
    let output = kite().args(arguments).env("KUBECONFIG", kubeconfig).output().unwrap();
    let words = words(&output);
    assert!(output.status.success(), "{words}");
    assert!(
        words.contains("watching the cluster of context") && words.contains("namespace nothing-is-here"),
        "{words}"
    );
    assert!(words.contains("nothing is broken; looked at the cluster in"), "{words}");
}

#[test]
fn without_a_cluster_there_is_nothing_to_print() {
    let output = run(&["--memory", "--exit", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("neither a dump (--from) nor a cluster"), "{}", words(&output));
    let output = run(&["--memory", "--exit", "--context", "nowhere"]);
    assert!(words(&output).contains("read the kubeconfig"), "{}", words(&output));
}
