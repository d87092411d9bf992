//! What every request has at hand.

use std::sync::Arc;

use kite_store::Store;

use crate::ingest::Ingest;

/// The parts of the running service. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database, for reading.
    pub store: Store,
    /// The one way in, for writing.
    pub ingest: Ingest,
    /// Settings that requests need.
    pub settings: Arc<Settings>,
}

/// Settings that requests need.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base of links to the cluster's user interface (`KITE_CLUSTER_URL`).
    pub cluster_url: String,
    /// Path of a run's logs below it (`KITE_LOGS_ENDPOINT`).
    pub logs_endpoint: String,
    /// The version shown to clients (`KITE_VERSION`).
    pub version: String,
    /// Names under which the service may be called; empty: any. Guards against DNS rebinding.
    pub allowed_hosts: Vec<String>,
}
