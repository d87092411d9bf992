//! Answers with JSON in them.

use std::hash::{DefaultHasher, Hasher as _};

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kite_core::Issue;
use serde::Serialize;

use crate::app::App;
use crate::problem::Problem;
use crate::use_cases::issues::relations_of;
use crate::wire;

const WARNING: HeaderName = HeaderName::from_static("warning");

/// An answer that a client which has it already need not be sent again.
pub fn fresh(headers: &HeaderMap, value: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value).map_err(|error| Problem::Failed(error.into()))?;
    let tag = tag(&body);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|tags| tags.split(',')).any(|known| same(known.trim(), &tag));
    let tag = HeaderValue::from_str(&tag).map_err(|error| Problem::Failed(error.into()))?;
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::ETAG, tag), (header::CONTENT_TYPE, json)], body).into_response())
}

/// An issue with its relations, as an answer to something that was written.
pub async fn written(app: &App, issue: Issue) -> Result<kite_api::Issue, Problem> {
    let relations = relations_of(app, std::slice::from_ref(&issue)).await?;
    Ok(wire::issue(issue, &relations))
}

/// An issue with its relations and with all that is in it, for those who may read that.
pub async fn whole(app: &App, issue: Issue) -> Result<kite_api::Issue, Problem> {
    let relations = relations_of(app, std::slice::from_ref(&issue)).await?;
    Ok(wire::whole_issue(issue, &relations))
}

/// An answer that says what was changed to make the request fit, as the Kubernetes API does.
pub fn with_warnings(status: StatusCode, value: impl Serialize, warnings: &[String]) -> Response {
    let mut response = (status, Json(value)).into_response();
    for warning in warnings {
        if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{}\"", warning.replace(['"', '\\'], "'"))) {
            response.headers_mut().append(WARNING, value);
        }
    }
    response
}

/// Weak, because the answer may be sent compressed.
fn tag(body: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    format!("W/\"{:016x}\"", hasher.finish())
}

fn same(known: &str, tag: &str) -> bool {
    known == "*" || known.trim_start_matches("W/") == tag.trim_start_matches("W/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_answer_is_not_sent_again() {
        let first = fresh(&HeaderMap::new(), &"body").unwrap();
        let tag = first.headers()[header::ETAG].clone();
        let known = |value: HeaderValue| HeaderMap::from_iter([(header::IF_NONE_MATCH, value)]);
        assert_eq!(fresh(&known(tag.clone()), &"body").unwrap().status(), StatusCode::NOT_MODIFIED);
        let list = format!("\"other\", {}", tag.to_str().unwrap());
        assert_eq!(fresh(&known(list.parse().unwrap()), &"body").unwrap().status(), StatusCode::NOT_MODIFIED);
        assert_eq!(fresh(&known(tag), &"another").unwrap().status(), StatusCode::OK);
    }
}
