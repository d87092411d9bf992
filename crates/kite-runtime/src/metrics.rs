//! `/metrics` on a listener of its own, so that figures never leak through the API.

use std::{
    fs,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, text::encode},
    metrics::{gauge::ConstGauge, info::Info},
    registry::{Registry, Unit},
};

use crate::health::{self, Health};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Gives `/metrics`, `/livez` and `/readyz`, to be served on the metrics listener.
pub fn router(registry: Registry, health: Health) -> Router {
    Router::new().route("/metrics", get(scrape)).with_state(Arc::new(registry)).merge(health::router(health))
}

/// Adds the program's version, and the process's start time and resident memory, to a registry.
pub fn register_process(registry: &mut Registry, version: &'static str) {
    registry.register("build", "The version that runs", Info::new([("version", version)]));
    let started = SystemTime::now().duration_since(UNIX_EPOCH);
    registry.register_with_unit(
        "process_start_time",
        "When the process started, in seconds since 1970",
        Unit::Seconds,
        ConstGauge::new(started.unwrap_or_default().as_secs_f64()),
    );
    registry.register_collector(Box::new(ResidentMemory));
}

async fn scrape(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Reads the resident memory at each scrape; absent where `/proc` is.
#[derive(Debug)]
struct ResidentMemory;

impl Collector for ResidentMemory {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Some(bytes) = resident_bytes() else {
            return Ok(());
        };
        let gauge = ConstGauge::new(bytes);
        let metric = encoder.encode_descriptor(
            "process_resident_memory",
            "Resident memory of the process",
            Some(&Unit::Bytes),
            gauge.metric_type(),
        )?;
        gauge.encode(metric)
    }
}

fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt;
    use prometheus_client::metrics::counter::Counter;
    use tokio_util::sync::CancellationToken;
    use tower::ServiceExt;

    use super::*;
    use crate::health::Readiness;

    #[tokio::test]
    async fn a_scrape_shows_registered_and_process_metrics() {
        let mut registry = Registry::default();
        register_process(&mut registry, "1.2.3");
        let reports: Counter = Counter::default();
        registry.register("reports", "Reports received", reports.clone());
        reports.inc_by(3);
        let health = Health::new(CancellationToken::new(), async || Readiness::ready());

        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = router(registry, health).oneshot(request).await.unwrap();

        assert_eq!(response.headers()[CONTENT_TYPE], OPEN_METRICS);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("reports_total 3\n"), "{text}");
        assert!(text.contains("process_start_time_seconds "), "{text}");
        assert!(text.contains("process_resident_memory_bytes "), "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
