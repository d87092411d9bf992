//! Puts the operator together.

use std::sync::Arc;
use std::time::Duration;

use kite_client::Client as Backend;
use kite_rules::RuleSet;
use kite_runtime::health::{Health, Readiness};
use kite_runtime::shutdown::Shutdown;
use kube::Client;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::delivery::{Delivery, Reached};
use crate::desk::Desk;
use crate::heartbeat::Heartbeat;
use crate::kinds::Kinds;
use crate::lease::Candidate;
use crate::metrics::Metrics;
use crate::outbox::Outbox;
use crate::related::Reader;
use crate::settings::Settings;
use crate::status::Status;

const MIB: usize = 1024 * 1024;

/// What an operator needs.
pub struct Plan {
    /// Access to the cluster.
    pub client: Client,
    /// What it is told; may change.
    pub settings: watch::Receiver<Arc<Settings>>,
    /// The rules; may change.
    pub rules: watch::Receiver<Arc<RuleSet>>,
    /// The backend; may change. It must not retry by itself.
    pub backend: watch::Receiver<Arc<Backend>>,
    /// Files that cannot be used at present, and why.
    pub broken: watch::Receiver<Vec<String>>,
    /// The lease to hold while reporting; without one this is the only operator.
    pub lease: Option<Candidate>,
    /// How often kinds that the cluster does not have are looked for.
    pub look_every: Duration,
    /// The pause before a report is sent again for the first time.
    pub first_pause: Duration,
}

/// A running operator; cheap to clone.
#[derive(Clone, Debug)]
pub struct Operator {
    status: Status,
    metrics: Metrics,
    outbox: Arc<Outbox>,
    reached: watch::Receiver<Reached>,
    leading: watch::Receiver<bool>,
    broken: watch::Receiver<Vec<String>>,
}

impl Plan {
    /// A plan whose settings, rules and backend stay as they are; the only operator of its cluster.
    pub fn fixed(client: Client, settings: Settings, rules: Arc<RuleSet>, backend: Backend) -> Self {
        Self {
            client,
            settings: watch::Sender::new(Arc::new(settings)).subscribe(),
            rules: watch::Sender::new(rules).subscribe(),
            backend: watch::Sender::new(Arc::new(backend)).subscribe(),
            broken: watch::Sender::default().subscribe(),
            lease: None,
            look_every: Duration::from_secs(30),
            first_pause: Duration::from_millis(500),
        }
    }
}

impl Operator {
    /// Starts an operator, which runs until the shutdown.
    pub fn start(plan: Plan, shutdown: &Shutdown) -> Self {
        let metrics = Metrics::default();
        let bytes = plan.settings.borrow().delivery.queue_mebibytes * MIB;
        let outbox = Arc::new(Outbox::new(bytes, metrics.clone()));
        let heartbeat =
            Heartbeat { outbox: Arc::clone(&outbox), backend: plan.backend.clone(), settings: plan.settings.clone() };
        let delivery = Delivery::new(Arc::clone(&outbox), plan.backend, plan.first_pause, metrics.clone());
        let reached = delivery.reached();
        let stop = shutdown.token();
        let until = stop.clone();
        shutdown.spawn(async move { until.run_until_cancelled(heartbeat.run()).await });
        // Still sends while the rest stops; ends with the drain.
        let (drained, drain) = (Arc::clone(&outbox), stop.clone());
        shutdown.spawn(async move {
            tokio::select! {
                () = delivery.run() => {}
                () = async {
                    drain.cancelled().await;
                    // What waits while another one leads is that one's to find out.
                    if drained.is_open() {
                        drained.emptied().await;
                    }
                } => {}
            }
        });
        let leading = match plan.lease {
            Some(candidate) => {
                let leading = candidate.leading();
                shutdown.spawn(candidate.run(stop.clone()));
                leading
            }
            None => watch::Sender::new(true).subscribe(),
        };
        let kinds = Kinds::default();
        let readers = plan.settings.borrow().concurrency.readers;
        let (reader, reading) =
            Reader::new(plan.client.clone(), kinds.clone(), Arc::clone(&outbox), readers, metrics.clone());
        let until = stop.clone();
        shutdown.spawn(async move { until.run_until_cancelled(reading).await });
        let status = Status::default();
        let desk = Desk {
            client: plan.client,
            settings: plan.settings,
            rules: plan.rules,
            broken: plan.broken.clone(),
            leading: leading.clone(),
            look_every: plan.look_every,
            outbox: Arc::clone(&outbox),
            kinds,
            reader,
            owners: Arc::default(),
            missed: Arc::default(),
            selection: None,
            status: status.clone(),
            metrics: metrics.clone(),
        };
        shutdown.spawn(desk.run(stop));
        Self { status, metrics, outbox, reached, leading, broken: plan.broken }
    }

    /// The operator's figures.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Whether all objects were seen once and their reports were sent.
    pub fn is_idle(&self) -> bool {
        self.status.is_synced() && self.outbox.is_empty()
    }

    /// Whether all that may be listed was listed, and its reports were sent.
    pub fn is_idle_as_far_as_allowed(&self) -> bool {
        self.status.is_tried() && self.outbox.is_empty()
    }

    /// Whether it can do its work.
    pub fn readiness(&self) -> Readiness {
        let readiness = self.status.readiness(&self.reached, *self.leading.borrow());
        readiness.with_detail("broken_files", self.broken.borrow().clone())
    }

    /// Whether it can do its work, for probes.
    pub fn health(&self, stop: CancellationToken) -> Health {
        let operator = self.clone();
        Health::new(stop, move || {
            let operator = operator.clone();
            async move { operator.readiness() }
        })
    }
}
