//! Signing in with a browser, and what a browser remembers.
//!
//! The cookie of a session holds the token itself: no server has to remember it, and whoever has
//! the cookie could do no more than whoever has the token.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use cookie::{Cookie, SameSite};
use jiff::Timestamp;
use kite_dashboard::query::Address;
use kite_dashboard::shell::{Place, Shell};
use kite_dashboard::sign_in::SignIn;

use super::html::{local, page, redirect};
use crate::app::App;
use crate::input::Form;
use crate::problem::Problem;

/// The prefix makes browsers take it only over TLS (or on this machine), from this host, for all paths.
pub const SESSION: &str = "__Host-kite-session";
/// A sign-in under way. It has to come back from another server, so it cannot be as strict.
const SIGN_IN: &str = "__Host-kite-sign-in";
const SIGN_IN_LIVES: cookie::time::Duration = cookie::time::Duration::minutes(10);
/// Browsers keep no larger cookie, name and attributes included.
const LARGEST_COOKIE: usize = 4096;
/// What is said then.
pub const TOO_LONG: &str = "the token is longer than browsers keep";
const NAMESPACE: &str = "kite-namespace";
const NOTICE: &str = "kite-notice";
/// A notice is for the next page.
const NOTICE_LIVES: cookie::time::Duration = cookie::time::Duration::seconds(30);
const CHOICE_LIVES: cookie::time::Duration = cookie::time::Duration::days(365);

/// The cookies of a request.
pub struct Cookies(Vec<Cookie<'static>>);

impl Cookies {
    /// Reads them.
    pub fn of(headers: &HeaderMap) -> Self {
        let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies = texts.flat_map(|text| Cookie::split_parse_encoded(text.to_owned()));
        Self(cookies.filter_map(Result::ok).map(Cookie::into_owned).collect())
    }

    fn value(&self, name: &str) -> Option<&str> {
        let cookie = self.0.iter().find(|cookie| cookie.name() == name)?;
        Some(cookie.value()).filter(|value| !value.is_empty())
    }

    /// The token of the session.
    pub fn session(&self) -> Option<&str> {
        self.value(SESSION)
    }

    /// The sign-in that is under way.
    pub fn sign_in(&self) -> Option<&str> {
        self.value(SIGN_IN)
    }

    /// The namespace that was chosen last.
    pub fn namespace(&self) -> Option<&str> {
        self.value(NAMESPACE)
    }

    /// What the last page has to say.
    pub fn notice(&self) -> Option<String> {
        self.value(NOTICE).map(str::to_owned)
    }
}

/// Remembers a namespace; an empty one: all.
pub fn remember_namespace(namespace: &str) -> Option<HeaderValue> {
    written(&plain(NAMESPACE, namespace).max_age(CHOICE_LIVES).build())
}

/// Has the next page say something.
pub fn notice(text: &str) -> Option<HeaderValue> {
    written(&plain(NOTICE, text).max_age(NOTICE_LIVES).build())
}

/// It was said.
pub fn forget_notice() -> Option<HeaderValue> {
    written(&plain(NOTICE, "").max_age(cookie::time::Duration::ZERO).build())
}

/// Begins the session of a token.
pub fn begin(token: &str) -> Option<HeaderValue> {
    written(&plain(SESSION, token).secure(true).same_site(SameSite::Strict).build())
}

/// Keeps a sign-in that is under way.
pub fn sign_in_begins(begun: &str) -> Option<HeaderValue> {
    written(&plain(SIGN_IN, begun).secure(true).max_age(SIGN_IN_LIVES).build())
}

/// It is over.
pub fn sign_in_ends() -> Option<HeaderValue> {
    written(&plain(SIGN_IN, "").secure(true).max_age(cookie::time::Duration::ZERO).build())
}

/// Ends the session.
pub fn end() -> Option<HeaderValue> {
    let ended = plain(SESSION, "").secure(true).same_site(SameSite::Strict);
    written(&ended.max_age(cookie::time::Duration::ZERO).build())
}

fn plain<'a>(name: &'a str, value: &'a str) -> cookie::CookieBuilder<'a> {
    Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax)
}

fn written(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    let text = cookie.encoded().to_string();
    if text.len() > LARGEST_COOKIE { None } else { HeaderValue::try_from(text).ok() }
}

/// Shows where to sign in.
pub async fn show(State(app): State<App>, uri: Uri) -> Result<Response, Problem> {
    let address = Address::parse("/sign-in", uri.query().unwrap_or_default());
    let ended = address.one("ended").map(|_| "Your session has ended: the token is not valid any more.".to_owned());
    answer(&app, StatusCode::OK, address.one("to").unwrap_or("/"), ended)
}

/// Begins a session, if the token is good.
pub async fn sign_in(State(app): State<App>, form: Form) -> Result<Response, Problem> {
    let (token, to) = (form.text("token").unwrap_or_default(), form.text("to").unwrap_or("/"));
    let bearer = HeaderValue::try_from(format!("Bearer {token}"));
    let headers: HeaderMap = bearer.into_iter().map(|bearer| (header::AUTHORIZATION, bearer)).collect();
    match app.access.sign_in(&headers).await {
        Ok(_) => match begin(token) {
            Some(cookie) => Ok(redirect(to, &[cookie])),
            None => refuse(&app, to, TOO_LONG),
        },
        Err(Problem::Unauthenticated(why)) => refuse(&app, to, why),
        Err(problem) => Err(problem),
    }
}

/// Ends the session of this browser.
pub async fn sign_out() -> Response {
    redirect("/sign-in", &end().into_iter().collect::<Vec<_>>())
}

/// Says why somebody is not in, and lets them try again.
pub fn refuse(app: &App, to: &str, why: &str) -> Result<Response, Problem> {
    answer(app, StatusCode::UNAUTHORIZED, to, Some(format!("Not signed in: {why}.")))
}

fn answer(app: &App, status: StatusCode, to: &str, refused: Option<String>) -> Result<Response, Problem> {
    let (shell, to) = (outside("Sign in", app.clock.now()), local(to).to_owned());
    let issuer = app.access.issuer().ok().map(|issuer| issuer.settings().name());
    page(status, &SignIn { shell, to, refused, issuer }, &[])
}

/// What is around a page that nobody in particular reads.
pub fn outside(title: &str, now: Timestamp) -> Shell {
    Shell {
        title: title.to_owned(),
        place: Place::Elsewhere,
        address: Address::new("/"),
        now,
        user: None,
        may_sign_out: false,
        namespaces: Vec::new(),
        namespace: None,
        critical: 0,
        notice: None,
    }
}
