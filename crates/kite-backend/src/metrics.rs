//! The figures of the database.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use kite_runtime::shutdown::Shutdown;
use kite_store::Store;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use tokio::time::{MissedTickBehavior, interval};

const LOOK_EVERY: Duration = Duration::from_secs(15);

/// The figures of the database, looked at from time to time.
#[derive(Clone, Debug, Default)]
pub struct StoreMetrics {
    up: Gauge,
    open: Gauge,
    idle: Gauge,
    feed_lag: Gauge<f64, AtomicU64>,
}

impl StoreMetrics {
    /// Looks at the database until the shutdown.
    pub fn start(store: Store, shutdown: &Shutdown) -> Self {
        let metrics = Self::default();
        let (stop, looking) = (shutdown.token(), metrics.clone().look(store));
        shutdown.spawn(async move { stop.run_until_cancelled(looking).await });
        metrics
    }

    /// Shows the figures in a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("database_up", "Whether the database answers", self.up.clone());
        registry.register("database_connections", "Open connections", self.open.clone());
        registry.register("database_connections_idle", "Connections without work", self.idle.clone());
        let lag = self.feed_lag.clone();
        registry.register_with_unit(
            "feed_lag",
            "Age of the oldest change that no feed may show yet",
            Unit::Seconds,
            lag,
        );
    }

    async fn look(self, store: Store) {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let pulse = store.pulse().await.ok();
            self.up.set(i64::from(pulse.is_some()));
            if let Some(pulse) = pulse {
                self.open.set(i64::from(pulse.open_connections));
                self.idle.set(i64::from(pulse.idle_connections));
                self.feed_lag.set(pulse.feed_lag_seconds);
            }
        }
    }
}
