//! What is asked about causes.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use kite_core::{Reach, State};
use kite_store::CauseQuery;

use super::query::Parameters;
use super::{Asking, cursor};
use crate::app::App;
use crate::problem::Problem;

/// Causes on a page.
const MOST: u32 = 200;
/// A cause that has been over for longer is not listed any more.
const LISTED_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

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

impl FromRequestParts<App> for CauseListing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let asking = Asking::from_request_parts(parts, app).await?;
        let reach = asking.reach(app).await?;
        let query = Parameters::of(&parts.uri)?.cause_listing(&asking, reach, app.clock.now())?;
        Ok(Self { asking, query })
    }
}
