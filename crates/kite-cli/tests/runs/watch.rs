//! A list that is followed, when the way to KITE is not smooth.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::json;
use wiremock::matchers::{header, path};
use wiremock::{Mock, MockBuilder, Request, ResponseTemplate};

use crate::fake::{Fake, issue, json_of, page};

const ENOUGH: Duration = Duration::from_secs(20);
const CONNECTED: &str = "data: here\n\n";
const RESET: &str = "data: here\n\nevent: reset\ndata: again\n\n";

/// A list that is followed.
struct Watched {
    child: Child,
    lines: Receiver<String>,
}

impl Watched {
    fn start(command: &mut Command) -> Self {
        let mut child = command.args(["list", "--watch"]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, received) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines: received }
    }

    /// Waits for a line with these words.
    #[track_caller]
    fn see(&self, words: &str) {
        loop {
            let line = self.lines.recv_timeout(ENOUGH).unwrap_or_else(|error| panic!("no line has `{words}`: {error}"));
            if line.contains(words) {
                return;
            }
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn issues() -> MockBuilder {
    Mock::given(path("/api/v1/issues"))
}

fn stream() -> MockBuilder {
    Mock::given(path("/api/v1/stream"))
}

fn titled(title: &str) -> ResponseTemplate {
    json_of(page(&[issue(title, json!({}))]))
}

fn events(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(text, "text/event-stream")
}

#[test]
fn a_list_that_could_not_be_read_again_is_read_after_the_next_connection() {
    let fake = Fake::start();
    fake.mount(stream().respond_with(events(RESET)).up_to_n_times(1));
    fake.mount(stream().respond_with(events(CONNECTED)));
    fake.mount(issues().respond_with(titled("before")).up_to_n_times(1));
    fake.mount(issues().respond_with(ResponseTemplate::new(500)).up_to_n_times(1));
    fake.mount(issues().respond_with(titled("after")));
    let watched = Watched::start(&mut fake.kite());
    watched.see("before");
    watched.see("after");
}

#[test]
fn a_token_that_is_over_is_asked_for_anew() {
    let fake = Fake::start();
    let configure = |token: &str| {
        let file = fake.folder.path().join(token);
        fs::write(&file, token).unwrap();
        let context = json!({"server": fake.url, "token-file": file});
        json!({"current-context": "work", "contexts": {"work": context}}).to_string()
    };
    let (old, new, config) = (configure("old"), configure("new"), fake.folder.path().join("config.yaml"));
    fs::write(&config, old).unwrap();
    fake.mount(stream().respond_with(events(CONNECTED)).up_to_n_times(1));
    // Where the token is from is found out once for a session, as a sign-in plugin is asked once.
    let refuse = move |_: &Request| {
        fs::write(&config, &new).unwrap();
        ResponseTemplate::new(401)
    };
    fake.mount(stream().and(header("authorization", "Bearer old")).respond_with(refuse));
    fake.mount(stream().and(header("authorization", "Bearer new")).respond_with(events(RESET)));
    fake.mount(issues().and(header("authorization", "Bearer old")).respond_with(titled("before")));
    fake.mount(issues().and(header("authorization", "Bearer new")).respond_with(titled("after")));
    let watched = Watched::start(&mut fake.kite());
    watched.see("before");
    watched.see("after");
}
