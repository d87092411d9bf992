//! How many requests were answered, how, and how long it took.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// From half a millisecond to the time limit of a request.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// The figures of all requests. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpMetrics {
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram>,
    in_flight: Gauge,
    /// Live streams that are open.
    pub streams: Gauge,
}

/// What was asked. Few values: the route as registered, never the path as sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: &'static str,
}

impl Default for HttpMetrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            in_flight: Gauge::default(),
            streams: Gauge::default(),
        }
    }
}

impl HttpMetrics {
    /// Shows the figures in a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests answered, by route and class of status", self.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time from a request's header to its answer's header",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register("http_requests_in_flight", "Requests that wait for an answer", self.in_flight.clone());
        registry.register("http_streams", "Live streams that are open", self.streams.clone());
    }

    /// Counts a request as waiting for its answer until the guard is dropped.
    pub fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts one answer.
    pub fn record(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let asked = Asked { method: known(method), route: route.to_owned() };
        self.durations.get_or_create(&asked).observe(took.as_secs_f64());
        let Asked { method, route } = asked;
        self.requests.get_or_create(&Answered { method, route, status: class(status) }).inc();
    }
}

/// A request that waits for its answer.
#[derive(Debug)]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Clients may send any word as a method; a label has few values.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;

    use super::*;

    #[test]
    fn requests_are_counted_by_route_and_class_of_status() {
        let (metrics, mut registry) = (HttpMetrics::default(), Registry::default());
        metrics.register(&mut registry);
        let took = Duration::from_millis(3);
        metrics.record(&Method::GET, "/api/v1/issues/{id}", StatusCode::OK, took);
        metrics.record(&Method::GET, "/api/v1/issues/{id}", StatusCode::NOT_MODIFIED, took);
        metrics.record(&"BREW".parse().unwrap(), "unknown", StatusCode::METHOD_NOT_ALLOWED, took);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        for line in [
            r#"http_requests_total{method="GET",route="/api/v1/issues/{id}",status="2xx"} 1"#,
            r#"http_requests_total{method="other",route="unknown",status="4xx"} 1"#,
            r#"http_request_duration_seconds_count{method="GET",route="/api/v1/issues/{id}"} 2"#,
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
