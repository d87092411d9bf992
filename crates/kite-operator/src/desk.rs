//! Changes shifts when the rules, the settings, the operator's role or its namespaces change.

use std::sync::Arc;
use std::time::Duration;

use kite_rules::RuleSet;
use kube::Client;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::judge::Judge;
use crate::kinds::Kinds;
use crate::metrics::Metrics;
use crate::missed::Missed;
use crate::namespaces::{Names, Selection};
use crate::outbox::Outbox;
use crate::owners::Owners;
use crate::records::{Records, size};
use crate::related::Reader;
use crate::settings::Settings;
use crate::shift::{Known, Shared, Shift};
use crate::status::Status;

/// Several changes that come together make one change of shifts.
const SETTLE: Duration = Duration::from_millis(200);
/// The pause before an API server that did not answer is asked again.
const PAUSE: Duration = Duration::from_secs(2);

/// What goes from shift to shift.
pub struct Desk {
    /// Access to the cluster.
    pub client: Client,
    /// What the operator is told.
    pub settings: watch::Receiver<Arc<Settings>>,
    /// The rules.
    pub rules: watch::Receiver<Arc<RuleSet>>,
    /// Files that cannot be used at present.
    pub broken: watch::Receiver<Vec<String>>,
    /// Whether this operator leads.
    pub leading: watch::Receiver<bool>,
    /// How often kinds that the cluster does not have are looked for.
    pub look_every: Duration,
    /// Where reports go.
    pub outbox: Arc<Outbox>,
    /// The kinds that the cluster has.
    pub kinds: Kinds,
    /// Has more said about failed objects.
    pub reader: Reader,
    /// Which problems end with which objects.
    pub owners: Arc<Owners>,
    /// What this operator sees while another one leads.
    pub missed: Arc<Missed>,
    /// The namespaces with the labels that the settings want.
    pub selection: Option<Selection>,
    /// For `/readyz`.
    pub status: Status,
    /// For `/metrics`.
    pub metrics: Metrics,
}

impl Desk {
    /// Runs shift after shift until the stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let streaming_lists = self.has_streaming_lists(&stop).await;
        let mut known = Known::new();
        let mut led = false;
        while !stop.is_cancelled() {
            let settings = self.settings.borrow_and_update().clone();
            let rules = self.rules.borrow_and_update().clone();
            let leads = *self.leading.borrow_and_update();
            self.count(leads);
            if leads != led {
                led = leads;
                // A new leader says everything, and one that was has nothing to say for now.
                known.values_mut().for_each(Records::say_again);
                self.outbox.begin_term(leads);
            }
            // Nothing is watched before the namespaces are known.
            self.status.clear();
            let (mut other_rules, mut other_role) = (self.rules.clone(), self.leading.clone());
            let mut other_settings = self.settings.clone();
            let selected = tokio::select! {
                selected = self.prepare(&settings, leads) => selected,
                Ok(()) = other_rules.changed() => continue,
                Ok(()) = other_role.changed() => continue,
                Ok(()) = other_settings.changed() => continue,
                () = stop.cancelled() => return,
            };
            let shared = self.shared(Judge::new(Arc::clone(&rules), &settings), leads, selected, streaming_lists);
            let shift = Shift::new(shared, &rules, &settings, self.look_every);
            let end = stop.child_token();
            let ended = async {
                self.changed(leads).await;
                end.cancel();
                std::future::pending().await
            };
            known = tokio::select! {
                known = shift.run(known, end.clone()) => known,
                known = ended => known,
            };
        }
    }

    /// What comes before a shift: it may take long, and is begun anew when something changes.
    async fn prepare(&mut self, settings: &Settings, leads: bool) -> Option<Names> {
        let selected = self.selected(settings).await;
        if leads {
            // What no leader may have said.
            while let Some(report) = self.missed.first() {
                let bytes = size(&report);
                self.outbox.push(report, bytes).await;
                self.missed.forget_first();
            }
        }
        selected
    }

    fn count(&mut self, leads: bool) {
        let broken = self.broken.borrow_and_update().len();
        self.metrics.leading.set(i64::from(leads));
        self.metrics.broken_files.set(i64::try_from(broken).unwrap_or(i64::MAX));
    }

    /// The only namespaces that count, as soon as they are known.
    async fn selected(&mut self, settings: &Settings) -> Option<Names> {
        let wanted = settings.namespaces.selector.as_ref();
        if self.selection.as_ref().map(Selection::labels) != wanted.map(String::as_str) {
            self.selection = wanted.map(|labels| Selection::follow(self.client.clone(), labels.clone()));
        }
        match &mut self.selection {
            Some(selection) => Some(selection.names().await),
            None => None,
        }
    }

    fn shared(&self, judge: Judge, leads: bool, selected: Option<Names>, streaming_lists: bool) -> Shared {
        Shared {
            judge: Arc::new(judge),
            outbox: Arc::clone(&self.outbox),
            owners: Arc::clone(&self.owners),
            reader: self.reader.clone(),
            missed: Arc::clone(&self.missed),
            leads,
            selected,
            streaming_lists,
            kinds: self.kinds.clone(),
            client: self.client.clone(),
            status: self.status.clone(),
            metrics: self.metrics.clone(),
        }
    }

    /// Ends when another shift has to begin.
    async fn changed(&mut self, leads: bool) {
        let namespaces = async {
            match &mut self.selection {
                Some(selection) => selection.changed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Ok(()) = self.settings.changed() => {}
            Ok(()) = self.rules.changed() => {}
            Ok(()) = self.broken.changed() => {}
            Ok(()) = self.leading.changed() => {}
            () = namespaces => {}
            else => std::future::pending().await,
        }
        // At once when leadership is lost; otherwise a moment later.
        if !leads || *self.leading.borrow() {
            tokio::time::sleep(SETTLE).await;
        }
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
                    stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
                }
                None => break,
            }
        }
        false
    }
}
