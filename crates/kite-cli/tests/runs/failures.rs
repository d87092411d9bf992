//! What goes wrong, and what a person and a script are told.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::fake::Fake;
use crate::support::{Ran, World, kite};

fn ask(url: &str, arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    kite(folder.path()).args(arguments).env("KITE_SERVER", url).output().unwrap().into()
}

/// What a list gives when the server answers like this.
fn list_when(answer: ResponseTemplate) -> Ran {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        server
    });
    ask(&server.uri(), &["list", "--request-timeout", "1"])
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = ask(&format!("http://{address}"), &["list"]);
    assert_snapshot!(ran.shown());
}

#[test]
fn each_answer_of_a_server_has_its_exit_code_and_a_hint() {
    let problem = |status: u16| {
        ResponseTemplate::new(status).set_body_json(json!({"error": "e", "message": format!("because of {status}")}))
    };
    for (answer, code) in [
        (problem(400), 2),
        (problem(401), 4),
        (problem(403), 4),
        (problem(404), 1),
        (problem(429).insert_header("retry-after", "0"), 3),
        (problem(500), 3),
        (problem(503).insert_header("retry-after", "0"), 3),
        (ResponseTemplate::new(200).set_body_string("{\"data\": [{\"id\""), 3),
        (ResponseTemplate::new(200).set_body_string("<html>a proxy's page</html>"), 3),
        (ResponseTemplate::new(302), 3),
        (ResponseTemplate::new(200).set_delay(Duration::from_mins(10)), 3),
    ] {
        let ran = list_when(answer);
        assert_eq!(ran.code, code, "{ran:?}");
        let lines: Vec<_> = ran.words.lines().collect();
        assert!(lines[0].starts_with("error: "), "{ran:?}");
        assert!(lines.len() <= 2 && lines.iter().skip(1).all(|line| line.starts_with("hint: ")), "{ran:?}");
        assert!(ran.data.is_empty(), "{ran:?}");
    }
}

#[test]
fn a_newer_server_is_understood_and_an_older_one_is_named_as_such() {
    let issue = json!({
        "id": "01a21ab7-2fef-77b6-8721-7d12e69a91ae", "title": "It failed", "description": "", "severity": "major",
        "issueType": "build", "state": "ACTIVE", "detectedAt": "2020-01-01T00:00:00Z", "resolvedAt": null,
        "namespace": "team-a", "scopeId": "01a21ab7-2fef-77b6-8721-7d12e69a91ae", "links": [], "relatedFrom": [],
        "scope": {"id": "01a21ab7-2fef-77b6-8721-7d12e69a91ae", "resourceType": "component", "resourceName": "shop",
            "resourceNamespace": "team-a"},
        "relatedTo": [], "createdAt": "2020-01-01T00:00:00Z", "updatedAt": "2020-01-01T00:00:00Z",
    });
    let mut newer = issue.clone();
    let more = json!({
        "cluster": "", "variant": "", "labels": {}, "count": 1, "episodes": 1, "lastFailedAt": "2020-01-01T00:00:00Z",
        "runId": "1", "cause": null, "reason": null, "dueAt": null, "expiresAt": null, "somethingNew": [1]
    });
    newer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let page =
        |issue| ResponseTemplate::new(200).set_body_json(json!({"data": [issue], "total": 1, "limit": 1, "offset": 0}));
    assert!(list_when(page(newer)).fine().contains("component/shop"));
    let ran = list_when(page(issue));
    assert_eq!(ran.code, 3);
    assert!(ran.words.contains("hint: is this the address of KITE, and of this program's version?"), "{ran:?}");
}

#[test]
fn whoever_has_no_token_or_no_right_is_told_so() {
    let world = World::with_tokens();
    assert_snapshot!("no_token", world.run(&["list"]).shown());
    let with_token = |arguments: &[&str]| -> Ran {
        world.kite().env("KITE_TOKEN", "sesame\n").args(arguments).output().unwrap().into()
    };
    with_token(&["list"]).fine();
    assert_snapshot!("no_right", with_token(&["list", "-n", "team-b"]).shown());
    let file = world.folder.path().join("token");
    std::fs::write(&file, "sesame").unwrap();
    world.run(&["list", "--token-file", file.to_str().unwrap()]).fine();
    let ran = world.run(&["list", "--token-file", "/nonexistent/token"]);
    assert!(ran.code == 4 && ran.words.contains("read the token from `/nonexistent/token`"), "{ran:?}");
}

