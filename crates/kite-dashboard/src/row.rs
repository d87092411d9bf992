//! One issue in a list.

use askama::Template;
use jiff::{SignedDuration, Timestamp};
use kite_core::affected::component;
use kite_core::{Issue, Link, State};

use crate::same::Same;

/// One issue in a list.
#[derive(Clone, Debug, Template)]
#[template(path = "row.html")]
pub struct Row {
    /// The issue.
    pub issue: Issue,
    /// When the list was made.
    pub now: Timestamp,
    /// Who else has its cause, when that is known.
    pub same: Option<Same>,
}

impl Row {
    /// An issue as it was at a time.
    pub fn new(issue: Issue, now: Timestamp) -> Self {
        Self { issue, now, same: None }
    }

    /// The same, with who else has its cause.
    #[must_use]
    pub fn with_same(self, same: Option<Same>) -> Self {
        Self { same, ..self }
    }

    /// Whether it is broken now.
    pub fn is_active(&self) -> bool {
        self.issue.state == State::Active
    }

    /// The application that it is of, when that is known.
    pub fn application(&self) -> Option<&str> {
        self.issue.labels.get("application").map(String::as_str)
    }

    /// The component, or what is broken otherwise.
    pub fn component(&self) -> &str {
        component(&self.issue)
    }

    /// Where to look, logs first.
    pub fn links(&self) -> Vec<&Link> {
        let mut links: Vec<_> = self.issue.links.iter().collect();
        links.sort_by_key(|link| usefulness(link));
        links
    }

    /// Where the logs are, or whatever comes closest.
    pub fn first_link(&self) -> Option<&Link> {
        self.links().into_iter().next()
    }

    /// How late it is, when it had to be fixed by now.
    pub fn overdue(&self) -> Option<SignedDuration> {
        let due = self.issue.due_at.filter(|due| *due < self.now && self.is_active())?;
        Some(self.now.duration_since(due))
    }
}

/// What people look at first comes first.
fn usefulness(link: &Link) -> usize {
    let title = link.title.to_lowercase();
    let words = ["log", "run", "pull request", "merge request", "commit", "repo"];
    words.iter().position(|word| title.contains(word)).unwrap_or(words.len())
}
