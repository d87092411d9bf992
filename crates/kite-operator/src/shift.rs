//! One shift: the watches of all kinds under the same rules, settings and role. When one of these
//! changes, the shift ends and the next one begins with what was known.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use kite_rules::{Judgement, RuleSet, WatchedKind, Watching};
use kube::Client;
use kube::api::Api;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::judge::Judge;
use crate::kinds::{Found, Kinds};
use crate::metrics::{KindLabels, Metrics, ReportLabels};
use crate::missed::Missed;
use crate::object::WatchedObject;
use crate::outbox::Outbox;
use crate::owners::Owners;
use crate::records::{Records, size};
use crate::related::Reader;
use crate::settings::Settings;
use crate::status::{Progress, Status, name_of};
use crate::watch::KindWatch;

/// How long the cluster may take to say which kinds it has.
const LOOK_LIMIT: Duration = Duration::from_mins(1);

/// What all watches of a shift share.
pub struct Shared {
    /// Judges objects.
    pub judge: Arc<Judge>,
    /// Where reports go.
    pub outbox: Arc<Outbox>,
    /// Which problems end with which objects.
    pub owners: Arc<Owners>,
    /// Has more said about failed objects.
    pub reader: Reader,
    /// What this operator sees while another one leads.
    pub missed: Arc<Missed>,
    /// Whether this operator reports.
    pub leads: bool,
    /// The only namespaces that count.
    pub selected: Option<Arc<BTreeSet<String>>>,
    /// Whether the server may be asked to send initial lists as events.
    pub streaming_lists: bool,
    /// The kinds that the cluster has.
    pub kinds: Kinds,
    /// Access to the cluster.
    pub client: Client,
    /// For `/readyz`.
    pub status: Status,
    /// For `/metrics`.
    pub metrics: Metrics,
}

impl Shared {
    /// Sends what was said; a standby keeps it.
    pub async fn say(&self, namespace: &str, judgement: &Judgement) {
        for said in &judgement.said {
            if !self.leads {
                self.missed.keep(said.report.clone());
                continue;
            }
            let verdict = said.report.verdict.clone().unwrap_or_default();
            let labels = ReportLabels { detector: judgement.detector.clone(), verdict };
            self.metrics.reports.get_or_create(&labels).inc();
            self.owners.note(namespace, said);
            self.outbox.push(said.report.clone(), size(&said.report)).await;
        }
    }

    /// Whether a namespace counts.
    pub fn is_selected(&self, namespace: &str) -> bool {
        self.selected.as_ref().is_none_or(|selected| selected.contains(namespace))
    }

    /// Access to the objects of a kind in one namespace.
    pub fn api(&self, kind: &WatchedKind, namespace: &str) -> Option<Api<WatchedObject>> {
        self.kinds.get(kind).map(|found| self.api_of(&found, Some(namespace)))
    }

    fn api_of(&self, found: &Found, namespace: Option<&str>) -> Api<WatchedObject> {
        match namespace.filter(|_| found.is_namespaced) {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &found.resource),
            None => Api::all_with(self.client.clone(), &found.resource),
        }
    }
}

/// A kind, in one namespace or in all.
pub type Place = (WatchedKind, Option<String>);

/// What is known of the objects, by kind and namespace.
pub type Known = BTreeMap<Place, Records>;

/// The watches of all kinds.
pub struct Shift {
    shared: Arc<Shared>,
    watched: BTreeMap<WatchedKind, Watching>,
    read: BTreeSet<WatchedKind>,
    /// Namespaces with a watch of their own; everywhere when there are none.
    namespaces: Vec<Option<String>>,
    look_every: Duration,
}

impl Shift {
    /// Prepares a shift. Kinds that the cluster does not have are looked for again from time to time.
    pub fn new(shared: Shared, rules: &RuleSet, settings: &Settings, look_every: Duration) -> Self {
        let namespaces = &settings.namespaces.names;
        let namespaces =
            if namespaces.is_empty() { vec![None] } else { namespaces.iter().cloned().map(Some).collect() };
        let is_on = |detector: &str| settings.is_on(detector);
        let (watched, read) = (rules.kinds(is_on), rules.access(is_on).read);
        Self { shared: Arc::new(shared), watched, read, namespaces, look_every }
    }

