//! What can go wrong, by what the caller can do about it.

use std::{io, path::PathBuf, time::Duration};

use kite_api::{FieldError, Problem};
use reqwest::{StatusCode, header::RETRY_AFTER};

/// Why KITE did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The client is set up wrongly: correct the settings.
    #[error("use {what} `{value}`")]
    Settings {
        /// Which setting.
        what: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The token's file cannot be read: mount it, or sign in again.
    #[error("read the token from `{}`", path.display())]
    Token {
        /// Where the token should be.
        path: PathBuf,
        /// Why it cannot be read.
        #[source]
        source: io::Error,
    },
    /// No answer came: check the address and the network, or try later.
    #[error("reach KITE at `{address}`")]
    Unreachable {
        /// The address of the server.
        address: String,
        /// What happened instead.
        #[source]
        source: reqwest::Error,
    },
    /// KITE, or a proxy before it, cannot answer now: try later.
    #[error("get an answer from KITE, which is busy or starting ({status}): {}", words(problem))]
    Overloaded {
        /// 429, 502, 503 or 504.
        status: u16,
        /// How long the server wants to be left alone.
        retry_after: Option<Duration>,
        /// What the server said.
        problem: Box<Problem>,
    },
    /// The request is wrong: correct it.
    #[error("get the request accepted: {}", words(.0))]
    Refused(Box<Problem>),
    /// There is no such thing, or it may not be seen.
    #[error("find it: {}", words(.0))]
    NotFound(Box<Problem>),
    /// There is no token or it is not valid: sign in.
    #[error("sign in: {}", words(.0))]
    Unauthorized(Box<Problem>),
    /// The caller may not do this: ask for the right.
    #[error("get access: {}", words(.0))]
    Forbidden(Box<Problem>),
    /// The answer is none that KITE should give: tell its maintainers.
    #[error("understand the answer with status {status}: {detail}")]
    Protocol {
        /// The status of the answer.
        status: u16,
        /// What is wrong with it.
        detail: String,
    },
}

impl ClientError {
    /// Reads an answer with an error status.
    pub(crate) async fn from_answer(answer: reqwest::Response) -> Self {
        let status = answer.status();
        let header = answer.headers().get(RETRY_AFTER).cloned();
        let retry_after = header.and_then(|value| value.to_str().ok()?.parse().ok());
        let body = answer.bytes().await.unwrap_or_default();
        let problem = Box::new(problem(status, &body));
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthorized(problem),
            StatusCode::FORBIDDEN => Self::Forbidden(problem),
            StatusCode::NOT_FOUND => Self::NotFound(problem),
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                Self::Overloaded { status: status.as_u16(), retry_after: retry_after.map(Duration::from_secs), problem }
            }
            _ if status.is_client_error() => Self::Refused(problem),
            _ => Self::Protocol { status: status.as_u16(), detail: words(&problem) },
        }
    }

    /// Gives what KITE said about it, when it answered at all.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Overloaded { problem, .. }
            | Self::Refused(problem)
            | Self::NotFound(problem)
            | Self::Unauthorized(problem)
            | Self::Forbidden(problem) => Some(problem),
            Self::Settings { .. } | Self::Token { .. } | Self::Unreachable { .. } | Self::Protocol { .. } => None,
        }
    }
}

/// Reads a problem body; a proxy's page or an older server's body gives what it has.
fn problem(status: StatusCode, body: &[u8]) -> Problem {
    if let Ok(problem) = serde_json::from_slice(body) {
        return problem;
    }
    let title = status.canonical_reason().unwrap_or("Unknown").to_owned();
    let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let message = json.get("message").or_else(|| json.get("error"));
    let detail = message.and_then(|text| text.as_str()).unwrap_or(&title);
    Problem {
        kind: "about:blank".to_owned(),
        status: status.as_u16(),
        detail: detail.to_owned(),
        error: title.clone(),
        message: detail.to_owned(),
        request_id: String::new(),
        details: Vec::new(),
        title,
    }
}

/// Gives the problem in one line.
fn words(problem: &Problem) -> String {
    let mut words = problem.detail.clone();
    for FieldError { field, message } in &problem.details {
        words = format!("{words}; `{field}`: {message}");
    }
    if !problem.request_id.is_empty() {
        words = format!("{words} (request {})", problem.request_id);
    }
    words
}
