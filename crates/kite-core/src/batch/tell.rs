//! Entering changes into histories.

use super::apply::At;
use super::{Batch, IssueChange, Said};
use crate::change::{Change, Reason, Standing, between};
use crate::issue::Identity;
use crate::report::Action;

/// How a change is told.
#[derive(Default)]
pub(super) struct Telling<'a> {
    /// The reason, when it is not what the standings say.
    pub reason: Option<Reason>,
    /// Whether it is told even when the standing is the same.
    pub always: bool,
    pub by: Option<String>,
    pub note: Option<String>,
    pub run_id: Option<&'a str>,
}

impl Telling<'_> {
    /// How a decision is told.
    pub(super) fn of(said: &Said) -> Self {
        let Said::Decided { by, action } = said else {
            return Self::default();
        };
        let by = by.clone();
        match action {
            Action::Resolve { note } => {
                Self { reason: Some(Reason::ResolvedBy), by, note: note.clone(), ..Self::default() }
            }
            Action::Reopen => Self { reason: Some(Reason::ReopenedBy), by, ..Self::default() },
            Action::Edit(_) => Self { reason: Some(Reason::EditedBy), always: true, by, ..Self::default() },
            Action::Delete => Self { reason: Some(Reason::DeletedBy), by, ..Self::default() },
        }
    }
}

impl Batch {
    /// Enters a change into the history, if there was one, unless a fold will tell.
    pub(super) fn tell(&mut self, at: At, identity: &Identity, before: &Standing, telling: Telling<'_>) {
        let Some(slot) = self.slots.get_mut(identity) else {
            return;
        };
        if slot.rewrite.is_some() {
            return;
        }
        let after = slot.standing();
        let reborn = !before.exists() && after.exists();
        if reborn || slot.renew && after.exists() {
            slot.record.id = (self.new_id)();
            slot.record.created_at = self.clock;
            slot.record.related = false;
            slot.renew = false;
        }
        let shown = slot.purged.filter(|_| !after.exists()).unwrap_or(slot.record.id);
        let found = between(before, &after);
        let Some(reason) = telling.reason.filter(|_| telling.always || found.is_some()).or(found) else {
            return;
        };
        slot.record.updated_at = self.clock;
        let change = Change {
            by: telling.by,
            note: telling.note,
            run_id: telling.run_id.map(str::to_owned),
            ..Change::new(reason, before, &after)
        };
        self.changes.push(IssueChange { issue_id: shown, identity: identity.clone(), change });
        if let Some(outcome) = self.outcomes.get_mut(at.submission)
            && before.is_active()
            && !after.is_active()
            && after.exists()
        {
            outcome.resolved.push(shown);
        }
    }
}
