//! What a person filled in on a page.

use axum::extract::{FromRequest, Request};
use axum::http::header;

use super::body::{ORDINARY, read};
use crate::problem::Problem;

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// What a person filled in on a page. Foreign pages can send this type, too: [`crate::guard`] keeps them out.
#[derive(Debug)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The text of a field, without blanks around it; `None` when it is empty or missing.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The texts of all fields of that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let given = self.0.iter().filter(move |(known, _)| known == name);
        given.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let sent = parts.headers.get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok()).unwrap_or_default();
        if !sent.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(MEDIA_TYPE) {
            return Err(Problem::WrongMediaType(MEDIA_TYPE));
        }
        let bytes = read(body, ORDINARY).await?;
        Ok(Self(form_urlencoded::parse(&bytes).into_owned().collect()))
    }
}
