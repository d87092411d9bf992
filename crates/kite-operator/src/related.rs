//! Reads what lies beside a failed object (other objects, the end of a log) and reports again.
//!
//! The first report does not wait for this: it may take a while, and what is read may be gone.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kite_rules::{Judgement, Need, Wanted};
use kube::Client;
use kube::api::{Api, ListParams, LogParams};
use serde_json::{Map, Value};
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;

use crate::clock::now;
use crate::judge::Judge;
use crate::kinds::Kinds;
use crate::metrics::{Metrics, ResultLabels};
use crate::object::WatchedObject;
use crate::outbox::Outbox;
use crate::records::size;
use crate::redact::redact;

/// Objects that may wait; what comes when there are more is reported without more words.
const WAITING: usize = 2_000;
/// Objects that are looked at side by side.
const READERS: usize = 4;
/// How long one read may take.
const LIMIT: Duration = Duration::from_secs(5);
/// Objects of one list.
const MOST_OBJECTS: u32 = 200;
const LOG_LINES: i64 = 40;
const LOG_BYTES: i64 = 64 * 1024;

/// An object of which more can be said.
#[derive(Debug)]
pub struct Incomplete {
    /// Who judges it.
    pub judge: Arc<Judge>,
    /// The object.
    pub object: Value,
    /// Its namespace.
    pub namespace: String,
    /// What to read.
    pub needs: Vec<Need>,
}

/// Takes objects of which more can be said.
#[derive(Clone, Debug)]
pub struct Reader {
    sender: mpsc::Sender<Incomplete>,
    metrics: Metrics,
}

impl Reader {
    /// Gives a reader, and the work that must run for it.
    pub fn new(
        client: Client,
        kinds: Kinds,
        outbox: Arc<Outbox>,
        metrics: Metrics,
    ) -> (Self, impl Future<Output = ()>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let receiver = Mutex::new(receiver);
        let desk = Desk { client, kinds, outbox, metrics: metrics.clone() };
        let work = async move {
            let readers = (0..READERS).map(|_| desk.work(&receiver));
            futures::future::join_all(readers).await;
        };
        (Self { sender, metrics }, work)
    }

    /// Has more said about an object, unless too many wait.
    pub fn read(&self, incomplete: Incomplete) {
        if self.sender.try_send(incomplete).is_err() {
            self.metrics.related_reads.get_or_create(&ResultLabels { result: "skipped" }).inc();
        }
    }
}

struct Desk {
    client: Client,
    kinds: Kinds,
    outbox: Arc<Outbox>,
    metrics: Metrics,
}

impl Desk {
    async fn work(&self, receiver: &Mutex<mpsc::Receiver<Incomplete>>) {
        loop {
            let next = receiver.lock().await.recv().await;
            let Some(incomplete) = next else { return };
            if let Some(judgement) = self.complete(incomplete).await {
                for said in judgement.said {
                    let bytes = size(&said.report);
                    self.outbox.push(said.report, bytes).await;
                }
            }
        }
    }

    /// Reads until there is nothing more to read, and judges with what was found.
    async fn complete(&self, incomplete: Incomplete) -> Option<Judgement> {
        let Incomplete { judge, object, namespace, mut needs } = incomplete;
        let mut related = Map::new();
        let mut found_any = false;
        loop {
            for need in needs {
                let found = self.fetch(&namespace, &need.what).await;
                found_any |= found.is_some();
                // What cannot be read is as good as not there, and is not asked for again.
                related.insert(need.name, found.unwrap_or_else(|| need.what.nothing()));
            }
            let judgement = judge.judge(&object, now(), &related).ok()?;
            if judgement.needs.is_empty() {
                return found_any.then_some(judgement);
            }
            needs = judgement.needs;
        }
    }

    async fn fetch(&self, namespace: &str, wanted: &Wanted) -> Option<Value> {
        let found = timeout(LIMIT, async {
            match wanted {
                Wanted::Objects { kind, labels } => {
                    let found = self.kinds.get(kind)?;
                    let api = Api::namespaced_with(self.client.clone(), namespace, &found.resource);
                    let labels: Vec<_> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
                    let parameters = ListParams::default().labels(&labels.join(",")).limit(MOST_OBJECTS);
                    Some(api.list(&parameters).await.map(|list| objects(&list.items)))
                }
                Wanted::Log { pod, container } => {
                    let api = Api::<Pod>::namespaced(self.client.clone(), namespace);
                    let parameters = LogParams {
                        container: Some(container.clone()),
                        tail_lines: Some(LOG_LINES),
                        limit_bytes: Some(LOG_BYTES),
                        ..LogParams::default()
                    };
                    Some(api.logs(pod, &parameters).await.map(|log| plain(&log).into()))
                }
            }
        });
        let (result, found) = match found.await {
            Ok(Some(Ok(found))) => ("found", Some(found)),
            Ok(Some(Err(kube::Error::Api(status)))) if status.code == 404 => ("missing", None),
            Ok(Some(Err(error))) => {
                tracing::debug!(
                    namespace,
                    error = &error as &dyn std::error::Error,
                    "something beside an object could not be read"
                );
                ("failed", None)
            }
            Ok(None) => ("missing", None),
            Err(_) => ("timeout", None),
        };
        self.metrics.related_reads.get_or_create(&ResultLabels { result }).inc();
        found
    }
}

fn objects(items: &[WatchedObject]) -> Value {
    items.iter().filter_map(|item| serde_json::from_str::<Value>(item.text()).ok()).collect()
}

/// A log as plain text: no colours, no secrets.
fn plain(log: &str) -> String {
    redact(&strip_ansi_escapes::strip_str(log))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_lose_their_colours_and_secrets() {
        assert_eq!(plain("\u{1b}[31mERROR\u{1b}[0m: token=abcdefgh\n"), "ERROR: token=[redacted]\n");
    }
}
