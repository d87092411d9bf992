//! The door: who calls is found out here, before anything else is done.
//!
//! Where nobody signs in, strangers are kept out by where they come from. A browser on the same machine or network may be led by a foreign page to call this service.
//! It says where the page is from, and under which name it calls; both must be ours. Besides,
//! [`crate::input::body`] reads no content type that a foreign page can send without asking.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt as _;

use crate::access::{Caller, Credentials};
use crate::app::{App, Settings};
use crate::problem::Problem;

/// Where the log says who wrote what.
const AUDIT: &str = "audit";
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets through those who can be told who they are; where nobody signs in, what does not come from
/// a foreign page.
pub async fn let_in(State(app): State<App>, mut request: Request, next: Next) -> Result<Response, Problem> {
    let host = host(&request).unwrap_or_default().to_owned();
    check_host(&app.settings, &host)?;
    let path = request.uri().path();
    if !request.method().is_safe() {
        match (is_data(path), app.access.is_open()) {
            (false, _) => check_page(&app.settings, request.headers(), &host)?,
            (true, true) => check_origin(&app.settings, request.headers(), &host)?,
            (true, false) => check_site(&app.settings, request.headers())?,
        }
    }
    let is_stranger = !app.access.is_open() && !Credentials::are_shown(request.headers());
    if is_for_all(path) || (is_stranger && is_public(path)) {
        return Ok(next.run(request).await);
    }
    let caller = app.access.sign_in(request.headers()).await?;
    app.limits.count(caller.key())?;
    let place = app.limits.enter(caller.key())?;
    let written = (!request.method().is_safe()).then(|| Written::by(&caller, &request));
    request.extensions_mut().insert(caller);
    let response = next.run(request).await;
    if let Some(written) = written {
        written.log(&response);
    }
    // The request lasts until the end of its body, which may be a stream of events.
    Ok(response.map(|body| {
        Body::new(body.map_err(move |error| {
            let _until_the_body_is_dropped = &place;
            error
        }))
    }))
}

/// What the log says of a request that may have changed something.
struct Written {
    user: String,
    client: String,
    method: Method,
    path: String,
}

impl Written {
    fn by(caller: &Caller, request: &Request) -> Self {
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
        Self {
            user: caller.name().unwrap_or("nobody signs in").to_owned(),
            client: address.map(|ConnectInfo(address)| address.ip().to_string()).unwrap_or_default(),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
        }
    }

    /// Reports come by the thousands, and are kept themselves with the time of their receipt.
    fn log(self, response: &Response) {
        let status = response.status().as_u16();
        let Self { user, client, method, path } = self;
        if path.starts_with("/api/v1/reports") || path.starts_with("/api/v1/webhooks/") {
            tracing::debug!(target: AUDIT, user, client.address = client, %method, path, status, "reported");
        } else {
            tracing::info!(target: AUDIT, user, client.address = client, %method, path, status, "written");
        }
    }
}

/// Paths of the interface for programs: what changes something there has a content type that no
/// foreign page can send without asking.
fn is_data(path: &str) -> bool {
    path.starts_with("/api/")
}

/// What is the same for everybody.
fn is_for_all(path: &str) -> bool {
    path.starts_with("/assets/") || ["/sign-in", "/sign-in/start", "/sign-in/done", "/sign-out"].contains(&path)
}

/// Paths that tell strangers no more than that the service runs.
fn is_public(path: &str) -> bool {
    path.trim_end_matches('/') == "/api/v1/health"
}

/// The name under which the service was called: `:authority` in HTTP/2, `Host` before that.
fn host(request: &Request) -> Option<&str> {
    let authority = request.uri().authority().map(Authority::as_str);
    authority.or_else(|| request.headers().get(header::HOST)?.to_str().ok())
}

fn check_host(settings: &Settings, host: &str) -> Result<(), Problem> {
    let is_allowed = |allowed: &String| allowed.eq_ignore_ascii_case(host) || allowed.eq_ignore_ascii_case(name(host));
    if settings.allowed_hosts.is_empty() || settings.allowed_hosts.iter().any(is_allowed) {
        return Ok(());
    }
    Err(Problem::WrongHost(host.to_owned()))
}

