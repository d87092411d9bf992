//! What went wrong, as a page.

use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kite_dashboard::arrival::Arrival;
use kite_dashboard::failure::Failure;
use kite_dashboard::query::Address;

use super::html::{local, page, redirect};
use super::session::{self, Cookies};
use crate::clock::Clock;
use crate::problem::Problem;

/// What is remembered of a request for a page in case that it fails.
pub struct Asked {
    method: Method,
    address: String,
    has_session: bool,
    /// Whether another server sent the browser here.
    is_arrival: bool,
}

impl Asked {
    /// What is remembered of a request.
    pub fn of(request: &Request) -> Self {
        let address = request.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned();
        Self {
            method: request.method().clone(),
            address,
            has_session: Cookies::of(request.headers()).session().is_some(),
            is_arrival: request.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site"),
        }
    }
}

/// The page that says what went wrong; whoever is a stranger is asked to sign in.
pub fn answer(problem: &Problem, response: &Response, request_id: &str, asked: &Asked) -> Response {
    if let Problem::Unauthenticated(_) = problem {
        return if asked.is_arrival && asked.method == Method::GET { arrival(asked) } else { to_sign_in(asked) };
    }
    let failure = Failure {
        shell: session::outside("Not shown", Clock::system().now()),
        status: problem.status().as_u16(),
        message: problem.to_string(),
        request_id: request_id.to_owned(),
    };
    let mut page = page(problem.status(), &failure, &[]).unwrap_or_else(|_| problem.status().into_response());
    if let Some(seconds) = response.headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, seconds.clone());
    }
    page
}

/// Who was sent here by another server may have a session that the browser did not show.
fn arrival(asked: &Asked) -> Response {
    let arrival = Arrival { to: local(&asked.address).to_owned() };
    page(StatusCode::OK, &arrival, &[]).unwrap_or_else(|_| to_sign_in(asked))
}

/// A session that is not valid any more ends here, or there would be no way to another one.
fn to_sign_in(asked: &Asked) -> Response {
    let to = if asked.method == Method::GET { asked.address.as_str() } else { "/" };
    let address = Address::new("/sign-in").with("to", to);
    if asked.has_session {
        let ended: Vec<_> = session::end().into_iter().collect();
        return redirect(&address.with("ended", "yes").to_string(), &ended);
    }
    redirect(&address.to_string(), &[])
}
