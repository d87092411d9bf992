//! The operator's figures.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// A kind of objects.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct KindLabels {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
}

/// A detector and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReportLabels {
    /// Name of the detector.
    pub detector: String,
    /// `failing`, `healthy` or `gone`.
    pub verdict: String,
}

/// What became of something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ResultLabels {
    /// One word.
    pub result: &'static str,
}

/// The operator's figures; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Objects that are there.
    pub objects: Family<KindLabels, Gauge>,
    /// 1 while a kind is watched and was listed once, 0 while it is not.
    pub watches: Family<KindLabels, Gauge>,
    /// Watches that had to begin again.
    pub watch_errors: Family<KindLabels, Counter>,
    /// Objects that could not be read or judged.
    pub malformed: Family<KindLabels, Counter>,
    /// Reports by detector and verdict.
    pub reports: Family<ReportLabels, Counter>,
    /// Reports that wait to be sent.
    pub queue: Gauge,
    /// Age in seconds of the oldest of them.
    pub oldest_unsent: Gauge<f64, AtomicU64>,
    /// Batches by result.
    pub batches: Family<ResultLabels, Counter>,
    /// Reports that the backend refused.
    pub dead_letters: Counter,
    /// Reads of related objects and logs by result.
    pub related_reads: Family<ResultLabels, Counter>,
    /// 1 while this operator reports.
    pub leading: Gauge,
    /// Rule files that cannot be used.
    pub broken_files: Gauge,
}

impl Metrics {
    /// Shows the figures in a registry.
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("kite_operator");
        registry.register("objects", "Objects that are there", self.objects.clone());
        registry.register("watches", "Kinds that are watched and were listed once", self.watches.clone());
        registry.register("watch_errors", "Watches that had to begin again", self.watch_errors.clone());
        registry.register("malformed_objects", "Objects that could not be judged", self.malformed.clone());
        registry.register("reports", "Reports by detector and verdict", self.reports.clone());
        registry.register("queue", "Reports that wait to be sent", self.queue.clone());
        registry.register_with_unit(
            "oldest_unsent",
            "Age of the oldest report that waits to be sent",
            Unit::Seconds,
            self.oldest_unsent.clone(),
        );
        registry.register("batches", "Batches of reports by result", self.batches.clone());
        registry.register("dead_letters", "Reports that the backend refused", self.dead_letters.clone());
        registry.register("related_reads", "Reads of related objects and logs", self.related_reads.clone());
        registry.register("leading", "1 while this operator reports", self.leading.clone());
        registry.register(
            "broken_files",
            "Rule and configuration files that cannot be used",
            self.broken_files.clone(),
        );
    }
}
