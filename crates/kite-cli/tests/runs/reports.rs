//! What scripts and pipelines report.

use std::fs;
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, Request, ResponseTemplate};

use crate::fake::{Fake, json_of};
use crate::support::{Ran, World};

const ENOUGH: Duration = Duration::from_secs(20);

fn active(world: &World) -> Vec<Value> {
    let page: Value = serde_json::from_str(&world.run(&["list", "-o", "json"]).fine()).unwrap();
    page["data"].as_array().unwrap().clone()
}

#[test]
fn a_failure_is_reported_with_the_end_of_its_log_and_is_over_when_healthy() {
    let world = World::start();
    let log = world.folder.path().join("build.log");
    fs::write(&log, "compiling\n\u{1b}[31merror\u{1b}[0m: out of memory\nAPI_TOKEN=abc123\n").unwrap();
    let about = ["-n", "team-a", "--scope", "component/shop", "--type", "build", "--variant", "push/main"];
    let failing = [
        &["report", "failing"],
        &about[..],
        &[
            "--title",
            "Build failed",
            "--severity",
            "critical",
            "--log",
            log.to_str().unwrap(),
            "--link",
            "Log=https://ci.example.com/1?a=b",
            "-l",
            "application=store",
        ],
    ];
    let ran = world.run(&failing.concat());
    assert_eq!((ran.code, ran.words.as_str()), (0, "1 report (1 created)\n"));
    let issue = &active(&world)[0];
    assert_eq!(issue["title"], json!("Build failed"));
    assert_eq!(
        issue["description"],
        json!("The end of its log:\n\ncompiling\nerror: out of memory\nAPI_TOKEN=[redacted]")
    );
    assert_eq!(issue["links"][0]["url"], json!("https://ci.example.com/1?a=b"));
    assert_eq!((&issue["severity"], &issue["labels"]), (&json!("critical"), &json!({"application": "store"})));
    world.run(&[&["report", "healthy"], &about[..]].concat()).fine();
    assert!(active(&world).is_empty());
}

#[test]
fn reports_are_read_from_standard_input() {
    let world = World::start();
    let report = |name: &str| {
        json!({"verdict": "failing", "namespace": "team-a", "issueType": "build", "severity": "major", "title": name,
            "description": "x", "scope": {"resourceType": "component", "resourceName": name}})
    };
    let lines = format!("{}\n{}\n", report("one"), json!([report("two"), {"verdict": "failing"}]));
    let ran = world.run_with_input(&["report", "-f", "-", "-o", "json"], &lines);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.words.contains("report 3: `namespace` is required"), "{ran:?}");
    assert!(ran.words.contains("3 reports (2 created, 1 rejected)"), "{ran:?}");
    let told: Value = serde_json::from_str(&ran.data).unwrap();
    assert_eq!(told["results"][2]["result"], json!("rejected"));
    assert_eq!(active(&world).len(), 2);
}

#[test]
fn a_line_that_is_no_report_is_named_and_what_came_before_is_sent() {
    let world = World::start();
    let good = json!({"verdict": "failing", "namespace": "team-a", "issueType": "build", "severity": "major",
        "title": "x", "description": "x", "scope": {"resourceType": "component", "resourceName": "shop"}});
    let ran = world.run_with_input(&["report", "-f", "-"], &format!("{good}\n{{\"verdict\": }}\n"));
    assert!(ran.code == 2 && ran.words.contains("error: standard input:2:"), "{ran:?}");
    assert!(ran.words.contains("1 report (1 created)\n"), "{ran:?}");
    assert_eq!(active(&world).len(), 1);
}

#[test]
fn what_became_of_the_reports_before_a_failure_is_told() {
    let fake = Fake::start();
    let known = |request: &Request| {
        let reports: Vec<Value> = request.body_json().unwrap();
        let results = (0..reports.len()).map(|index| json!({"index": index, "result": "created"}));
        json_of(json!({"results": results.collect::<Vec<_>>()}))
    };
    fake.mount(Mock::given(any()).respond_with(known).up_to_n_times(1));
    fake.mount(Mock::given(any()).respond_with(ResponseTemplate::new(403)));
    let file = fake.folder.path().join("reports");
    fs::write(&file, "{}\n".repeat(1_001)).unwrap();
    let ran = fake.run(&["report", "-f", file.to_str().unwrap(), "-o", "json"]);
    assert!(
        ran.code == 4 && ran.words.starts_with("1000 reports (1000 created)\nerror: failed to get access"),
        "{ran:?}"
    );
    let told: Value = serde_json::from_str(&ran.data).unwrap();
    assert_eq!(told["results"][999]["index"], json!(999));
    assert_eq!(fake.run(&["report", "-f", file.to_str().unwrap(), "-o", "csv"]).code, 2);
    assert_eq!(fake.asked().len(), 2, "nothing is sent when it cannot be told");
}

