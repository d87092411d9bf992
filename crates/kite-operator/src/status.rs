//! What the operator is doing, for `/readyz`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use kite_rules::WatchedKind;
use kite_runtime::health::Readiness;
use serde_json::json;
use tokio::sync::watch;

use crate::delivery::Reached;

/// How far the watch of a kind is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Whether the cluster has the kind is not known yet.
    Unknown,
    /// The cluster does not have the kind; it may come.
    Missing,
    /// The objects are being listed.
    Listing,
    /// All objects were seen once.
    Synced,
}

/// The state of one watch.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Watch {
    progress: Progress,
    /// What went wrong last, until something goes right.
    error: Option<String>,
}

impl Watch {
    fn is_settled(&self) -> bool {
        matches!(self.progress, Progress::Missing | Progress::Synced)
    }
}

/// What the operator is doing; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Status {
    watches: Arc<Mutex<BTreeMap<String, Watch>>>,
}

/// A kind as people write it, in a namespace if the watch is for one only.
pub fn name_of(kind: &WatchedKind, namespace: Option<&str>) -> String {
    let name = if kind.group.is_empty() { kind.kind.clone() } else { format!("{}.{}", kind.kind, kind.group) };
    namespace.map_or(name.clone(), |namespace| format!("{name} in {namespace}"))
}

impl Status {
    /// Notes how far a watch is.
    pub fn set(&self, watch: &str, progress: Progress) {
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        watches.insert(watch.to_owned(), Watch { progress, error: None });
    }

    /// Notes what went wrong with a watch.
    pub fn fail(&self, watch: &str, error: String) {
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watch) = watches.get_mut(watch) {
            watch.error = Some(error);
        }
    }

    /// Notes that a watch goes on after something went wrong.
    pub fn recover(&self, watch: &str) {
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watch) = watches.get_mut(watch) {
            watch.error = None;
        }
    }

    /// Whether all was listed that can be listed: what the caller may not list is told as an error.
    pub fn is_tried(&self) -> bool {
        let watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        !watches.is_empty() && watches.values().all(|watch| watch.is_settled() || watch.error.is_some())
    }

    /// Forgets all watches.
    pub fn clear(&self) {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether every kind that the cluster has was listed once.
    pub fn is_synced(&self) -> bool {
        let watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        !watches.is_empty() && watches.values().all(Watch::is_settled)
    }

    /// Whether the operator can do its work, and why not.
    pub fn readiness(&self, reached: &watch::Receiver<Reached>, leads: bool) -> Readiness {
        let watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut readiness = Readiness::ready();
        if watches.is_empty() {
            readiness = readiness.because("nothing is watched yet");
        }
        for (name, watch) in watches.iter().filter(|(_, watch)| !watch.is_settled()) {
            let why = watch.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            readiness = readiness.because(format!("{name} was not listed yet{why}"));
        }
        match &*reached.borrow() {
            Reached::Yes => {}
            Reached::Unknown => readiness = readiness.because("the backend was not asked yet"),
            Reached::No(why) => readiness = readiness.because(format!("the backend is not reached: {why}")),
        }
        let named = |wanted: &Progress| -> Vec<_> {
            watches.iter().filter(|(_, watch)| watch.progress == *wanted).map(|(name, _)| name.clone()).collect()
        };
        let errors: BTreeMap<_, _> =
            watches.iter().filter_map(|(name, watch)| Some((name.clone(), watch.error.clone()?))).collect();
        readiness
            .with_detail("leading", leads)
            .with_detail("watched", named(&Progress::Synced))
            .with_detail("missing_kinds", named(&Progress::Missing))
            .with_detail("errors", json!(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_means_listed_and_reached() {
        let status = Status::default();
        let reached = watch::Sender::new(Reached::Unknown);
        let reasons = |status: &Status| status.readiness(&reached.subscribe(), true).reasons;
        assert_eq!(reasons(&status), ["nothing is watched yet", "the backend was not asked yet"]);

        status.set("Job.batch", Progress::Unknown);
        status.set("Snapshot", Progress::Missing);
        assert!(!status.is_synced(), "the cluster was not asked");

        status.set("Job.batch", Progress::Listing);
        status.fail("Job.batch", "forbidden".to_owned());
        reached.send_replace(Reached::Yes);
        assert_eq!(reasons(&status), ["Job.batch was not listed yet: forbidden"]);
        assert!(!status.is_synced());

        status.set("Job.batch", Progress::Synced);
        let readiness = status.readiness(&reached.subscribe(), false);
        assert!(readiness.is_ready() && status.is_synced());
        assert_eq!(readiness.details["missing_kinds"], json!(["Snapshot"]));

        reached.send_replace(Reached::No("refused".to_owned()));
        assert_eq!(reasons(&status), ["the backend is not reached: refused"]);
    }
}