    /// Watches until told to stop; gives what is known then.
    pub async fn run(self, mut known: Known, stop: CancellationToken) -> Known {
        self.shared.status.clear();
        let mut missing: BTreeSet<_> = self.watched.keys().chain(&self.read).cloned().collect();
        for kind in self.watched.keys() {
            self.each_namespace(kind, |name| self.shared.status.set(&name, Progress::Unknown));
        }
        let mut watches = JoinSet::new();
        let mut running = BTreeSet::new();
        let mut looks = interval(self.look_every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                _ = looks.tick(), if !missing.is_empty() => {
                    let looking = timeout(LOOK_LIMIT, self.shared.kinds.look_for(&self.shared.client, &missing));
                    let Some(answer) = stop.run_until_cancelled(looking).await else { break };
                    let Ok(answer) = answer else {
                        tracing::warn!("the cluster does not say in time which kinds it has; it is asked again");
                        continue;
                    };
                    missing.retain(|kind| !answer.found.contains_key(kind));
                    self.note_missing(&missing, &answer.unknown);
                    for (kind, found) in answer.found {
                        for place in self.begin(&kind, &found, &running, &mut known, &mut watches, &stop) {
                            running.insert(place);
                        }
                    }
                }
                Some(ended) = watches.join_next(), if !watches.is_empty() => {
                    match ended {
                        Ok((place, records)) => {
                            running.remove(&place);
                            if !stop.is_cancelled() {
                                self.gone(&place, &mut missing);
                            }
                            known.insert(place, records);
                        }
                        Err(error) => tracing::error!(error = &error as &dyn Error, "a watch failed for good"),
                    }
                }
            }
        }
        while let Some(ended) = watches.join_next().await {
            known.extend(ended.ok());
        }
        known
    }

    /// Says of kinds that were not found whether the cluster has them.
    fn note_missing(&self, missing: &BTreeSet<WatchedKind>, unknown: &BTreeMap<String, String>) {
        for kind in missing.iter().filter(|kind| self.watched.contains_key(kind)) {
            self.each_namespace(kind, |name| match unknown.get(&kind.group) {
                Some(error) => self.shared.status.fail(&name, error.clone()),
                None => self.shared.status.set(&name, Progress::Missing),
            });
        }
    }

    /// Begins to watch a kind that the cluster has, where that is not done yet; gives those places.
    fn begin(
        &self,
        kind: &WatchedKind,
        found: &Found,
        running: &BTreeSet<Place>,
        known: &mut Known,
        watches: &mut JoinSet<(Place, Records)>,
        stop: &CancellationToken,
    ) -> Vec<Place> {
        let Some(watching) = self.watched.get(kind) else { return Vec::new() };
        let places = self.namespaces.iter().map(|namespace| (kind.clone(), namespace.clone()));
        let begun: Vec<_> = places.filter(|place| !running.contains(place)).collect();
        for place in begun.clone() {
            let namespace = place.1.clone();
            let name = name_of(kind, namespace.as_deref());
            self.shared.status.set(&name, Progress::Listing);
            let mut watch = KindWatch {
                kind: kind.clone(),
                name,
                api: self.shared.api_of(found, namespace.as_deref()),
                type_meta: json!({"apiVersion": found.resource.api_version, "kind": found.resource.kind}),
                watching: watching.clone(),
                shared: Arc::clone(&self.shared),
                records: known.remove(&place).unwrap_or_default(),
            };
            let stop = stop.clone();
            watches.spawn(async move {
                stop.run_until_cancelled(watch.run()).await;
                (place, watch.records)
            });
        }
        let labels = KindLabels { group: kind.group.clone(), kind: kind.kind.clone() };
        self.shared.metrics.watches.get_or_create(&labels).set(1);
        begun
    }

    /// A watch ended by itself: the cluster does not have the kind any more.
    fn gone(&self, (kind, namespace): &Place, missing: &mut BTreeSet<WatchedKind>) {
        tracing::info!(kind = name_of(kind, None), "the cluster does not have a kind any more; it may come back");
        self.shared.kinds.forget(kind);
        self.shared.status.set(&name_of(kind, namespace.as_deref()), Progress::Missing);
        let labels = KindLabels { group: kind.group.clone(), kind: kind.kind.clone() };
        self.shared.metrics.watches.get_or_create(&labels).set(0);
        missing.insert(kind.clone());
    }

    fn each_namespace(&self, kind: &WatchedKind, mut tell: impl FnMut(String)) {
        for namespace in &self.namespaces {
            tell(name_of(kind, namespace.as_deref()));
        }
    }
}
