//! The whole service in one value, for this crate's program and for the one on a laptop.

use std::path::PathBuf;

use axum::Router;
use jiff::SignedDuration;
use kite_runtime::health::{Health, Readiness};
use kite_runtime::shutdown::Shutdown;
use kite_store::Store;
use prometheus_client::registry::Registry;

use crate::access::Access;
use crate::app::{App, Settings};
use crate::clock::Clock;
use crate::ingest::{self, Ingest, IngestMetrics};
use crate::metrics::StoreMetrics;
use crate::rules::Rules;
use crate::{router, tasks};

/// What the service can be told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Settings that requests need.
    pub settings: Settings,
    /// Bounds of the ingest queue.
    pub ingest: ingest::Options,
    /// Folder of more rule files.
    pub rules: Option<PathBuf>,
    /// How long clears of scopes without issues are kept, from their receipt; for good when absent.
    pub keep_clears: Option<SignedDuration>,
}

/// The running service.
pub struct Service {
    /// Everything that is served over HTTP.
    pub router: Router,
    /// The readiness check.
    pub health: Health,
    /// The figures.
    pub registry: Registry,
    /// What every request has at hand.
    pub app: App,
}

impl Service {
    /// Starts everything but the listeners. To be followed by [`end`] when the last request is answered.
    pub fn start(access: Access, store: Store, options: Options, shutdown: &Shutdown) -> Self {
        let ingest_metrics = IngestMetrics::default();
        let ingest = Ingest::with_options(store.clone(), options.ingest, ingest_metrics.clone());
        let rules = Rules::start(options.rules, shutdown);
        tasks::start(&store, &ingest, options.keep_clears, shutdown);
        let app = App::start(access, store.clone(), ingest, rules.clone(), options.settings, Clock::system(), shutdown);
        app.sources.start(&store, shutdown);
        let mut registry = Registry::with_prefix("kite");
        let store_metrics = StoreMetrics::start(store.clone(), shutdown);
        store_metrics.register(&mut registry);
        ingest_metrics.register(&mut registry);
        app.http_metrics.register(&mut registry);
        app.sources.register(&mut registry);
        registry.register("rules_broken", "Rule files that cannot be used", rules.broken_count.clone());
        let health = Health::new(shutdown.token(), move || readiness(store.clone(), rules.clone()));
        let router = router::service(app.clone(), health.clone(), Router::new());
        Self { router, health, registry, app }
    }
}

/// Ends what outlives the last request: all that was taken in is stored.
pub async fn end(app: &App) {
    app.ingest.close().await;
    if let Err(error) = app.sources.write(&app.store).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "who reported last cannot be written down");
    }
}

async fn readiness(store: Store, rules: Rules) -> Readiness {
    let broken = rules.broken.borrow().clone();
    let readiness = match store.pulse().await {
        Ok(pulse) => Readiness::ready().with_detail("feed_lag_seconds", pulse.feed_lag_seconds),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the database cannot be reached");
            Readiness::not_ready("the database cannot be reached")
        }
    };
    if broken.is_empty() { readiness } else { readiness.with_detail("broken_rules", broken) }
}
