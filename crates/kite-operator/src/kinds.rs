//! Which kinds the cluster has, and under which version and name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use kite_rules::WatchedKind;
use kube::Client;
use kube::api::ApiResource;
use kube::discovery::{self, Scope};
use kube::error::DiscoveryError;

/// A kind that the cluster has.
#[derive(Clone, Debug)]
pub struct Found {
    /// How to ask for its objects.
    pub resource: ApiResource,
    /// Whether its objects are in namespaces.
    pub is_namespaced: bool,
}

/// What the cluster says of kinds.
#[derive(Debug, Default)]
pub struct Answer {
    /// Those that it has.
    pub found: BTreeMap<WatchedKind, Found>,
    /// The groups of which it says nothing, and why.
    pub unknown: BTreeMap<String, String>,
}

/// The kinds that were found; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    found: Arc<Mutex<BTreeMap<WatchedKind, Found>>>,
}

impl Kinds {
    /// Asks the cluster for kinds.
    pub async fn look_for(&self, client: &Client, kinds: &BTreeSet<WatchedKind>) -> Answer {
        let mut answer = Answer::default();
        let groups: BTreeSet<_> = kinds.iter().map(|kind| kind.group.as_str()).collect();
        for group in groups {
            let resources = match discovery::group(client, group).await {
                Ok(resources) => resources,
                Err(kube::Error::Discovery(DiscoveryError::MissingApiGroup(_))) => continue,
                Err(error) => {
                    tracing::warn!(
                        group,
                        error = &error as &dyn std::error::Error,
                        "the cluster does not say what is in an API group"
                    );
                    answer.unknown.insert(group.to_owned(), error.to_string());
                    continue;
                }
            };
            // Not all kinds of a group are in its preferred version.
            for (resource, capabilities) in resources.resources_by_stability() {
                let kind = WatchedKind { group: group.to_owned(), kind: resource.kind.clone() };
                if kinds.contains(&kind) {
                    let is_namespaced = matches!(capabilities.scope, Scope::Namespaced);
                    answer.found.insert(kind, Found { resource, is_namespaced });
                }
            }
        }
        self.lock().extend(answer.found.clone());
        answer
    }

    /// A kind that was found before.
    pub fn get(&self, kind: &WatchedKind) -> Option<Found> {
        self.lock().get(kind).cloned()
    }

    /// Forgets a kind that the cluster does not have any more.
    pub fn forget(&self, kind: &WatchedKind) {
        self.lock().remove(kind);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<WatchedKind, Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
