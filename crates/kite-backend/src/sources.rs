//! Who reports: noted in memory beside every post, written from time to time.
//!
//! A source that may report everywhere is noted once; it is shown to everybody who reads anything,
//! so nothing in it names a tenant. Any other is noted once for each namespace that it reports for.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use kite_core::Scope;
use kite_runtime::shutdown::Shutdown;
use kite_store::{Source, SourceKind, Store, StoreError};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use tokio::time::{MissedTickBehavior, interval};

use crate::access::{Caller, Key, Verb};
use crate::input::{Agent, Asking};

const WRITE_EVERY: Duration = Duration::from_secs(10);
/// Sources that are remembered between two writes.
const MOST: usize = 10_000;

/// Who was heard since the last write. Cheap to clone.
#[derive(Clone, Default)]
pub struct Sources(Arc<Parts>);

#[derive(Default)]
struct Parts {
    heard: Mutex<HashMap<Voice, Heard>>,
    dropped: Counter,
}

/// Clusters and namespaces with the number of reports for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<(String, String), u64>);

/// Somebody who reports for a place, as it calls.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Voice {
    caller: Key,
    product: String,
    webhook: Option<String>,
    operator_of: Option<String>,
    cluster: String,
    namespace: String,
}

/// What is known of a voice since the last write.
#[derive(Clone)]
struct Heard {
    caller: Caller,
    version: String,
    first_at: Timestamp,
    last_at: Timestamp,
    reports: u64,
}

impl Places {
    /// The places of what was reported.
    pub fn of<'a>(scopes: impl IntoIterator<Item = &'a Scope>) -> Self {
        let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for scope in scopes {
            *counts.entry((&scope.cluster, &scope.namespace)).or_default() += 1;
        }
        let owned =
            |((cluster, namespace), count): ((&str, &str), u64)| ((cluster.to_owned(), namespace.to_owned()), count);
        Self(counts.into_iter().map(owned).collect())
    }

    /// A place for which nothing was reported: somebody only says that it is there.
    pub fn silent(namespace: &str) -> Self {
        Self([((String::new(), namespace.to_owned()), 0)].into())
    }
}

impl Sources {
    /// Notes that somebody was heard, through a webhook or without one.
    pub fn hear(&self, asking: &Asking, agent: &Agent, webhook: Option<&str>, places: Places, now: Timestamp) {
        let operator_of = agent.operator_of().filter(|_| webhook.is_none()).map(str::to_owned);
        let caller = asking.caller();
        let mut heard = self.0.heard.lock().unwrap_or_else(PoisonError::into_inner);
        for ((cluster, namespace), reports) in places.0 {
            let voice = Voice {
                caller: caller.key(),
                product: agent.product.clone(),
                webhook: webhook.map(str::to_owned),
                cluster: operator_of.clone().unwrap_or(cluster),
                operator_of: operator_of.clone(),
                namespace,
            };
            let new = || Heard {
                caller: caller.clone(),
                version: agent.version.clone(),
                first_at: now,
                last_at: now,
                reports,
            };
            self.0.add(&mut heard, voice, new);
        }
    }

    /// Writes down who was heard since the last time; what cannot be written waits for the next.
    pub async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let heard = std::mem::take(&mut *self.0.heard.lock().unwrap_or_else(PoisonError::into_inner));
        let written = store.source_note(&rows(&heard).await).await;
        if written.is_err() {
            let mut since = self.0.heard.lock().unwrap_or_else(PoisonError::into_inner);
            for (voice, heard) in heard {
                self.0.add(&mut since, voice, || heard);
            }
        }
        written
    }

    /// Writes from time to time until the shutdown. What is heard after that is the caller's to write.
    pub fn start(&self, store: &Store, shutdown: &Shutdown) {
        let (stop, writing) = (shutdown.token(), Box::pin(self.clone().keep_writing(store.clone())));
        shutdown.spawn(async move { stop.run_until_cancelled(writing).await });
    }

    /// Shows the figures in a registry.
    pub fn register(&self, registry: &mut Registry) {
        let dropped = self.0.dropped.clone();
        registry.register("sources_dropped", "Times that a source was not noted, as there were too many", dropped);
    }

    async fn keep_writing(self, store: Store) {
        let mut ticks = interval(WRITE_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.write(&store).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "who reports cannot be written down now");
            }
        }
    }
}

impl Parts {
    fn add(&self, heard: &mut HashMap<Voice, Heard>, voice: Voice, new: impl FnOnce() -> Heard) {
        if let Some(known) = heard.get_mut(&voice) {
            known.join(new());
        } else if heard.len() < MOST {
            heard.insert(voice, new());
        } else {
            self.dropped.inc();
        }
    }
}

impl Heard {
    fn join(&mut self, other: Self) {
        if other.last_at >= self.last_at {
            self.version = other.version;
            self.last_at = other.last_at;
        }
        self.first_at = self.first_at.min(other.first_at);
        self.reports += other.reports;
    }
}

impl Voice {
    fn kind(&self) -> SourceKind {
        match (&self.webhook, &self.operator_of) {
            (Some(_), _) => SourceKind::Webhook,
            (None, Some(_)) => SourceKind::Operator,
            (None, None) => SourceKind::Api,
        }
    }

    /// What it is called. The name of a caller may hold that of a tenant: only its readers see it.
    fn name(&self, caller: &Caller, is_everywhere: bool) -> String {
        let product = if self.product.is_empty() { "unknown" } else { &self.product };
        match (&self.webhook, caller.name()) {
            (Some(webhook), _) => webhook.clone(),
            (None, Some(name)) if !is_everywhere && self.kind() == SourceKind::Api => name.to_owned(),
            (None, _) => product.to_owned(),
        }
    }

