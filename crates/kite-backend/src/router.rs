//! The table of contents of the HTTP interface.

use std::any::Any;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Router, http::HeaderName};
use kite_runtime::health::{self, Health};
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_http::cors::{Any as Anything, CorsLayer};
use utoipa::OpenApi as _;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::app::{App, Settings};
use crate::guard::let_in;
use crate::observe::{REQUEST_ID, observe};
use crate::openapi::{Frame, with_problems};
use crate::problem::Problem;
use crate::routes::{
    access, cause_decisions, causes, history, issue, issues, related, reports, service, sources, stream, summary,
    trends, webhooks,
};

/// Smaller answers are not worth the time to compress them.
const COMPRESSED_ABOVE: u64 = 4096;

/// All paths, each with and without a slash at its end, as a redirect would lose a body.
fn table() -> OpenApiRouter<App> {
    [
        routes!(issues::list_issues, issues::create_issue),
        routes!(summary::summarize),
        routes!(trends::read_trends),
        routes!(causes::list_causes),
        routes!(causes::read_cause),
        routes!(cause_decisions::list_decisions, cause_decisions::decide),
        routes!(issue::get_issue, issue::update_issue, issue::delete_issue),
        routes!(issue::resolve_issue),
        routes!(history::read_history),
        routes!(related::relate),
        routes!(related::unrelate),
        routes!(reports::take_in_reports),
        routes!(webhooks::receive_webhook),
        routes!(sources::list_sources),
        routes!(stream::stream_issues),
        routes!(access::read_access),
        routes!(service::health),
        routes!(service::version),
    ]
    .into_iter()
    .fold(OpenApiRouter::with_openapi(Frame::openapi()), with_both_spellings)
}

fn with_both_spellings(table: OpenApiRouter<App>, entry: UtoipaMethodRouter<App>) -> OpenApiRouter<App> {
    let (_, paths, methods) = &entry;
    let (paths, methods): (Vec<String>, _) = (paths.paths.keys().cloned().collect(), methods.clone());
    let table = table.routes(entry);
    paths.into_iter().fold(table, |table, path| table.route(&format!("{path}/"), methods.clone()))
}

/// The document that describes the HTTP interface.
pub fn openapi() -> utoipa::openapi::OpenApi {
    with_problems(table().into_openapi())
}

/// The whole service: the HTTP interface, `/livez` and `/readyz`, and `pages` for people.
pub fn service(app: App, health: Health, pages: Router<App>) -> Router {
    let (api, _) = table().split_for_parts();
    let document = Bytes::from(serde_json::to_vec(&openapi()).unwrap_or_default());
    let document = get(async move || ([(header::CONTENT_TYPE, "application/json")], document));
    let cors = cors(&app.settings);
    let (metrics, answer_within) = (app.http_metrics.clone(), app.settings.answer_within);
    let service = api
        .route("/openapi.json", document)
        .merge(crate::pages::router())
        .merge(pages)
        .fallback(unknown_path)
        .method_not_allowed_fallback(async || Problem::WrongMethod)
        .layer(middleware::from_fn_with_state(app.clone(), let_in))
        .with_state(app)
        // Probes come under the name of the machine they run on.
        .merge(health::router(health));
    // One stack instead of six layers: the router boxes and clones each layer for every request.
    service.layer(
        ServiceBuilder::new()
            .layer(compression())
            .layer(middleware::from_fn_with_state(metrics, observe))
            .layer(cors)
            .layer(CatchPanicLayer::custom(panicked))
            .layer(middleware::from_fn_with_state(answer_within, limit_time)),
    )
}

async fn unknown_path(uri: Uri) -> Problem {
    Problem::NotFound(format!("there is nothing at `{}`", uri.path()))
}

async fn limit_time(State(limit): State<Duration>, request: Request, next: Next) -> Result<Response, Problem> {
    let answered = tokio::time::timeout(limit, next.run(request)).await;
    answered.map_err(|_| Problem::busy("the request took too long"))
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message");
    Problem::Failed(format!("a handler panicked: {message}").into()).into_response()
}

/// Lets pages of the allowed servers call; without any, browsers keep all of them out.
fn cors(settings: &Settings) -> CorsLayer {
    let origins: Vec<HeaderValue> = settings.allowed_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    if origins.is_empty() {
        return CorsLayer::new();
    }
    let exposed: [HeaderName; 2] = [REQUEST_ID, header::ETAG];
    let methods = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
    CorsLayer::new().allow_origin(origins).allow_methods(methods).allow_headers(Anything).expose_headers(exposed)
}

fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    let worth_it = SizeAbove::new(COMPRESSED_ABOVE).and(NotForContentType::SSE).and(NotForContentType::IMAGES);
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_it)
}
