//! What is asked about causes.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use kite_api::{DecideCause, FieldError};
use kite_core::attribution::SPLIT;
use kite_core::{Reach, State};
use kite_store::{CauseDecision, CauseQuery};
use uuid::Uuid;

use super::query::Parameters;
use super::{Asking, Checked, Checks, Manner, cursor};
use crate::app::App;
use crate::problem::Problem;

/// Causes on a page.
const MOST: u32 = 200;
/// A cause that has been over for longer is not listed any more.
const LISTED_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Issues that one decision may name.
const MOST_ISSUES: usize = 200;

/// A list of causes as asked for.
pub struct CauseListing {
    /// Who asks.
    pub asking: Asking,
    /// Which causes.
    pub query: CauseQuery,
}

impl Parameters<'_> {
    /// A list of causes: of which issues, from where on and how many.
    pub fn cause_listing(&self, asking: &Asking, reach: Reach, now: Timestamp) -> Result<CauseQuery, Problem> {
        let filter = self.filter(asking, reach, now)?;
        let state = match filter.states.as_slice() {
            [] => State::Active,
            [state] => *state,
            _ => return Err(Problem::bad_query("state", "must be ACTIVE or RESOLVED")),
        };
        Ok(CauseQuery {
            filter,
            state,
            resolved_since: now.checked_sub(LISTED_FOR).unwrap_or(now),
            now,
            limit: self.limit()?.min(MOST),
            after: self.place("cursor", cursor::read_cause)?,
        })
    }
}

/// What a person decided about a cause.
pub fn decision(
    request: DecideCause,
    now: Timestamp,
    by: Option<&str>,
) -> Result<Checked<CauseDecision>, Vec<FieldError>> {
    let mut checks = Checks::new(now, Manner::Strict);
    let (namespace, cause) =
        (checks.required_name("namespace", request.namespace), checks.required_name("cause", request.cause));
    let sent = request.issues.unwrap_or_default();
    if sent.len() > MOST_ISSUES {
        checks.refuse("issues", format!("must have at most {MOST_ISSUES} items"));
    }
    let issues: Vec<Uuid> = sent.iter().filter_map(|id| id.parse().ok()).collect();
    if issues.len() < sent.len() {
        checks.refuse("issues", "must be ids of issues");
    }
    let into = checks.name("into", request.into).unwrap_or_else(|| {
        if sent.is_empty() {
            checks.refuse("into", "is required, unless `issues` are named");
        }
        format!("{SPLIT}{}", Uuid::now_v7())
    });
    checks.finish(CauseDecision { namespace, cause, issues, into, by: by.map(str::to_owned), at: now })
}

impl FromRequestParts<App> for CauseListing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let asking = Asking::from_request_parts(parts, app).await?;
        let reach = asking.reach(app).await?;
        let query = Parameters::of(&parts.uri)?.cause_listing(&asking, reach, app.clock.now())?;
        Ok(Self { asking, query })
    }
}
