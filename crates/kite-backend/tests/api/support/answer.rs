//! An answer, read to its end.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::text;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads an answer. Whatever it is, it must keep the promises made for all of them.
    pub async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
        let answer = Self { status: parts.status, headers: parts.headers, body };
        answer.check_promises();
        answer
    }

    fn check_promises(&self) {
        assert!(!text(&self.headers, "x-request-id").is_empty(), "{self:?}");
        assert_eq!(text(&self.headers, "x-content-type-options"), "nosniff");
        assert_eq!(text(&self.headers, "x-frame-options"), "DENY");
        let policy = text(&self.headers, "content-security-policy");
        assert!(policy.ends_with("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        if self.is_page() {
            assert!(policy.starts_with("default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'"));
            assert_eq!(text(&self.headers, "cache-control"), "private, no-store");
            return;
        }
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        if self.status.as_u16() < 400 || self.status == StatusCode::SERVICE_UNAVAILABLE {
            return;
        }
        let problem = self.json();
        assert_eq!(text(&self.headers, "content-type"), "application/json");
        for field in ["error", "message", "title", "detail", "requestId"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {problem}");
        }
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(problem["requestId"], text(&self.headers, "x-request-id"));
    }

    /// Whether it is for people.
    pub fn is_page(&self) -> bool {
        text(&self.headers, "content-type").starts_with("text/html")
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body of an answer that must have this status.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        if self.body.is_empty() || self.is_page() { Value::Null } else { self.json() }
    }

    /// The fields that the answer names as wrong.
    pub fn wrong_fields(&self) -> Vec<String> {
        let details = self.json()["details"].as_array().cloned().unwrap_or_default();
        details.iter().map(|detail| detail["field"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
