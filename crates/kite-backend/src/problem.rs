//! Error answers: what can be wrong with a request, and the status that says so.
//!
//! Nothing else here knows a status code of an error. A [`Problem`] travels through the layers as
//! an extension of its response; [`crate::observe`] gives it the request's id and a body.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kite_api::FieldError;
use kite_store::StoreError;

use crate::access::Verb;
use crate::ingest::IngestError;

/// Most wrong fields that one answer names.
const NAMED_FIELDS: usize = 100;

/// Why a request is not done.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The body cannot be read at all.
    #[error("{0}")]
    Unreadable(String),
    /// Parameters of the query have values that they cannot have.
    #[error("{}", sentence(.0))]
    BadQuery(Vec<FieldError>),
    /// Fields of the body have values that they cannot have.
    #[error("{}", sentence(.0))]
    Invalid(Vec<FieldError>),
    /// The caller does not show who it is.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The caller may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing, or the caller may not see it.
    #[error("{0}")]
    NotFound(String),
    /// The path exists, but not with this method.
    #[error("this path does not answer to this method")]
    WrongMethod,
    /// It is there already.
    #[error("{0}")]
    Conflict(String),
    /// The body is larger than it may be.
    #[error("{0}")]
    TooLarge(String),
    /// The request is for a server of another name.
    #[error("this server is not called `{0}`")]
    WrongHost(String),
    /// The body is not of a type that is read here.
    #[error("a body must be sent with `Content-Type: {0}`")]
    WrongMediaType(&'static str),
    /// The request may be sent again later.
    #[error("{reason}; try again later")]
    Busy {
        /// What stands in the way.
        reason: &'static str,
        /// What happened inside, for the log.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The caller asks more often than it may.
    #[error("more requests than one caller may send; try again later")]
    TooMany {
        /// When the next one is welcome.
        wait: Duration,
    },
    /// The service failed.
    #[error("the server failed; its log knows this request by its id")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl Problem {
    /// One field of the body has a value that it cannot have.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// One parameter of the query has a value that it cannot have.
    pub fn bad_query(parameter: &str, message: impl Into<String>) -> Self {
        Self::BadQuery(vec![FieldError { field: parameter.to_owned(), message: message.into() }])
    }

    /// There is no such issue, or none that the caller may see.
    pub fn no_such_issue() -> Self {
        Self::NotFound("there is no such issue".to_owned())
    }

    /// The caller may not do this in this namespace.
    pub fn foreign_namespace(verb: Verb, namespace: &str) -> Self {
        Self::Forbidden(format!("you may not {} in the namespace `{namespace}`", verb.words()))
    }

    /// The request may be sent again later.
    pub fn busy(reason: &'static str) -> Self {
        Self::Busy { reason, source: None }
    }

    /// The status that says so.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(_) | Self::BadQuery(_) => StatusCode::BAD_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongHost(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::WrongMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Writes what happened inside to the log; what a client did wrong is not worth a line.
    pub fn log(&self) {
        match self {
            Self::Failed(source) => tracing::error!(error = &**source as &dyn Error, "a request failed"),
            Self::Busy { reason, source: Some(source) } => {
                tracing::warn!(error = &**source as &dyn Error, reason, "a request was put off");
            }
            // Under overload there are too many of these for a line each; the figures count them.
            _ => tracing::debug!(problem = %self, "a request was refused"),
        }
    }

    /// What the client reads.
    pub fn body(&self, request_id: &str) -> kite_api::Problem {
        let status = self.status();
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        let detail = self.to_string();
        let details = match self {
            Self::BadQuery(fields) | Self::Invalid(fields) => fields.iter().take(NAMED_FIELDS).cloned().collect(),
            _ => Vec::new(),
        };
        kite_api::Problem {
            kind: "about:blank".to_owned(),
            status: status.as_u16(),
            error: title.clone(),
            message: detail.clone(),
            request_id: request_id.to_owned(),
            title,
            detail,
            details,
        }
    }

    fn retry_after(&self) -> Option<HeaderValue> {
        match self {
            Self::Busy { .. } => Some(HeaderValue::from_static("2")),
            // Never 0: that would be an invitation.
            Self::TooMany { wait } => Some(HeaderValue::from(wait.as_secs() + 1)),
            _ => None,
        }
    }
}

/// The answer without a body; [`crate::observe`] adds it, because it knows the request's id.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        if let Self::Unauthenticated(_) = self {
            let bearer = HeaderValue::from_static("Bearer realm=\"kite\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_temporary() {
            let reason = "the database cannot be reached or is too busy";
            return Self::Busy { reason, source: Some(error.into()) };
        }
        Self::Failed(error.into())
    }
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Full => Self::busy("the server has more reports than it can take in"),
            IngestError::Stopping => Self::busy("the server is stopping"),
            IngestError::Store(error) => error.into(),
        }
    }
}

fn sentence(fields: &[FieldError]) -> Cow<'static, str> {
    match fields {
        [] => "the request is not understood".into(),
        [FieldError { field, message }] if field.is_empty() => format!("the body {message}").into(),
        [FieldError { field, message }] => format!("`{field}` {message}").into(),
        [FieldError { field, message }, more @ ..] => {
            format!("`{field}` {message}, and {} more (see `details`)", more.len()).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_inside_is_not_shown() {
        let error = StoreError::Inconsistent { table: "issues", column: "secret" };
        let body = Problem::from(error).body("r1");
        assert_eq!((body.status, body.request_id.as_str()), (500, "r1"));
        assert!(!format!("{body:?}").contains("secret"));
    }

    #[test]
    fn every_wrong_field_is_named_and_a_flood_of_them_is_cut() {
        let field = |n: usize| FieldError { field: format!("f{n}"), message: "is required".to_owned() };
        let body = Problem::Invalid((0..2).map(field).collect()).body("");
        assert_eq!(body.message, "`f0` is required, and 1 more (see `details`)");
        assert_eq!(body.details.len(), 2);
        assert_eq!(Problem::Invalid((0..20_000).map(field).collect()).body("").details.len(), NAMED_FIELDS);
    }

    #[test]
    fn what_may_work_later_says_when() {
        let response = Problem::from(IngestError::Full).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
}
