//! Operators: in this process, or as a program that can be killed.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use kite_client::Client;
use kite_operator::lease::{self, Candidate};
use kite_operator::operator::{Operator, Plan};
use kite_operator::settings::Settings;
use kite_rules::RuleSet;
use kite_runtime::shutdown::Shutdown;
use tokio::process::{Child, Command};

use super::{Backend, Kube, PATIENCE, eventually};

/// An operator in this process.
pub struct Watching {
    pub operator: Operator,
    pub shutdown: Shutdown,
}

impl Watching {
    /// Watches one namespace.
    pub fn start(kube: &Kube, backend: &Backend, namespace: &str) -> Self {
        Self::with(kube, backend, namespace, RuleSet::builtin(), None)
    }

    /// Watches one namespace by these rules, perhaps while holding a lease.
    pub fn with(
        kube: &Kube,
        backend: &Backend,
        namespace: &str,
        rules: RuleSet,
        lease: Option<lease::Options>,
    ) -> Self {
        let mut settings = Settings::default();
        settings.namespaces.names = [namespace.to_owned()].into();
        let lease = lease.map(|options| Candidate::new(kube::Api::namespaced(kube.client.clone(), namespace), options));
        let plan = Plan { lease, ..plan(kube, backend, settings, rules) };
        let shutdown = Shutdown::new();
        Self { operator: Operator::start(plan, &shutdown), shutdown }
    }

    /// Until everything was seen once and what was said was sent.
    pub async fn idle(&self) {
        eventually("the operator has nothing to do", async || {
            let readiness = self.operator.readiness();
            if self.operator.is_idle() { Ok(()) } else { Err(format!("{:?}", readiness.reasons)) }
        })
        .await;
    }

    pub async fn stop(self) {
        self.shutdown.drain(PATIENCE).await.unwrap();
    }
}

impl Watching {
    /// Stops at once; what waits is not sent.
    pub async fn stop_without_sending(self) {
        let _ = self.shutdown.drain(Duration::ZERO).await;
    }
}

/// What an operator of a test needs; it is quick to try again.
pub fn plan(kube: &Kube, backend: &Backend, settings: Settings, rules: RuleSet) -> Plan {
    let options =
        kite_client::Options { retries: 0, timeout: Duration::from_secs(3), ..kite_client::Options::default() };
    let client = Client::new(&backend.url, options).unwrap();
    Plan {
        look_every: Duration::from_millis(100),
        first_pause: Duration::from_millis(10),
        ..Plan::fixed(kube.client.clone(), settings, Arc::new(rules), client)
    }
}

/// The program.
pub struct Process {
    child: Child,
}

impl Process {
    /// Watches one namespace.
    pub fn start(kubeconfig: &Path, backend: &Backend, namespace: &str) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_kite-operator"))
            .env("KUBECONFIG", kubeconfig)
            .env("KITE_LOG_LEVEL", "error")
            .args([
                "--backend",
                &backend.url,
                "--namespace",
                namespace,
                "--no-lease",
                "--metrics-listen",
                "127.0.0.1:0",
            ])
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child }
    }

    /// SIGKILL.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
