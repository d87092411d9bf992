//! Reads what lies beside a failed object (other objects, the end of a log) and reports again.
//!
//! The first report does not wait for this: it may take a while, and what is read may be gone.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use k8s_openapi::api::core::v1::Pod;
use kite_rules::{Judgement, Said, Wanted, WatchedKind};
use kite_runtime::redact::redact;
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

/// Objects that may wait; what comes when there are more is reported without more words.
const WAITING: usize = 100_000;
/// How long one read may take.
const LIMIT: Duration = Duration::from_secs(5);
/// Objects of one list.
const MOST_OBJECTS: u32 = 200;
const LOG_LINES: i64 = 40;
const LOG_BYTES: i64 = 64 * 1024;

/// An object of which more can be said. Only its name waits: it is read again.
#[derive(Debug)]
pub struct Incomplete {
    /// Who judges it.
    pub judge: Arc<Judge>,
    /// Its kind.
    pub kind: WatchedKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
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
        readers: usize,
        metrics: Metrics,
    ) -> (Self, impl Future<Output = ()>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let receiver = Mutex::new(receiver);
        let desk = Desk { client, kinds, outbox, metrics: metrics.clone() };
        let work = async move {
            let readers = (0..readers).map(|_| desk.work(&receiver));
            futures::future::join_all(readers).await;
        };
        (Self { sender, metrics }, work)
    }

    /// Has more said about an object; false when too many wait.
    pub fn read(&self, incomplete: Incomplete) -> bool {
        let is_taken = self.sender.try_send(incomplete).is_ok();
        if !is_taken {
            self.metrics.related_reads.get_or_create(&ResultLabels { result: "skipped" }).inc();
        }
        is_taken
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
        let Incomplete { judge, kind, namespace, name } = incomplete;
        let api = self.api(&kind, &namespace)?;
        let object = value(&self.read(|| api.get(&name)).await?)?;
        let mut related = Map::new();
        let mut found_any = false;
        loop {
            let judgement = judge.judge(&object, now(), &related).ok()?;
            if judgement.needs.is_empty() {
                // A recovery waited for this; a failure was said already, with fewer words.
                let is_news = found_any || judgement.said.iter().any(|said| !is_failing(said));
                return is_news.then_some(judgement);
            }
            for need in judgement.needs {
                let found = self.fetch(&namespace, &need.what).await;
                found_any |= found.is_some();
                // What cannot be read is as good as not there, and is not asked for again.
                related.insert(need.name, found.unwrap_or_else(|| need.what.nothing()));
            }
        }
    }

    async fn fetch(&self, namespace: &str, wanted: &Wanted) -> Option<Value> {
        match wanted {
            Wanted::Objects { kind, labels } => {
                let labels: Vec<_> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
                let parameters = ListParams::default().labels(&labels.join(",")).limit(MOST_OBJECTS);
                let api = self.api(kind, namespace)?;
                let list = self.read(|| api.list(&parameters)).await?;
                Some(list.items.iter().filter_map(value).collect())
            }
            Wanted::Log { pod, container } => {
                let parameters = LogParams {
                    container: Some(container.clone()),
                    tail_lines: Some(LOG_LINES),
                    limit_bytes: Some(LOG_BYTES),
                    ..LogParams::default()
                };
                let api = Api::<Pod>::namespaced(self.client.clone(), namespace);
                let log = self.read(|| api.logs(pod, &parameters)).await?;
                Some(plain(&log).into())
            }
        }
    }

    fn api(&self, kind: &WatchedKind, namespace: &str) -> Option<Api<WatchedObject>> {
        let found = self.kinds.get(kind)?;
        Some(if found.is_namespaced {
            Api::namespaced_with(self.client.clone(), namespace, &found.resource)
        } else {
            Api::all_with(self.client.clone(), &found.resource)
        })
    }

    /// Reads one thing, again if the API server has no time.
    async fn read<T, Read>(&self, read: impl Fn() -> Read) -> Option<T>
    where
        Read: Future<Output = kube::Result<T>>,
    {
        let limited = || async {
            match timeout(LIMIT, read()).await {
                Ok(found) => found.map_err(Failure::from),
                Err(_) => Err(Failure::Timeout),
            }
        };
        let again = ExponentialBuilder::default().with_jitter();
        let (result, found) = match limited.retry(again).when(|failure| *failure == Failure::Busy).await {
            Ok(found) => ("found", Some(found)),
            Err(Failure::Missing) => ("missing", None),
            Err(Failure::Timeout) => ("timeout", None),
            Err(Failure::Busy | Failure::Refused) => ("failed", None),
        };
        self.metrics.related_reads.get_or_create(&ResultLabels { result }).inc();
        found
    }
}

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Missing,
    Refused,
    Timeout,
    /// The API server may answer the next time.
    Busy,
}

impl From<kube::Error> for Failure {
    fn from(error: kube::Error) -> Self {
        tracing::debug!(error = &error as &dyn std::error::Error, "something beside an object could not be read");
        match error {
            kube::Error::Api(status) => match status.code {
                404 => Self::Missing,
                429 | 500.. => Self::Busy,
                _ => Self::Refused,
            },
            _ => Self::Busy,
        }
    }
}

/// Whether a failure is said.
pub fn is_failing(said: &Said) -> bool {
    said.report.verdict.as_deref() == Some("failing")
}

fn value(object: &WatchedObject) -> Option<Value> {
    serde_json::from_str(object.text()).ok()
}

/// A log as plain text: no colours, no secrets.
fn plain(log: &str) -> String {
    redact(&strip_ansi_escapes::strip_str(log)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_lose_their_colours_and_secrets() {
        assert_eq!(plain("\u{1b}[31mERROR\u{1b}[0m: token=abcdefgh\n"), "ERROR: token=[redacted]\n");
    }
}