fn check_origin(settings: &Settings, headers: &HeaderMap, host: &str) -> Result<(), Problem> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("not ASCII"));
    match (text(header::ORIGIN), text(FETCH_SITE)) {
        (Some(origin), _) if is_allowed(settings, origin) => Ok(()),
        (_, Some("cross-site")) => foreign(),
        (Some(origin), _) => match origin.split_once("://") {
            Some((_, authority)) if authority.eq_ignore_ascii_case(host) => Ok(()),
            _ => foreign(),
        },
        (None, _) => Ok(()),
    }
}

fn is_allowed(settings: &Settings, origin: &str) -> bool {
    settings.allowed_origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
}

fn foreign() -> Result<(), Problem> {
    Err(Problem::Forbidden("a page of another server may not change anything here".to_owned()))
}

/// Where callers sign in, a browser or a proxy may do so for a foreign page: a request without a body
/// needs no content type. Programs say nothing of a site; a proxy may have changed the host.
fn check_site(settings: &Settings, headers: &HeaderMap) -> Result<(), Problem> {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let is_allowed = origin.is_some_and(|origin| is_allowed(settings, origin));
    match headers.get(FETCH_SITE) {
        Some(site) if site != "same-origin" && site != "none" && !is_allowed => foreign(),
        _ => Ok(()),
    }
}

/// What a person does on a page must come from a page of ours. A proxy in front may sign in for the
/// browser, so neither a token nor a cookie proves that, but only what the browser says of the page.
fn check_page(settings: &Settings, headers: &HeaderMap, host: &str) -> Result<(), Problem> {
    match headers.get(FETCH_SITE) {
        Some(site) if site == "same-origin" => Ok(()),
        Some(_) => Err(Problem::Forbidden("this can be done only on a page of this server".to_owned())),
        None if headers.contains_key(header::ORIGIN) => check_origin(settings, headers, host),
        None => Err(Problem::Forbidden("this can be done only on a page, in a browser that says so".to_owned())),
    }
}

/// A host without its port.
fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            allowed_hosts: vec!["kite.example".to_owned(), "[::1]".to_owned()],
            allowed_origins: vec!["https://portal.example".to_owned()],
            ..Settings::default()
        }
    }

    fn may_write(headers: &[(HeaderName, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        check_origin(&settings(), &headers, "kite.example:8080").is_ok()
    }

    #[test]
    fn only_the_names_that_were_given_are_answered_to() {
        for host in ["kite.example", "KITE.example:8080", "[::1]:8080"] {
            assert!(check_host(&settings(), host).is_ok(), "{host}");
        }
        for host in ["evil.example", "", "kite.example.evil", "::1"] {
            assert!(check_host(&settings(), host).is_err(), "{host}");
        }
        assert!(check_host(&Settings::default(), "anything").is_ok());
    }

    #[test]
    fn on_pages_only_pages_of_ours_may_do_something() {
        let may = |headers: &[(HeaderName, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
            check_page(&settings(), &headers, "kite.example:8080").is_ok()
        };
        assert!(may(&[(FETCH_SITE, "same-origin"), (header::ORIGIN, "https://before-the-proxy.example")]));
        assert!(may(&[(header::ORIGIN, "https://kite.example:8080")]), "an old browser");
        for site in ["same-site", "cross-site", "none"] {
            assert!(!may(&[(FETCH_SITE, site), (header::ORIGIN, "https://kite.example:8080")]), "{site}");
        }
        assert!(!may(&[(header::ORIGIN, "https://evil.example")]) && !may(&[(header::ORIGIN, "null")]) && !may(&[]));
    }

    #[test]
    fn foreign_pages_may_not_write() {
        assert!(may_write(&[]));
        assert!(may_write(&[(header::ORIGIN, "http://kite.example:8080"), (FETCH_SITE, "same-origin")]));
        assert!(may_write(&[(header::ORIGIN, "https://portal.example"), (FETCH_SITE, "cross-site")]));
        assert!(!may_write(&[(header::ORIGIN, "http://evil.example")]));
        assert!(!may_write(&[(header::ORIGIN, "http://kite.example")]), "another port is another origin");
        assert!(!may_write(&[(header::ORIGIN, "null")]));
        assert!(!may_write(&[(FETCH_SITE, "cross-site")]));
    }
}
