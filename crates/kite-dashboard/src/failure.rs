//! A page that cannot be shown.

use askama::Template;

use crate::shell::Shell;

/// A page that cannot be shown.
#[derive(Debug, Template)]
#[template(path = "failure.html")]
pub struct Failure {
    /// What is around it.
    pub shell: Shell,
    /// The status, such as 404.
    pub status: u16,
    /// What is wrong.
    pub message: String,
    /// Names the request for whoever looks into it.
    pub request_id: String,
}

impl Failure {
    /// What the person can do about it.
    fn advice(&self) -> &'static str {
        match self.status {
            403 => "Somebody who administers the namespace can give you the right.",
            404 => "It may have been deleted, or it is in a namespace that you may not read.",
            429 => "Wait a moment and try again.",
            400 | 422 => "Change what is wrong in the address, or start again from the list.",
            _ => "Try again in a moment. If it stays, tell whoever runs this service the name of the request.",
        }
    }
}
