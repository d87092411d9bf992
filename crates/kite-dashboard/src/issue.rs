//! One issue: what, why, where, since when.

use askama::Template;
use jiff::{SignedDuration, Timestamp};
use kite_core::{Change, IssueType, Reason, Severity};
use uuid::Uuid;

use crate::query::Address;
use crate::row::Row;
use crate::shell::Shell;
use crate::value::Value;

/// One issue.
#[derive(Debug, Template)]
#[template(path = "issue.html")]
pub struct IssuePage {
    /// What is around it.
    pub shell: Shell,
    /// Where its news are.
    pub live: Address,
    /// The issue.
    pub row: Row,
    /// Its episodes, newest first.
    pub episodes: Vec<Episode>,
    /// Its changes, newest first.
    pub changes: Vec<Entry>,
    /// Whether there are older changes.
    pub has_more_changes: bool,
    /// Its last failed attempts, newest first.
    pub occurrences: Vec<Occurrence>,
    /// Issues that have to do with it.
    pub related: Vec<Related>,
    /// The issue as the interface for programs gives it.
    pub raw: String,
    /// The issue for a ticket or a chat.
    pub markdown: String,
    /// What the person may do.
    pub rights: Rights,
    /// What was wrong with what the person sent.
    pub refused: Option<Refused>,
}

/// What a person may do with an issue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Say that it is over.
    pub resolve: bool,
    /// Change what it says, reopen it, relate it.
    pub update: bool,
    /// Delete it.
    pub delete: bool,
}

/// One stretch in which it was broken.
#[derive(Clone, Debug)]
pub struct Episode {
    /// Position in the issue's life, from 1.
    pub number: u64,
    /// The first failure.
    pub started_at: Timestamp,
    /// The end; absent while it lasts.
    pub ended_at: Option<Timestamp>,
    /// Failed attempts.
    pub count: u64,
    /// Why it ended.
    pub end_reason: Option<Reason>,
    /// Who ended it.
    pub ended_by: Option<String>,
}

/// One entry of its history.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: Change,
}

/// One failed attempt.
#[derive(Clone, Debug)]
pub struct Occurrence {
    /// Names the attempt.
    pub run_id: String,
    /// When it began.
    pub occurred_at: Timestamp,
}

/// An issue that has to do with this one.
#[derive(Clone, Debug)]
pub struct Related {
    /// Names it.
    pub id: Uuid,
    /// One line.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is broken now.
    pub is_active: bool,
}

/// Something that was not done.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Which form it was: `resolve`, `reopen`, `edit`, `relate` or `delete`.
    pub form: &'static str,
    /// What was wrong.
    pub message: String,
}

impl Episode {
    fn lasted(&self, now: impl Value<Timestamp>) -> SignedDuration {
        self.ended_at.unwrap_or(now.value()).duration_since(self.started_at)
    }
}

impl IssuePage {
    /// What was wrong with a form.
    fn refusal(&self, form: &str) -> Option<&str> {
        self.refused.as_ref().filter(|refused| refused.form == form).map(|refused| refused.message.as_str())
    }

    fn severities() -> &'static [Severity] {
        Severity::ALL
    }

    fn types() -> &'static [IssueType] {
        IssueType::ALL
    }
}
