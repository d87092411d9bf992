//! The figures of the ingest queue.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::queue::Fill;

/// The figures of the ingest queue. Cheap to clone.
#[derive(Clone, Debug)]
pub struct IngestMetrics {
    waiting: Gauge,
    waiting_bytes: Gauge,
    in_flight: Gauge,
    group_size: Histogram,
    commit: Histogram,
    /// Submissions refused because the queue was full.
    pub refused: Counter,
}

impl Default for IngestMetrics {
    fn default() -> Self {
        Self {
            waiting: Gauge::default(),
            waiting_bytes: Gauge::default(),
            in_flight: Gauge::default(),
            group_size: Histogram::new([1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0]),
            commit: Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0]),
            refused: Counter::default(),
        }
    }
}

impl IngestMetrics {
    /// Shows the figures in a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("ingest_waiting", "Submissions that wait for a transaction", self.waiting.clone());
        let bytes = self.waiting_bytes.clone();
        registry.register_with_unit("ingest_waiting", "Text that waits for a transaction", Unit::Bytes, bytes);
        registry.register("ingest_groups", "Transactions that are going on", self.in_flight.clone());
        registry.register("ingest_group_size", "Submissions in one transaction", self.group_size.clone());
        registry.register_with_unit("ingest_commit", "Time of a transaction", Unit::Seconds, self.commit.clone());
        registry.register("ingest_refused", "Submissions refused by a full queue", self.refused.clone());
    }

    pub(super) fn show_queue(&self, fill: Fill) {
        let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
        self.waiting.set(number(fill.waiting));
        self.waiting_bytes.set(number(fill.bytes));
        self.in_flight.set(number(fill.in_flight));
    }

    #[expect(clippy::cast_precision_loss, reason = "group sizes are small")]
    pub(super) fn stored(&self, size: usize, took: Duration) {
        self.group_size.observe(size as f64);
        self.commit.observe(took.as_secs_f64());
    }
}
