//! `/api/v1/webhooks/{name}`: what other tools post.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use kite_api::WebhookResponse;

use super::answer::written;
use super::parameters::{InNamespace, WebhookName};
use crate::app::App;
use crate::input::body::{Format, PAYLOAD, Posted};
use crate::input::{Agent, Asking, Delivery, json};
use crate::problem::Problem;
use crate::use_cases::webhooks::{self, Done};

/// Takes in a payload as the webhook's rule file says.
#[utoipa::path(post, path = "/api/v1/webhooks/{name}", tag = "reports", params(("name" = String, Path), InNamespace),
    request_body = serde_json::Value, responses(
        (status = 200, description = "Issues were resolved, or there was nothing to store", body = WebhookResponse),
        (status = 201, description = "A failure was stored", body = WebhookResponse)))]
pub async fn receive_webhook(
    State(app): State<App>,
    asking: Asking,
    agent: Agent,
    delivery: Delivery,
    WebhookName(name): WebhookName,
    headers: HeaderMap,
    posted: Posted<PAYLOAD>,
) -> Result<(StatusCode, Json<WebhookResponse>), Problem> {
    let rules = Arc::clone(&app.rules.borrow());
    let webhook = webhooks::find(&rules, &name)?;
    webhooks::check_signature(webhook, &headers, &posted.bytes).await?;
    if posted.format == Format::JsonLines {
        return Err(Problem::WrongMediaType("application/json"));
    }
    let payload = json::value(&posted.bytes)?;
    let done = webhooks::receive(&app, &asking, &agent, &delivery, webhook, &payload).await?;
    let success = Some("success".to_owned());
    Ok(match done {
        Done::Nothing { info } => (StatusCode::OK, Json(WebhookResponse { info: Some(info), ..Default::default() })),
        Done::Resolved { message, warnings } => {
            let message = Some(message);
            (StatusCode::OK, Json(WebhookResponse { status: success, message, warnings, ..Default::default() }))
        }
        Done::Failed { issue, warnings } => {
            let issue = Some(Box::new(written(&app, *issue).await?));
            (StatusCode::CREATED, Json(WebhookResponse { status: success, issue, warnings, ..Default::default() }))
        }
    })
}
