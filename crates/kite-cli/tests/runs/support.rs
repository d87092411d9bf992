//! A real backend, and the program as tests run it.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use kite_api::Report;
use kite_backend::access::{Access, Listed};
use kite_backend::app::Settings;
use kite_backend::service::{Options, Service};
use kite_client::{Client, Token};
use kite_runtime::serve::Server;
use kite_runtime::shutdown::Shutdown;
use kite_store::testing::Temporary;
use regex::Regex;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A real backend with its own database, and a folder for the program's files.
pub struct World {
    /// Where it serves.
    pub url: String,
    /// The program's configuration, and whatever a test writes.
    pub folder: tempfile::TempDir,
    /// Speaks with it directly.
    pub client: Client,
    runtime: Runtime,
    _shutdown: Shutdown,
    _database: Temporary,
}

/// What a run of the program gave.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub data: String,
    /// Standard error.
    pub words: String,
}

impl World {
    /// A backend to which nobody signs in.
    pub fn start() -> Self {
        Self::with(Access::Open)
    }

    /// A backend that wants the token `sesame`, which may read team-a only.
    pub fn with_tokens() -> Self {
        let hash = "d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272";
        let list = format!(
            "{{apiVersion: kite.dev/v1alpha1, kind: AccessList, callers: [{{name: jane, tokenSha256: {hash}, \
             grants: [{{namespaces: ['team-a'], role: view}}]}}]}}"
        );
        Self::with(Access::Listed(Arc::new(Listed::parse(&list).unwrap())))
    }

    /// A backend for people whose token is their name: ann may change what is in team-a, bob may read team-a and team-b,
    /// sre may do all. What is reported is reported by sre.
    pub fn with_people() -> Self {
        let callers = [
            ("ann", "49915e0d7d4b402e3017d010bc1c0e83cac6c797d6c16e66340fe3268693a6a1", json!(["team-a"]), "edit"),
            (
                "bob",
                "81b637d8fcd2c6da6359e6963113a1170de795e4b725b84d1e0b4cfd9ec58ce9",
                json!(["team-a", "team-b"]),
                "view",
            ),
            ("sre", "69b4bcbc6ed36c1de44a75ce1deabd1e2e2482081d8fafcd9ef3bc115d257f92", json!(["*"]), "admin"),
        ];
        let callers = callers.map(|(name, hash, namespaces, role)| {
            json!({"name": name, "tokenSha256": hash, "grants": [{"namespaces": namespaces, "role": role}]})
        });
        let list = json!({"apiVersion": "kite.dev/v1alpha1", "kind": "AccessList", "callers": callers}).to_string();
        let mut world = Self::with(Access::Listed(Arc::new(Listed::parse(&list).unwrap())));
        let options =
            kite_client::Options { token: Some(Token::Fixed("sre".into())), ..kite_client::Options::default() };
        world.client = Client::new(&world.url, options).unwrap();
        world
    }

    /// Runs the program as somebody.
    pub fn run_as(&self, name: &str, arguments: &[&str]) -> Ran {
        self.kite().env("KITE_TOKEN", name).args(arguments).output().unwrap().into()
    }

    fn with(access: Access) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let database = Temporary::sqlite();
        let shutdown = Shutdown::new();
        let settings = Settings { version: env!("CARGO_PKG_VERSION").to_owned(), ..Settings::default() };
        let options = Options { settings, ..Options::default() };
        let address = runtime.block_on(async {
            let store = database.connect().await;
            let service = Service::start(access, store, options, &shutdown);
            let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
            let address = server.local_addr().unwrap();
            let stop = shutdown.token();
            tokio::spawn(async move { server.run(service.router, stop).await });
            address
        });
        let url = format!("http://{address}");
        let client = Client::new(&url, kite_client::Options::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self { url, folder, client, runtime, _shutdown: shutdown, _database: database }
    }

    /// A backend with some issues in two namespaces.
    pub fn with_issues() -> Self {
        let world = Self::start();
        world.report(json!({"component": "shop", "severity": "critical", "title": "Build of shop failed"}));
        world.report(json!({"component": "cart", "severity": "major", "title": "Build of cart failed"}));
        world.report(json!({
            "component": "till", "severity": "minor", "type": "test", "namespace": "team-b", "title": "Test of till failed"
        }));
        world
    }

