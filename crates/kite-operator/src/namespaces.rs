//! The namespaces that have certain labels.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;

use futures::StreamExt as _;
use k8s_openapi::api::core::v1::Namespace;
use kube::Client;
use kube::api::{Api, ResourceExt as _};
use kube::core::PartialObjectMeta;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event, watcher};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Names of namespaces.
pub type Names = Arc<BTreeSet<String>>;

/// The namespaces that match a selector, followed until this is dropped.
#[derive(Debug)]
pub struct Selection {
    labels: String,
    names: watch::Receiver<Option<Names>>,
    _following: DropGuard,
}

impl Selection {
    /// Begins to follow.
    pub fn follow(client: Client, labels: String) -> Self {
        let (sender, names) = watch::channel(None);
        let stop = CancellationToken::new();
        let (until, following) = (stop.clone(), follow(client, labels.clone(), sender));
        tokio::spawn(async move { until.run_until_cancelled(following).await });
        Self { labels, names, _following: stop.drop_guard() }
    }

    /// The selector.
    pub fn labels(&self) -> &str {
        &self.labels
    }

    /// The names, as soon as all were listed.
    pub async fn names(&mut self) -> Names {
        loop {
            if let Some(names) = self.names.borrow_and_update().clone() {
                return names;
            }
            self.changed().await;
        }
    }

    /// Ends when the names are others than those last asked for.
    pub async fn changed(&mut self) {
        if self.names.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Follows for ever; tells nothing before all were listed.
async fn follow(client: Client, selector: String, names: watch::Sender<Option<Names>>) {
    let api = Api::<PartialObjectMeta<Namespace>>::all(client);
    let config = watcher::Config::default().labels(&selector);
    let mut events = pin!(watcher(api, config).default_backoff());
    let mut now = BTreeSet::new();
    let mut listing = BTreeSet::new();
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Init) => listing.clear(),
            Ok(Event::InitApply(namespace)) => {
                listing.insert(namespace.name_any());
            }
            Ok(Event::InitDone) => tell(&names, &mut now, std::mem::take(&mut listing)),
            Ok(Event::Apply(namespace)) => {
                let mut next = now.clone();
                next.insert(namespace.name_any());
                tell(&names, &mut now, next);
            }
            Ok(Event::Delete(namespace)) => {
                let mut next = now.clone();
                next.remove(&namespace.name_any());
                tell(&names, &mut now, next);
            }
            Err(error) => {
                tracing::warn!(selector, error = &error as &dyn std::error::Error, "namespaces cannot be watched");
            }
        }
    }
}

fn tell(names: &watch::Sender<Option<Names>>, now: &mut BTreeSet<String>, next: BTreeSet<String>) {
    let is_first = names.borrow().is_none();
    if is_first || *now != next {
        *now = next;
        names.send_replace(Some(Arc::new(now.clone())));
    }
}