#[test]
fn what_a_report_lacks_is_named() {
    let world = World::start();
    for (arguments, said) in [
        (&["failing"][..], "a report needs a namespace"),
        (&["failing", "-n", "team-a"], "a report needs a scope"),
        (&["failing", "-n", "team-a", "--scope", "component/shop"], "a failure needs a title"),
        (&["failing", "-n", "team-a", "--scope", "shop"], "must be TYPE/NAME"),
        (&["failing", "-n", "a", "--scope", "a/b", "--title", "x", "--log", "/nonexistent"], "failed to read the log"),
        (&["failing", "-n", "a", "--scope", "a/b", "--title", "x", "--link", "x"], "`x` is no link"),
        (&["fine"], "invalid value 'fine'"),
        (&["-f", "/nonexistent"], "failed to read `/nonexistent`"),
    ] {
        let ran = world.run(&[&["report"], arguments].concat());
        assert!(ran.code == 2 && ran.words.contains(said), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn a_command_is_run_and_its_end_reported() {
    let world = World::start();
    let run = |script: &str| {
        world.run(&["run", "-n", "team-a", "--scope", "component/shop", "-t", "test", "--", "sh", "-c", script])
    };
    let ran = run("echo out; echo err >&2; exit 7");
    assert_eq!((ran.code, ran.data.as_str(), ran.words.as_str()), (7, "out\n", "err\n"));
    let issue = &active(&world)[0];
    assert_eq!((&issue["issueType"], &issue["reason"]), (&json!("test"), &json!("exit7")));
    assert_eq!(issue["title"], json!("`sh -c echo out; echo err >&2; exit 7` failed"));
    let description = issue["description"].as_str().unwrap();
    assert!(
        description.contains("ended with exit code 7")
            && description.contains("\nout")
            && description.contains("\nerr"),
        "{description}"
    );
    assert_eq!(run("exit 0").code, 0);
    assert!(active(&world).is_empty(), "it is over when the command succeeds");
    assert_eq!(run("kill -9 $$").code, 137);
    assert!(active(&world)[0]["description"].as_str().unwrap().contains("was ended by signal 9"));
}

#[test]
fn a_command_ends_as_it_does_also_when_nobody_hears_of_it() {
    let world = World::start();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let arguments = ["run", "-n", "team-a", "--scope", "component/shop", "--", "sh", "-c", "exit 3"];
    let ran: Ran =
        world.kite().env("KITE_SERVER", format!("http://{address}")).args(arguments).output().unwrap().into();
    assert!(ran.code == 3 && ran.words.contains("failed to reach KITE"), "{ran:?}");
    let ran = world.run(&["run", "-n", "team-a", "--scope", "component/shop", "--", "/nonexistent/program"]);
    assert_eq!(ran.code, 127, "{ran:?}");
    assert!(active(&world)[0]["description"].as_str().unwrap().contains("could not be started"));
    let ran = world.run(&["run", "--scope", "component/shop", "--", "touch", "/nonexistent/file"]);
    assert!(ran.code == 2 && ran.words.contains("a report needs a namespace"), "the command is not run: {ran:?}");
}

#[test]
fn a_secret_on_the_command_line_does_not_leave_the_machine() {
    let fake = Fake::start();
    fake.answer("/reports", json!({"results": [{"index": 0, "result": "created"}]}));
    let about = ["run", "-n", "team-a", "--scope", "component/shop", "--"];
    assert_eq!(fake.run(&[&about[..], &["sh", "-c", "exit 1", "--password", "hunter2"]].concat()).words, "");
    let sent = String::from_utf8(fake.asked()[0].body.clone()).unwrap();
    assert!(sent.contains("--password [redacted]") && !sent.contains("hunter2"), "{sent}");
}

#[test]
fn a_command_that_is_no_program_is_told_from_one_that_is_not_there() {
    let world = World::start();
    let file = world.folder.path().join("text");
    fs::write(&file, "no program").unwrap();
    let about = ["run", "-n", "team-a", "--scope", "component/shop", "--"];
    assert_eq!(world.run(&[&about[..], &[file.to_str().unwrap()]].concat()).code, 126);
}

/// A command that is run while its standard input stays open; gives it when it has ended.
fn run_with_open_input(world: &World, script: &str) -> Option<Ran> {
    let mut command = world.kite();
    command.args(["run", "-n", "team-a", "--scope", "component/shop", "--", "sh", "-c", script]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let input = child.stdin.take().unwrap();
    let (sender, ended) = channel();
    std::thread::spawn(move || sender.send(Ran::from(child.wait_with_output().unwrap())));
    let ran = ended.recv_timeout(ENOUGH).ok();
    drop(input);
    ran
}

#[test]
fn what_a_command_leaves_running_is_not_waited_for() {
    let world = World::start();
    let ran = run_with_open_input(&world, "exec 3<&0; cat <&3 & echo out; exit 3").expect("it ends");
    assert_eq!((ran.code, ran.data.as_str()), (3, "out\n"));
    assert_eq!(active(&world)[0]["reason"], json!("exit3"));
}

#[test]
fn whoever_ends_the_program_ends_the_command_and_that_is_reported() {
    let world = World::start();
    let script = "exec 3<&0; trap 'echo ending; exit 9' TERM; cat <&3 & kill -TERM $PPID; wait";
    let ran = run_with_open_input(&world, script).expect("it ends");
    assert_eq!((ran.code, ran.data.as_str()), (9, "ending\n"));
    assert_eq!(active(&world)[0]["reason"], json!("exit9"));
}
