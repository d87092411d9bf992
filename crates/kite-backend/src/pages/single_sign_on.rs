//! Signing in at an `OpenID` Connect issuer, and coming back from there.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use kite_dashboard::arrival::Arrival;
use kite_dashboard::query::Address;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::html::{leave, local, page};
use super::session::{self, Cookies};
use crate::access::Attempt;
use crate::app::App;
use crate::problem::Problem;

/// A sign-in under way, as the browser keeps it.
#[derive(Serialize, Deserialize)]
struct Begun {
    attempt: Attempt,
    /// Where to go after it.
    to: String,
}

/// Sends the browser to the issuer.
pub async fn start(State(app): State<App>, uri: Uri) -> Result<Response, Problem> {
    let asked = Address::parse("/sign-in/start", uri.query().unwrap_or_default());
    let (address, attempt) = app.access.issuer()?.begin().await?;
    let to = local(asked.one("to").unwrap_or("/")).to_owned();
    let begun = serde_json::to_string(&Begun { attempt, to }).map_err(|error| Problem::Failed(error.into()))?;
    let kept =
        session::sign_in_begins(&begun).ok_or_else(|| Problem::TooLarge("the address is too long".to_owned()))?;
    leave(&address, &[kept])
}

/// Takes the browser back: whoever brings what this service gave it, and what the issuer gave it, is in.
pub async fn done(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let issuer = app.access.issuer()?;
    let brought = Address::parse("/sign-in/done", uri.query().unwrap_or_default());
    let Some(begun) = begun(&headers, &brought) else {
        return session::refuse(&app, "/", "this sign-in was not begun here, or too long ago");
    };
    let is_of_issuer = brought.one("iss").is_none_or(|iss| iss == issuer.settings().issuer);
    let Some(code) = brought.one("code").filter(|_| is_of_issuer) else {
        return session::refuse(&app, &begun.to, "the issuer did not let you in");
    };
    let token = match issuer.finish(&begun.attempt, code).await {
        Ok(token) => token,
        Err(Problem::Unauthenticated(why)) => return session::refuse(&app, &begun.to, why),
        Err(problem) => return Err(problem),
    };
    let Some(cookie) = session::begin(token.expose_secret()) else {
        return session::refuse(&app, &begun.to, session::TOO_LONG);
    };
    let cookies: Vec<_> = [Some(cookie), session::sign_in_ends()].into_iter().flatten().collect();
    page(StatusCode::OK, &Arrival { to: local(&begun.to).to_owned() }, &cookies)
}

/// What this browser began, if it brings the state of that.
fn begun(headers: &HeaderMap, brought: &Address) -> Option<Begun> {
    let begun: Begun = serde_json::from_str(Cookies::of(headers).sign_in()?).ok()?;
    (brought.one("state") == Some(&begun.attempt.state)).then_some(begun)
}