    /// Stores a failure long ago; what is not given is made up.
    #[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
    pub fn report(&self, of: Value) {
        let text = |name: &str, default: &str| of.get(name).and_then(Value::as_str).unwrap_or(default).to_owned();
        let component = text("component", "shop");
        let mut labels = json!({"application": text("application", "store"), "component": component});
        labels
            .as_object_mut()
            .unwrap()
            .extend(of.get("labels").and_then(Value::as_object).cloned().unwrap_or_default());
        let report = json!({
            "verdict": "failing",
            "namespace": text("namespace", "team-a"),
            "issueType": text("type", "build"),
            "severity": text("severity", "major"),
            "scope": {"resourceType": "component", "resourceName": component},
            "variant": text("variant", ""),
            "title": text("title", "It failed"),
            "description": text("description", "the linker ran out of memory"),
            "occurredAt": text("occurredAt", "2020-02-03T04:05:06Z"),
            "runId": text("runId", "run-1"),
            "labels": labels,
            "cause": of.get("cause"),
            "reason": of.get("reason"),
            "dueAt": of.get("dueAt"),
            "diagnosis": of.get("diagnosis"),
            "links": of.get("links").cloned().unwrap_or(json!([])),
        });
        let report: Report = serde_json::from_value(report).unwrap();
        let results = self.wait(self.client.send_reports(&[report])).unwrap();
        assert!(results[0].errors.is_empty(), "{results:?}");
    }

    /// Waits for an answer of the backend.
    pub fn wait<T>(&self, asked: impl Future<Output = T>) -> T {
        self.runtime.block_on(asked)
    }

    /// Does something beside the test, as long as the backend is there.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }

    /// The program, without the surroundings of whoever runs the tests.
    pub fn kite(&self) -> Command {
        kite_asking(&self.url, self.folder.path())
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.kite().args(arguments).output().unwrap().into()
    }

    /// Runs the program with something at its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.kite();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// The ids of the issues of a component, in hexadecimal digits.
    pub fn id_of(&self, component: &str) -> String {
        let ran = self.run(&[
            "list",
            "-A",
            "--state",
            "all",
            "--limit",
            "0",
            "-o",
            "jsonpath={range .data[*]}{.scope.resourceName} {.id}\n{end}",
        ]);
        let line = ran.data.lines().find(|line| line.starts_with(component)).unwrap();
        line.split(' ').next_back().unwrap().to_owned()
    }
}

/// The program, with its configuration in a folder and no kubeconfig.
pub fn kite(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kite"));
    for (name, _) in std::env::vars() {
        if name.starts_with("KITE_") || name.ends_with("PAGER") || name.ends_with("EDITOR") || name == "NO_COLOR" {
            command.env_remove(name);
        }
    }
    command.env("KITE_CONFIG_DIR", folder).env("KUBECONFIG", "/nonexistent/kubeconfig").env_remove("KONFLUX_API_URL");
    command.stdin(Stdio::null());
    command
}

/// The program, which asks a server.
pub fn kite_asking(url: &str, folder: &Path) -> Command {
    let mut command = kite(folder);
    command.env("KITE_SERVER", url);
    command
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            data: String::from_utf8(output.stdout).unwrap(),
            words: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Asserts that all went well, and gives the data.
    #[track_caller]
    pub fn fine(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.data
    }

    /// The exit code, the data and the words, without what differs from run to run.
    pub fn shown(&self) -> String {
        let all = format!("code: {}\n--- data\n{}--- words\n{}", self.code, self.data, self.words);
        let same = |all: String, what: &str, with: &str| Regex::new(what).unwrap().replace_all(&all, with).into_owned();
        let all = same(all, r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", &"i".repeat(36));
        let all = same(all, r"\b[0-9a-f]{8}\b", "iiiiiiii");
        let all = same(all, r"\b[0-9a-f]{12,}\b", "[id]");
        let all = same(all, r"\b\d{4}d\b", "9999d");
        let all = same(all, r"\(\ds ago\)", "(0s ago)");
        let all = same(all, r"\b20[2-9]\d-\d\d-\d\dT[0-9:.]+Z", "[time]");
        same(all, r"http://127\.0\.0\.1:\d+", "http://kite")
    }
}
