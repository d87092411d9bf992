//! What runs here, and who reports.

use askama::Template;
use jiff::Timestamp;

use crate::shell::Shell;

/// What runs here, and who reports.
#[derive(Debug, Template)]
#[template(path = "about.html")]
pub struct About {
    /// What is around it.
    pub shell: Shell,
    /// The version of the service.
    pub version: String,
    /// Who reports.
    pub sources: Vec<Source>,
    /// Rule files in force.
    pub rules: Vec<Rule>,
    /// Rule files that cannot be used, and why.
    pub broken: Vec<String>,
}

/// Somebody who reports.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The cluster that it watches; empty for the only one.
    pub cluster: String,
    /// The namespace that it reports for; empty for several.
    pub namespace: String,
    /// Its version.
    pub version: String,
    /// When it was last heard of.
    pub heard_at: Timestamp,
    /// What it reported so far.
    pub reports: u64,
    /// Whether it should have been heard of by now.
    pub is_silent: bool,
}

/// A rule file in force.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `Detector` or `Webhook`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}
