//! What every request has at hand.

use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use kite_rules::{Config, RuleSet};
use kite_runtime::shutdown::Shutdown;
use kite_store::Store;
use tokio::sync::watch;

use crate::access::Access;
use crate::clock::Clock;
use crate::feed::Feed;
use crate::http_metrics::HttpMetrics;
use crate::ingest::Ingest;
use crate::limits::Limits;
use crate::rules::Rules;
use crate::sources::Sources;

/// The running service. Cheap to clone, which happens several times per request.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of the running service.
pub struct Parts {
    /// Who may do what.
    pub access: Access,
    /// How often each caller may ask, and how many times at once.
    pub limits: Limits,
    /// The database, for reading.
    pub store: Store,
    /// The one way in, for writing.
    pub ingest: Ingest,
    /// The rules in force; the webhooks among them answer.
    pub rules: watch::Receiver<Arc<RuleSet>>,
    /// Rule files that cannot be used, and why.
    pub broken_rules: watch::Receiver<Vec<String>>,
    /// What rule files may know about the installation.
    pub rule_config: Config,
    /// Settings that requests need.
    pub settings: Settings,
    /// The time that clients' times are held against.
    pub clock: Clock,
    /// What happens, as it happens.
    pub feed: Feed,
    /// Who reports.
    pub sources: Sources,
    /// The figures of all requests.
    pub http_metrics: HttpMetrics,
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
    /// Pages of other servers that may call the service (`KITE_ALLOWED_ORIGINS`).
    pub allowed_origins: Vec<String>,
    /// How long a request may take until its answer begins (`KITE_WRITE_TIMEOUT`).
    pub answer_within: Duration,
    /// How often it is asked again whether those who follow a stream still may.
    pub look_again: Duration,
    /// Requests that one caller may send in a second (`KITE_RATE_LIMIT_RPS`).
    pub requests_per_second: Option<NonZeroU32>,
    /// Requests of one caller that may be in flight, streams included (`KITE_REQUESTS_IN_FLIGHT`).
    pub requests_in_flight: Option<NonZeroU32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cluster_url: String::new(),
            logs_endpoint: String::new(),
            version: String::new(),
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            answer_within: Duration::from_secs(30),
            look_again: Duration::from_secs(10),
            requests_per_second: None,
            requests_in_flight: None,
        }
    }
}

impl App {
    /// Joins the parts, and starts to follow the feed until the shutdown.
    pub fn start(
        access: Access,
        store: Store,
        ingest: Ingest,
        rules: Rules,
        settings: Settings,
        clock: Clock,
        shutdown: &Shutdown,
    ) -> Self {
        let http_metrics = HttpMetrics::default();
        Self(Arc::new(Parts {
            access,
            limits: Limits::new(settings.requests_per_second, settings.requests_in_flight),
            feed: Feed::start(store.clone(), http_metrics.streams.clone(), shutdown),
            rule_config: Config::new(&settings.cluster_url, &settings.logs_endpoint),
            settings,
            store,
            ingest,
            rules: rules.current,
            broken_rules: rules.broken,
            clock,
            sources: Sources::default(),
            http_metrics,
        }))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
