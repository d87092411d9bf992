//! A KITE that two teams share, where people sign in with a token that is their name.

use kite_backend::access::{Access, Listed};
use kite_backend::service::{self, Service};
use kite_client::{Client, Options as ClientOptions, Token};
use kite_runtime::serve::Server;
use kite_runtime::shutdown::Shutdown;
use kite_store::Store;
use kite_test_browser::Browser;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use crate::failures::{Failure, failure_of};

/// Words that only one team may ever read.
pub const ZEBRA: &str = "zebra";
pub const QUOKKA: &str = "quokka";

/// A KITE whose callers sign in: one for each team, and one for everything.
pub struct Shared {
    pub url: String,
    /// That of `hannah`'s team, and that of `ben`'s.
    pub issues: Vec<Uuid>,
    shutdown: Shutdown,
    _folder: TempDir,
}

impl Shared {
    pub async fn start() -> Self {
        let mut shared = Self::among(&access_list()).await;
        shared.issues = vec![shared.report(ZEBRA, "team-a").await, shared.report(QUOKKA, "team-b").await];
        shared
    }

    /// Starts one whose callers are these.
    pub async fn among(access_list: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("kite.db").display());
        let store = Store::connect(&kite_store::Options { url: database, max_connections: 4 }).await.unwrap();
        let access = Access::Listed(Listed::parse(&access_list.to_string()).unwrap().into());
        let shutdown = Shutdown::new();
        let service = Service::start(access, store, service::Options::default(), &shutdown);
        let server = Server::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", server.local_addr().unwrap());
        shutdown.spawn(server.run(service.router, shutdown.token()));
        Self { url, issues: Vec::new(), shutdown, _folder: folder }
    }

    /// Signs in on the page that one comes to.
    pub async fn sign_in(&self, browser: &Browser, name: &str) {
        browser.open(&format!("{}/issues", self.url)).await;
        browser.fill("Token", name).await;
        browser.click("Sign in").await;
        browser.see("Worst first").await;
    }

    pub fn client(&self, token: &str) -> Client {
        let token = Some(Token::Fixed(token.to_owned().into()));
        Client::new(&self.url, ClientOptions { token, ..ClientOptions::default() }).unwrap()
    }

    pub async fn report(&self, word: &str, namespace: &str) -> Uuid {
        let report = full_of(word).in_namespace(namespace);
        let results = self.client("everything").send_reports(&[report.into()]).await.unwrap();
        results[0].issue_id.unwrap()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.shutdown.trigger();
    }
}

fn access_list() -> Value {
    let caller = |name: &str, namespaces: &[&str]| {
        let token = hex::encode(Sha256::digest(name));
        json!({"name": name, "tokenSha256": token, "grants": [{"namespaces": namespaces, "role": "admin"}]})
    };
    json!({"apiVersion": "kite.dev/v1alpha1", "kind": "AccessList", "callers": [
        caller("hannah", &["team-a"]), caller("ben", &["team-b"]),
        {"name": "everything", "tokenSha256": hex::encode(Sha256::digest("everything")),
         "grants": [{"namespaces": ["team-a", "team-b"], "role": "admin"},
                    {"namespaces": ["team-a", "team-b"], "role": "publisher"}]},
    ]})
}

fn full_of(word: &str) -> Failure {
    let failure = failure_of(&format!("{word}-component")).titled(&format!("Build of {word} failed")).critical();
    let failure = failure.because(&format!("{word} ran out of memory")).labelled("application", &format!("{word}-app"));
    let failure = failure.linked(&format!("{word} logs"), &format!("https://{word}.example/"));
    failure.with(|report| {
        report.cluster = Some(format!("{word}-cluster"));
        report.cause = Some("shared/library".to_owned());
    })
}
