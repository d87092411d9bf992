//! `/livez` and `/readyz`: does the program run, and can it do its work?

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const CHECK_LIMIT: Duration = Duration::from_secs(5);

/// What a readiness check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Why the program cannot do its work; empty when it can.
    pub reasons: Vec<String>,
    /// Figures for people, such as the lag of a feed.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
}

impl Readiness {
    /// Says that nothing is in the way.
    pub fn ready() -> Self {
        Self::default()
    }

    /// Says what is in the way.
    pub fn not_ready(reason: impl Into<String>) -> Self {
        Self::ready().because(reason)
    }

    /// Adds one more reason not to be ready.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reasons.push(reason.into());
        self
    }

    /// Adds a figure.
    #[must_use]
    pub fn with_detail(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.details.insert(name.into(), value.into());
        self
    }

    /// Whether nothing is in the way.
    pub fn is_ready(&self) -> bool {
        self.reasons.is_empty()
    }
}

type Check = dyn Fn() -> Pin<Box<dyn Future<Output = Readiness> + Send>> + Send + Sync;

/// The program's readiness check, and the token that makes it fail while draining.
#[derive(Clone)]
pub struct Health {
    check: Arc<Check>,
    stopping: CancellationToken,
}

impl Health {
    /// Combines a readiness check with the shutdown token.
    pub fn new<C, F>(stopping: CancellationToken, check: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Readiness> + Send + 'static,
    {
        Self { check: Arc::new(move || Box::pin(check())), stopping }
    }

    /// Runs the check, which has five seconds to answer.
    pub async fn readiness(&self) -> Readiness {
        if self.stopping.is_cancelled() {
            return Readiness::not_ready("shutting down");
        }
        let took_too_long = |_| Readiness::not_ready(format!("the readiness check took longer than {CHECK_LIMIT:?}"));
        timeout(CHECK_LIMIT, (self.check)()).await.unwrap_or_else(took_too_long)
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("stopping", &self.stopping).finish_non_exhaustive()
    }
}

/// Gives `/livez` and `/readyz`, to be merged into any router.
pub fn router(health: Health) -> Router {
    Router::new().route("/livez", get(async || "ok")).route("/readyz", get(readyz)).with_state(health)
}

async fn readyz(State(health): State<Health>) -> Response {
    let readiness = health.readiness().await;
    let status = if readiness.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt;
    use serde_json::json;
    use tower::ServiceExt;

    use super::*;

    async fn probe(health: Health, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router(health).oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn unready() -> Health {
        Health::new(CancellationToken::new(), async || {
            Readiness::not_ready("the database is down").because("no lease").with_detail("lag_seconds", 7)
        })
    }

    #[tokio::test]
    async fn a_ready_program_answers_200() {
        let health = Health::new(CancellationToken::new(), async || Readiness::ready());
        let (status, body) = probe(health, "/readyz").await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, r#"{"reasons":[]}"#));
    }

    #[tokio::test]
    async fn an_unready_program_answers_503_with_reasons_and_details() {
        let (status, body) = probe(unready(), "/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            serde_json::from_str::<Value>(&body).unwrap(),
            json!({
                "reasons": ["the database is down", "no lease"],
                "details": {"lag_seconds": 7}
            })
        );
    }

    #[tokio::test]
    async fn an_unready_program_is_still_alive() {
        let (status, _) = probe(unready(), "/livez").await;
        assert_eq!(status, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_draining_program_is_not_ready() {
        let stopping = CancellationToken::new();
        let health = Health::new(stopping.clone(), async || Readiness::ready());
        stopping.cancel();
        assert_eq!(health.readiness().await.reasons, ["shutting down"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_means_not_ready() {
        let health = Health::new(CancellationToken::new(), pending::<Readiness>);
        assert!(!health.readiness().await.is_ready());
    }
}
