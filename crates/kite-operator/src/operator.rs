//! Puts the operator together, and changes shifts when rules, settings or its role change.

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
use crate::judge::Judge;
use crate::kinds::Kinds;
use crate::lease::Candidate;
use crate::metrics::Metrics;
use crate::missed::Missed;
use crate::namespaces::{self, Names};
use crate::outbox::Outbox;
use crate::owners::Owners;
use crate::records::size;
use crate::related::Reader;
use crate::settings::Settings;
use crate::shift::{Known, Shared, Shift};
use crate::status::Status;

const MIB: usize = 1024 * 1024;
/// Several changes that come together make one change of shifts.
const SETTLE: Duration = Duration::from_millis(200);

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
        let delivery = Delivery::new(Arc::clone(&outbox), plan.backend, plan.first_pause, metrics.clone());
        let reached = delivery.reached();
        let stop = shutdown.token();
        // Still sends while the rest stops; ends with the drain.
        let (drained, drain) = (Arc::clone(&outbox), stop.clone());
        shutdown.spawn(async move {
            tokio::select! {
                () = delivery.run() => {}
                () = async { drain.cancelled().await; empty(&drained).await } => {}
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
        let (reader, reading) = Reader::new(plan.client.clone(), kinds.clone(), Arc::clone(&outbox), metrics.clone());
        let until = stop.clone();
        shutdown.spawn(async move { until.run_until_cancelled(reading).await });
        let operator = Self { status: Status::default(), metrics, outbox, reached, leading, broken: plan.broken };
        let desk = Desk {
            operator: operator.clone(),
            client: plan.client,
            settings: plan.settings,
            rules: plan.rules,
            look_every: plan.look_every,
            kinds,
            reader,
            owners: Arc::default(),
            missed: Arc::default(),
        };
        shutdown.spawn(desk.run(stop));
        operator
    }

    /// The operator's figures.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Whether all objects were seen once and their reports were sent.
    pub fn is_idle(&self) -> bool {
        self.status.is_synced() && self.outbox.is_empty()
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

async fn empty(outbox: &Outbox) {
    while !outbox.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What goes from shift to shift.
struct Desk {
    operator: Operator,
    client: Client,
    settings: watch::Receiver<Arc<Settings>>,
    rules: watch::Receiver<Arc<RuleSet>>,
    look_every: Duration,
    kinds: Kinds,
    reader: Reader,
    owners: Arc<Owners>,
    missed: Arc<Missed>,
}

impl Desk {
    async fn run(mut self, stop: CancellationToken) {
        let streaming_lists = self.has_streaming_lists(&stop).await;
        let mut leading = self.operator.leading.clone();
        let mut broken = self.operator.broken.clone();
        let mut known = Known::new();
        let mut led = false;
        let mut follower: Option<(String, watch::Receiver<Option<Names>>, tokio_util::sync::DropGuard)> = None;
        while !stop.is_cancelled() {
            let settings = self.settings.borrow_and_update().clone();
            let rules = self.rules.borrow_and_update().clone();
            let leads = *leading.borrow_and_update();
            let broken_files = broken.borrow_and_update().len();
            self.operator.metrics.leading.set(i64::from(leads));
            self.operator.metrics.broken_files.set(i64::try_from(broken_files).unwrap_or(i64::MAX));
            if leads != led {
                led = leads;
                // A new leader says everything, and one that was has nothing to say.
                known.clear();
                self.operator.outbox.begin_term(leads);
            }
            let mut selected = self.follow(&settings, &mut follower);
            let names = match &mut selected {
                None => None,
                Some(selected) => match stop.run_until_cancelled(selected.wait_for(Option::is_some)).await {
                    Some(Ok(names)) => names.clone(),
                    _ => return,
                },
            };
            let shared = Shared {
                judge: Arc::new(Judge::new(Arc::clone(&rules), &settings)),
                outbox: Arc::clone(&self.operator.outbox),
                owners: Arc::clone(&self.owners),
                reader: self.reader.clone(),
                missed: Arc::clone(&self.missed),
                leads,
                selected: names,
                streaming_lists,
                kinds: self.kinds.clone(),
                client: self.client.clone(),
                status: self.operator.status.clone(),
                metrics: self.operator.metrics.clone(),
            };
            if leads {
                for report in self.missed.take() {
                    let bytes = size(&report);
                    self.operator.outbox.push(report, bytes).await;
                }
            }
            let shift = Shift::new(shared, &rules, &settings, self.look_every);
            let end = stop.child_token();
            let changed = async {
                tokio::select! {
                    Ok(()) = self.settings.changed() => {}
                    Ok(()) = self.rules.changed() => {}
                    Ok(()) = broken.changed() => {}
                    Ok(()) = leading.changed() => {}
                    () = changed(selected) => {}
                    else => std::future::pending().await,
                }
                // At once when leadership is lost; otherwise a moment later.
                if !leads || *leading.borrow() {
                    tokio::time::sleep(SETTLE).await;
                }
                end.cancel();
                std::future::pending::<()>().await;
            };
            known = tokio::select! {
                known = shift.run(known, end.clone()) => known,
                () = changed => Known::new(),
            };
        }
    }

    /// The namespaces that match the selector, if there is one.
    fn follow(
        &self,
        settings: &Settings,
        follower: &mut Option<(String, watch::Receiver<Option<Names>>, tokio_util::sync::DropGuard)>,
    ) -> Option<watch::Receiver<Option<Names>>> {
        let selector = settings.namespaces.selector.clone();
        if follower.as_ref().map(|(selector, ..)| selector) != selector.as_ref() {
            *follower = selector.map(|selector| {
                let (sender, receiver) = watch::channel(None);
                let stop = CancellationToken::new();
                let following = namespaces::follow(self.client.clone(), selector.clone(), sender);
                let until = stop.clone();
                tokio::spawn(async move { until.run_until_cancelled(following).await });
                (selector, receiver, stop.drop_guard())
            });
        }
        let mut names = follower.as_ref().map(|(_, names, _)| names.clone())?;
        names.mark_unchanged();
        Some(names)
    }

    /// Whether the server refuses an unknown way to list instead of ignoring it: since 1.27.
    async fn has_streaming_lists(&self, stop: &CancellationToken) -> bool {
        while !stop.is_cancelled() {
            match stop.run_until_cancelled(self.client.apiserver_version()).await {
                Some(Ok(version)) => {
                    let number =
                        |text: &str| text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().unwrap_or(0);
                    return (number(&version.major), number(&version.minor)) >= (1, 27);
                }
                Some(Err(error)) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the API server does not answer; trying again"
                    );
                    stop.run_until_cancelled(tokio::time::sleep(Duration::from_secs(2))).await;
                }
                None => break,
            }
        }
        false
    }
}

/// Ends when other namespaces match.
async fn changed(selected: Option<watch::Receiver<Option<Names>>>) {
    match selected {
        Some(mut selected) => {
            if selected.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
        None => std::future::pending().await,
    }
}