    /// How it is stored; not at all when it named no place and may not report everywhere.
    fn source(&self, heard: &Heard, is_everywhere: bool) -> Option<Source> {
        let namespace = if is_everywhere { String::new() } else { self.namespace.clone() };
        (is_everywhere || !namespace.is_empty()).then(|| Source {
            kind: self.kind(),
            name: self.name(&heard.caller, is_everywhere),
            cluster: self.cluster.clone(),
            namespace,
            version: heard.version.clone(),
            first_heard_at: heard.first_at,
            last_heard_at: heard.last_at,
            reports: heard.reports,
        })
    }
}

/// The sources behind what was heard, each once.
async fn rows(heard: &HashMap<Voice, Heard>) -> Vec<Source> {
    let mut everywhere: HashMap<Key, bool> = HashMap::new();
    for (voice, Heard { caller, .. }) in heard {
        if let Entry::Vacant(unasked) = everywhere.entry(voice.caller) {
            // Who cannot be asked about is noted where only readers of its namespaces look.
            unasked.insert(caller.may(Verb::Report, None).await.unwrap_or(false));
        }
    }
    let is_everywhere = |voice: &Voice| everywhere.get(&voice.caller).copied().unwrap_or(false);
    let mut rows: BTreeMap<_, Source> = BTreeMap::new();
    for source in heard.iter().filter_map(|(voice, heard)| voice.source(heard, is_everywhere(voice))) {
        let key = (source.kind, source.name.clone(), source.cluster.clone(), source.namespace.clone());
        match rows.get_mut(&key) {
            Some(known) => join(known, source),
            None => drop(rows.insert(key, source)),
        }
    }
    rows.into_values().collect()
}

fn join(known: &mut Source, other: Source) {
    if other.last_heard_at >= known.last_heard_at {
        known.version = other.version;
        known.last_heard_at = other.last_heard_at;
    }
    known.first_heard_at = known.first_heard_at.min(other.first_heard_at);
    known.reports += other.reports;
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::USER_AGENT;
    use kite_core::Reach;
    use kite_store::testing::Temporary;
    use kite_testing::build::{at, scope_in};

    use super::*;
    use crate::access::Access;

    async fn asking() -> Asking {
        Asking::new(Access::Open.sign_in(&HeaderMap::new()).await.unwrap(), None)
    }

    fn agent(text: &str) -> Agent {
        Agent::read(&HeaderMap::from_iter([(USER_AGENT, text.parse().unwrap())]))
    }

    fn places(namespaces: &[&str]) -> Places {
        let scopes: Vec<_> = namespaces.iter().map(|namespace| scope_in(namespace, "shop")).collect();
        Places::of(&scopes)
    }

    #[tokio::test]
    async fn an_operator_is_one_source_however_many_namespaces_it_reports_for() {
        let (database, sources, asking) = (Temporary::sqlite(), Sources::default(), asking().await);
        let store = database.connect().await;
        sources.hear(&asking, &agent("kite-operator/1 (east)"), None, places(&["a", "b", "a"]), at(5));
        sources.write(&store).await.unwrap();
        sources.hear(&asking, &agent("kite-operator/2 (east)"), None, Places::silent(""), at(65));
        sources.hear(&asking, &agent("curl/8"), Some("pipeline-failure"), places(&["a"]), at(7));
        sources.write(&store).await.unwrap();
        let told: Vec<_> = store
            .source_list(&Reach::All, 10)
            .await
            .unwrap()
            .into_iter()
            .map(|one| (one.kind, one.name, one.cluster, one.namespace, one.version, one.reports, one.last_heard_at))
            .collect();
        let row = |kind, name: &str, cluster: &str, version: &str, reports, last| {
            (kind, name.to_owned(), cluster.to_owned(), String::new(), version.to_owned(), reports, last)
        };
        assert_eq!(
            told,
            [
                row(SourceKind::Operator, "kite-operator", "east", "2", 3, at(65)),
                row(SourceKind::Webhook, "pipeline-failure", "", "8", 1, at(7)),
            ]
        );
    }

    #[tokio::test]
    async fn what_cannot_be_written_waits() {
        let (database, sources, asking) = (Temporary::sqlite(), Sources::default(), asking().await);
        let gone = Temporary::sqlite().connect().await;
        gone.close().await;
        sources.hear(&asking, &agent("curl/8"), None, places(&["a"]), at(1));
        sources.write(&gone).await.unwrap_err();
        sources.hear(&asking, &agent("curl/8"), None, places(&["a"]), at(2));
        let store = database.connect().await;
        sources.write(&store).await.unwrap();
        let found = store.source_list(&Reach::All, 10).await.unwrap();
        assert_eq!((found.len(), found[0].reports, found[0].first_heard_at), (1, 2, at(1)));
    }

    #[tokio::test]
    async fn too_many_sources_are_counted_and_not_kept() {
        let (sources, asking) = (Sources::default(), asking().await);
        for number in 0..MOST + 3 {
            sources.hear(&asking, &agent(&format!("tool-{number}/1")), None, places(&["a"]), at(1));
        }
        sources.hear(&asking, &agent("tool-0/1"), None, places(&["a"]), at(2));
        assert_eq!(sources.0.dropped.get(), 3);
        assert_eq!(sources.0.heard.lock().unwrap().len(), MOST);
    }
}
