//! Somebody reads a page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use kite_core::{IssueFilter, Reach, Severity, State};
use kite_dashboard::query::Address;
use kite_dashboard::shell::{Place, Shell};
use kite_store::FeedCursor;

use super::html;
use super::session::{self, Cookies};
use crate::access::{Caller, Verb};
use crate::app::App;
use crate::input::{Asking, cursor};
use crate::problem::Problem;

/// Pages whose address should name the namespace that was chosen last.
const REMEMBERING: [&str; 4] = ["/", "/issues", "/causes", "/trends"];

/// The parameter of a stream that says what was heard before.
const LAST_EVENT_ID: &str = "lastEventId";

/// Somebody reads a page.
pub struct Visit {
    /// Who asks, and inside which namespace.
    pub asking: Asking,
    /// The namespaces that the page may be about.
    pub reach: Reach,
    /// How it was asked for.
    pub address: Address,
    /// When.
    pub now: Timestamp,
    /// Cookies to set.
    pub cookies: Vec<HeaderValue>,
    caller: Caller,
    has_session: bool,
    notice: Option<String>,
    seen: FeedCursor,
}

impl Visit {
    /// The news of a page, from the moment on at which it was asked for: what happens before it listens is told, too.
    pub fn live(&self, address: &Address) -> Address {
        address.at("/live").with(LAST_EVENT_ID, &cursor::write_feed(&self.seen))
    }

    /// What is around the page.
    pub async fn shell(&self, app: &App, place: Place, title: impl Into<String>) -> Result<Shell, Problem> {
        let everything = Asking::new(self.caller.clone(), None);
        let namespaces = async {
            Ok::<_, Problem>(match everything.reach(app).await? {
                Reach::All => app.store.namespaces().await?,
                Reach::Only(namespaces) => namespaces,
            })
        };
        let (namespaces, critical) = tokio::try_join!(namespaces, self.critical(app))?;
        Ok(Shell {
            title: title.into(),
            place,
            address: self.address.clone(),
            now: self.now,
            user: self.caller.name().map(str::to_owned),
            may_sign_out: self.has_session,
            namespaces: namespaces.into_iter().collect(),
            namespace: self.asking.namespace().map(str::to_owned),
            critical,
            notice: self.notice.clone(),
        })
    }

    async fn critical(&self, app: &App) -> Result<u64, Problem> {
        let (states, severities) = (vec![State::Active], vec![Severity::Critical]);
        Ok(app.store.total(&IssueFilter { states, severities, ..IssueFilter::all(self.reach.clone()) }).await?)
    }

    /// Whether the person may do something: in the chosen namespace, or anywhere in reach.
    pub async fn may_somewhere(&self, app: &App, verb: Verb) -> Result<bool, Problem> {
        if let Some(namespace) = self.asking.namespace() {
            return self.caller.may(verb, Some(namespace)).await;
        }
        if self.caller.may(verb, None).await? {
            return Ok(true);
        }
        let namespaces = match &self.reach {
            Reach::All => app.store.namespaces().await?,
            Reach::Only(namespaces) => namespaces.clone(),
        };
        Ok(!self.asking.allowed(verb, namespaces).await?.is_empty())
    }

    /// Whether the person may do something in a namespace.
    pub async fn may(&self, verb: Verb, namespace: &str) -> Result<bool, Problem> {
        self.caller.may(verb, Some(namespace)).await
    }
}

impl FromRequestParts<App> for Visit {
    /// A problem, or the way to the page with the namespace that was chosen last.
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let refused = |problem: Problem| problem.into_response();
        let asking = Asking::from_request_parts(parts, app).await.map_err(refused)?;
        let caller = parts.extensions.get::<Caller>().cloned();
        let caller = caller.ok_or_else(|| refused(Problem::Failed("nobody said who is calling".into())))?;
        let cookies = Cookies::of(&parts.headers);
        let query = parts.uri.query().unwrap_or_default();
        let address = Address::parse(parts.uri.path(), query);
        let chosen = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "namespace");
        if let (None, Some(last), &Method::GET) = (&chosen, cookies.namespace(), &parts.method)
            && REMEMBERING.contains(&parts.uri.path())
            && caller.may(Verb::Read, Some(last)).await.map_err(refused)?
        {
            return Err(html::redirect(&address.with("namespace", last).to_string(), &[]));
        }
        let reach = asking.reach(app).await.map_err(refused)?;
        let seen = app.store.feed_end().await.map_err(|error| refused(error.into()))?;
        let notice = cookies.notice();
        let mut set = Vec::new();
        if let Some((_, namespace)) = &chosen
            && cookies.namespace().unwrap_or_default() != namespace
        {
            set.extend(session::remember_namespace(namespace));
        }
        if notice.is_some() {
            set.extend(session::forget_notice());
        }
        Ok(Self {
            has_session: cookies.session().is_some(),
            asking,
            reach,
            address,
            now: app.clock.now(),
            cookies: set,
            caller,
            notice,
            seen,
        })
    }
}
