//! One identity while a batch works on it.

use jiff::Timestamp;

use super::apply::At;
use super::{Pending, Record, Said, Slot, StoredReport};
use crate::attribution::cause_of;
use crate::change::Standing;
use crate::issue::{Identity, Severity};
use crate::ledger::{Ledger, Run};
use crate::position::Position;
use crate::report::Content;

impl Content {
    /// The run that this content tells of.
    pub fn run(&self, run_id: &str, occurred_at: Timestamp) -> Run {
        let ended_at = self.ended_at.unwrap_or(occurred_at).max(occurred_at);
        Run { run_id: run_id.to_owned(), occurred_at, ended_at, expires_at: self.expires_at }
    }
}

impl StoredReport {
    /// Two copies of one report as one: the earlier time, the greater content.
    pub(super) fn merged_with(mut self, other: Self) -> Self {
        self.position = self.position.min(other.position);
        if let (Said::Failed(mine), Said::Failed(theirs)) = (&mut self.said, other.said)
            && theirs > *mine
        {
            *mine = theirs;
        }
        self
    }
}

impl Record {
    /// An identity that nothing is known of.
    pub(super) fn empty(identity: Identity, id: uuid::Uuid, clock: Timestamp) -> Self {
        Self {
            issue_type: identity.issue_type,
            identity,
            id,
            ledger: Ledger::default(),
            severity: Severity::Info,
            application: String::new(),
            component: String::new(),
            cause: String::new(),
            due_at: None,
            created_at: clock,
            updated_at: clock,
            related: false,
            view: None,
        }
    }

    /// Shows another text.
    pub(super) fn show(&mut self, view: crate::View) {
        self.severity = view.content.severity;
        self.issue_type = view.issue_type;
        let label = |key| view.content.labels.get(key).cloned().unwrap_or_default();
        (self.application, self.component) = (label("application"), label("component"));
        self.cause = cause_of(&view.content).unwrap_or_default();
        self.due_at = view.content.due_at;
        self.view = Some(view);
    }
}

impl Slot {
    pub(super) fn new(record: Record) -> Self {
        Self { record, stored: None, purged: None, replace_from: None, ended: Vec::new(), rewrite: None, renew: false }
    }

    pub(super) fn stored(record: Record) -> Self {
        Self { stored: Some(record.clone()), ..Self::new(record) }
    }

    pub(super) fn standing(&self) -> Standing {
        Standing::of(&self.record.ledger, self.record.severity)
    }

    /// Marks the identity for a fold from a position; `None`: from the beginning.
    pub(super) fn rewrite(&mut self, from: Option<Position>, at: At) {
        let before = self.standing();
        // The stored episodes of an issue that this batch deletes are no place to start from.
        let from = from.filter(|_| self.replace_from.is_none());
        match &mut self.rewrite {
            Some(pending) => {
                pending.from = pending.from.take().min(from);
                (pending.submission, pending.entry) = (at.submission, at.entry);
            }
            None => self.rewrite = Some(Pending { from, submission: at.submission, entry: at.entry, before }),
        }
    }

    /// Removes what is stored of the issue.
    pub(super) fn purge(&mut self) {
        self.purged =
            self.purged.or(self.stored.as_ref().filter(|stored| stored.ledger.exists()).map(|stored| stored.id));
        self.replace_from = Some(1);
        self.ended = Vec::new();
        self.record.view = None;
    }
}
