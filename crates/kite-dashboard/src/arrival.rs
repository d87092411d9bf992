//! Coming here from another server.

use askama::Template;

/// A page that goes on by itself. Browsers keep the cookie of a session to themselves when another server
/// sends them here; from this page on they show it.
#[derive(Debug, Template)]
#[template(path = "arrival.html")]
pub struct Arrival {
    /// Where it goes on; a path of this service.
    pub to: String,
}
