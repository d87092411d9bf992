//! `/api/v1/cause-decisions`: what people decided about causes.

use axum::Json as Answer;
use axum::extract::State;
use kite_api::{CauseDecision, CauseDecisionList, DecideCause};

use super::parameters::InNamespace;
use crate::app::App;
use crate::input::{Asking, Json, cause};
use crate::problem::Problem;
use crate::use_cases::causes;
use crate::wire;

/// Lists which causes people have put down to others, in the namespaces that the caller may read.
#[utoipa::path(get, path = "/api/v1/cause-decisions", tag = "causes", params(InNamespace),
    responses((status = 200, description = "The decisions, the newest first", body = CauseDecisionList)))]
pub async fn list_decisions(State(app): State<App>, asking: Asking) -> Result<Answer<CauseDecisionList>, Problem> {
    let decisions = causes::list_decisions(&app, &asking, None).await?;
    Ok(Answer(CauseDecisionList { data: decisions.into_iter().map(wire::cause::decision).collect() }))
}

/// Puts issues of a cause down to another one: all of them and those to come (merge), or some (split).
///
/// It holds in one namespace, for those who may change issues there, and changes nothing that others see.
#[utoipa::path(post, path = "/api/v1/cause-decisions", tag = "causes", params(InNamespace), request_body = DecideCause,
    responses((status = 200, description = "What holds from now on", body = CauseDecision)))]
pub async fn decide(
    State(app): State<App>,
    asking: Asking,
    Json(sent): Json<DecideCause>,
) -> Result<Answer<CauseDecision>, Problem> {
    let checked = sent.check(|request| cause::decision(request, app.clock.now(), asking.name()));
    let decision = checked.map_err(Problem::Invalid)?.value;
    Ok(Answer(wire::cause::decision(causes::decide(&app, &asking, decision).await?)))
}