#[test]
fn a_doctor_finds_what_is_wrong_and_says_what_helps() {
    let world = World::with_issues();
    assert_snapshot!("healthy", world.run(&["doctor"]).shown());
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = ask(&format!("http://{address}"), &["doctor"]);
    assert!(ran.code == 3 && ran.data.contains("not ok  server: http://"), "{ran:?}");
    let guarded = World::with_tokens();
    let ran = guarded.run(&["doctor"]);
    assert!(ran.code == 4 && ran.data.contains("not ok  failed to sign in"), "{ran:?}");
}

#[test]
fn a_doctor_sees_a_wrong_clock_and_another_version() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let health = json!({"status": "UP", "message": "", "timestamp": "2020-01-01T00:00:00Z", "components": {}});
        let version = json!({"version": "7.0.0", "name": "kite", "description": ""});
        let page = json!({"data": [], "total": 0, "limit": 1, "offset": 0});
        for (at, answer) in [("/api/v1/health", health), ("/api/v1/version", version), ("/api/v1/issues", page)] {
            Mock::given(path(at)).respond_with(ResponseTemplate::new(200).set_body_json(answer)).mount(&server).await;
        }
        server
    });
    let ran = ask(&server.uri(), &["doctor"]);
    assert_eq!(ran.code, 1);
    assert!(ran.data.contains("not ok  clock: ") && ran.data.contains("not ok  version: "), "{ran:?}");
}

#[test]
fn a_doctor_s_exit_code_is_that_of_the_worst_finding() {
    let fake = Fake::start();
    let health = json!({"status": "UP", "message": "", "timestamp": "2020-01-01T00:00:00Z", "components": {}});
    fake.answer("/health", health);
    fake.mount(Mock::given(path("/api/v1/issues")).respond_with(ResponseTemplate::new(403)));
    let ran = fake.run(&["doctor"]);
    assert!(ran.data.contains("not ok  clock: ") && ran.data.contains("not ok  failed to get access"), "{ran:?}");
    assert_eq!(ran.code, 4);
}

#[test]
fn wrong_usage_is_named() {
    let world = World::start();
    for (arguments, said) in [
        (&["list", "-o", "xml"][..], "must be one of table, wide, json"),
        (&["list", "-o", "jsonpath={.a"], "a `{` is not closed"),
        (&["list", "colour:red"], "there is no filter `colour`"),
        (&["list", "--since", "yesterday"], "detectedFrom"),
        (&["list", "--context", "nowhere"], "there is no context `nowhere`"),
        (&["list", "--server", "ftp://x"], "use the address `ftp://x`"),
        (&["list", "--kubeconfig", "/nonexistent"], "failed to read the kubeconfig"),
        (&["status", "-o", "csv"], "this command prints table, json, yaml and jsonpath"),
        (&["lisst"], "unrecognized subcommand"),
        (&[], "Usage: kite"),
    ] {
        let ran = world.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(ran.words.contains(said), "{arguments:?}: {ran:?}");
    }
    assert_eq!(world.run(&["--help"]).code, 0);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let world = World::with_issues();
    for arguments in [&["list"][..], &["list", "-o", "json"], &["describe", "shop"], &["status"], &["version"]] {
        let mut child = world.kite().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output: Ran = child.wait_with_output().unwrap().into();
        assert!(output.code == 0 && !output.words.contains("error"), "{arguments:?}: {output:?}");
    }
}

#[test]
fn ctrl_c_ends_a_command_that_reads() {
    // Whoever runs tests in the background ignores the signal, and what they start would do so, too.
    let mut command = Command::new("env");
    command.args(["--default-signal=INT", env!("CARGO_BIN_EXE_kite"), "rules", "diagnose", "--log", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // More than a pipe holds: when it is written, the program reads.
    input.write_all(&vec![b'\n'; 1024 * 1024]).unwrap();
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    drop(input);
    assert_eq!(child.wait().unwrap().signal(), Some(2));
}
