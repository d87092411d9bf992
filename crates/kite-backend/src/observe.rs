//! Around every request: its id, its log span, its figures, and the body of an error answer.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::http_metrics::HttpMetrics;
use crate::pages::failure::{self, Asked};
use crate::pages::html;
use crate::problem::Problem;

/// The header that names a request in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What looks like a page here runs and loads nothing.
const NOTHING_RUNS: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const LONGEST_ID: usize = 128;

/// Answers a request under its id, in its span, and counts it.
pub async fn observe(State(metrics): State<HttpMetrics>, request: Request, next: Next) -> Response {
    let (begun, _in_flight) = (Instant::now(), metrics.begin());
    let id = request_id(request.headers());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unknown", |path| without_slash(path.as_str()));
    let page = html::is_wanted(request.uri().path(), request.headers().get(header::ACCEPT));
    let page = page.then(|| Asked::of(&request));
    let span = tracing::info_span!("request", request.id = id.to_str().ok(), http.method = %method, http.route = route);
    let response = next.run(request).instrument(span.clone()).await;
    let response = span.in_scope(|| with_body(response, &id, page));
    metrics.record(&method, route, response.status(), begun.elapsed());
    with_headers(response, id)
}

fn with_headers(mut response: Response, id: HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING_RUNS);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    response
}

/// Writes the body of an error answer. Old clients look for a content type of JSON, so it is
/// `application/json` and not `application/problem+json`.
fn with_body(mut response: Response, id: &HeaderValue, page: Option<Asked>) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() else {
        return response;
    };
    problem.log();
    if let Some(page) = page {
        return failure::answer(&problem, &response, id.to_str().unwrap_or_default(), &page);
    }
    let body = serde_json::to_vec(&problem.body(id.to_str().unwrap_or_default())).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = body.into();
    response
}

/// The client's id when it is short and plain, or a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let is_plain = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=LONGEST_ID).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte))
    };
    headers.get(REQUEST_ID).filter(is_plain).cloned().unwrap_or_else(new_id)
}

fn new_id() -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    let id = Uuid::now_v7().hyphenated().encode_lower(&mut buffer);
    HeaderValue::from_str(id).unwrap_or(HeaderValue::from_static("none"))
}

fn without_slash(route: &str) -> &str {
    match route.strip_suffix('/') {
        Some(route) if !route.is_empty() => route,
        _ => route,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(sent: &str) -> String {
        let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_str(sent).unwrap())]);
        request_id(&headers).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_client_may_name_its_request_in_plain_letters() {
        assert_eq!(id_for("deploy-42_a.b:c"), "deploy-42_a.b:c");
        let too_long = "x".repeat(LONGEST_ID + 1);
        for refused in ["", "a b", "a\"b", "<script>", &too_long] {
            assert!(id_for(refused).parse::<Uuid>().is_ok(), "{refused}");
        }
    }

    #[test]
    fn both_spellings_of_a_path_are_one_route() {
        assert_eq!(without_slash("/api/v1/issues/"), "/api/v1/issues");
        assert_eq!(without_slash("/"), "/");
    }
}
