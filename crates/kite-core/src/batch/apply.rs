//! Step 2: every entry is filed and, where it is the newest word, applied at once.

use std::sync::Arc;

use jiff::Timestamp;

use super::tell::Telling;
use super::{Batch, Filed, Kind, Loaded, Record, ReportKey, Said, Slot, StoredReport, Verdict, stamp};
use crate::fold::view;
use crate::issue::{Identity, IssueType, Target};
use crate::ledger::Rewrites;
use crate::position::{Position, Rank};
use crate::report::{Action, Clear, Content, Entry, Submission};

/// Which entry of which submission.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub submission: usize,
    pub entry: usize,
}

/// What filing a report changed.
pub(super) enum Filing {
    /// It was not known.
    New,
    /// A copy was known, and says it all.
    Same,
    /// A copy was known; the two together say more, which matters from this position on.
    Merged(Position),
}

impl Batch {
    /// Takes over what the store read and applies every entry.
    pub fn apply(&mut self, loaded: Loaded) {
        self.take_over(loaded);
        let submissions = Arc::clone(&self.submissions);
        for (submission, Submission { entries }) in submissions.iter().enumerate() {
            for (entry, said) in entries.iter().enumerate() {
                let verdict = self.apply_entry(At { submission, entry }, said);
                if let (0, Some(outcome)) = (entry, self.outcomes.get_mut(submission)) {
                    outcome.verdict = verdict;
                }
            }
        }
        self.revise_sweeps();
    }

    fn take_over(&mut self, loaded: Loaded) {
        let file = |report: StoredReport| (report.key.clone(), Filed { report, is_stored: true, is_changed: false });
        self.reports = loaded.reports.into_iter().map(file).collect();
        self.reports.reserve(self.submissions.len());
        let slot = |record: Record| (record.identity.clone(), Box::new(Slot::stored(record)));
        self.slots = loaded.records.into_iter().map(slot).collect();
        self.previous = loaded.previous.into_iter().map(|(scope, at, position)| ((scope, at), position)).collect();
        self.sweeps = loaded.sweeps;
        self.attempts = self.revised_anchors().into_iter().map(|anchor| (anchor, Vec::new())).collect();
        for attempt in loaded.attempts {
            self.attempts.entry(attempt.key.target.scope.clone()).or_default().push(attempt);
        }
    }

    fn apply_entry(&mut self, at: At, entry: &Entry) -> Verdict {
        let time = self.time_of(at.submission, entry);
        match entry {
            Entry::Failing { identity, run_id, content, .. } => self.fail(at, identity, run_id, time, content),
            Entry::Clear { target, clear, run_id, .. } => self.clear(at, target, *clear, run_id, time),
            Entry::Sweep { anchor, scopes, run_id, .. } => self.sweep(at, anchor, scopes, run_id, time),
            Entry::Person { identity, issue_id, by, action, .. } => {
                if issue_id.is_some_and(|id| !self.shows(identity, id)) {
                    return Verdict::Missing;
                }
                let said = Said::Decided { by: by.clone(), action: action.clone() };
                self.decide(at, identity, entry, time, &said)
            }
            Entry::Expiry { identity, .. } => self.decide(at, identity, entry, time, &Said::Ticked),
        }
    }

    fn fail(&mut self, at: At, identity: &Identity, run_id: &str, time: Timestamp, content: &Content) -> Verdict {
        let key = ReportKey::of(identity, run_id, Kind::Failing);
        let position = Position::attempt(time, run_id, Rank::Failing);
        let report = StoredReport { key, position: position.clone(), said: Said::Failed(Box::new(content.clone())) };
        let filing = self.file(report);
        let horizon = self.horizon(identity);
        let slot = self.slot(identity);
        let before = slot.standing();
        if let Filing::Same = filing {
            return Verdict::Duplicate;
        }
        if let Filing::Merged(from) = filing {
            slot.rewrite(Some(from), at);
            return Verdict::Updated;
        }
        let run = content.run(run_id, time);
        let applied =
            if slot.rewrite.is_some() { Err(Rewrites) } else { slot.record.ledger.fail(run, horizon.as_ref()) };
        let Ok(ended) = applied else {
            slot.rewrite(Some(position), at);
            return Verdict::Late;
        };
        slot.ended.extend(ended);
        let is_newest = slot.record.ledger.newest.as_ref().is_some_and(|newest| newest.run_id == *run_id);
        if is_newest {
            slot.record.show(view(identity.issue_type, content.clone(), &[]));
        }
        self.tell(at, identity, &before, Telling { run_id: Some(run_id), ..Telling::default() });
        match (before.exists(), is_newest) {
            (false, _) => Verdict::Created,
            (true, true) => Verdict::Updated,
            (true, false) => Verdict::Late,
        }
    }

    fn clear(&mut self, at: At, target: &Target, clear: Clear, run_id: &str, time: Timestamp) -> Verdict {
        let (kind, rank) = match clear {
            Clear::Healthy => (Kind::Healthy, Rank::Healthy),
            Clear::Gone => (Kind::Gone, Rank::Gone),
        };
        let key = ReportKey { target: target.clone(), run_id: run_id.to_owned(), kind };
        let position = Position::attempt(time, run_id, rank);
        let is_late = self.scopes.get(&target.scope).is_some_and(|held| held.state.horizon.as_ref() > Some(&position));
        match self.file(StoredReport { key, position: position.clone(), said: Said::Cleared(clear) }) {
            Filing::Same => return Verdict::Duplicate,
            Filing::New => self.clear_covered(at, target, &position, clear),
            Filing::Merged(from) => self.rewrite_covered(at, target, &from),
        }
        if is_late { Verdict::Late } else { Verdict::Updated }
    }

    /// Ends the episodes of all identities that a clear covers.
    pub(super) fn clear_covered(&mut self, at: At, target: &Target, position: &Position, clear: Clear) {
        self.raise_horizon(&target.scope, position);
        for identity in self.covered(target) {
            let Some(slot) = self.slots.get_mut(&identity) else {
                continue;
            };
            let before = slot.standing();
            if slot.rewrite.is_some() {
                slot.rewrite(Some(position.clone()), at);
                continue;
            }
            match slot.record.ledger.clear(position, clear) {
                Ok(ended) => slot.ended.extend(ended),
                Err(Rewrites) => slot.rewrite(Some(position.clone()), at),
            }
            self.tell(at, &identity, &before, Telling { run_id: Some(&position.run_id), ..Telling::default() });
        }
    }

    /// Has all identities that a clear covers folded again.
    pub(super) fn rewrite_covered(&mut self, at: At, target: &Target, from: &Position) {
        self.raise_horizon(&target.scope, from);
        for identity in self.covered(target) {
            if let Some(slot) = self.slots.get_mut(&identity) {
                slot.rewrite(Some(from.clone()), at);
            }
        }
    }

    fn decide(&mut self, at: At, identity: &Identity, entry: &Entry, time: Timestamp, said: &Said) -> Verdict {
        let Some(key) = stamp::report_keys(entry).pop() else {
            return Verdict::Missing;
        };
        let position = Position::decision(time, key.run_id.clone());
        let report = StoredReport { key, position: position.clone(), said: said.clone() };
        match self.file(report) {
            Filing::Same => return Verdict::Duplicate,
            Filing::New => {}
            Filing::Merged(_) => {
                self.slot(identity).rewrite(None, at);
                return Verdict::Updated;
            }
        }
        let horizon = self.horizon(identity);
        let slot = self.slot(identity);
        let before = slot.standing();
        let ledger = &mut slot.record.ledger;
        let waits = slot.rewrite.is_some();
        let applied = match said {
            _ if waits => Err(Rewrites),
            Said::Decided { by, action: Action::Resolve { .. } } => {
                ledger.resolve(&position, by.clone(), horizon.as_ref())
            }
            Said::Decided { action: Action::Reopen, .. } => ledger.reopen(&position, horizon.as_ref()),
            Said::Decided { action: Action::Delete, .. } => {
                ledger.delete(&position, horizon.as_ref()).map(|()| Vec::new())
            }
            Said::Ticked => ledger.note(&position, horizon.as_ref()),
            // What an edit covers is shown anew from the reported text, which only a fold reads.
            _ => Err(Rewrites),
        };
        let deletes = matches!(said, Said::Decided { action: Action::Delete, .. });
        match applied {
            Ok(_) if deletes => slot.purge(),
            Ok(ended) => slot.ended.extend(ended),
            Err(Rewrites) => slot.rewrite((!deletes).then_some(position), at),
        }
        if deletes {
            slot.renew = true;
        }
        self.tell(at, identity, &before, Telling::of(said));
        Verdict::Updated
    }

    /// Files a report, merged with the copy that is known.
    pub(super) fn file(&mut self, report: StoredReport) -> Filing {
        let Some(filed) = self.reports.get_mut(&report.key) else {
            self.reports.insert(report.key.clone(), Filed { report, is_stored: false, is_changed: true });
            return Filing::New;
        };
        let merged = filed.report.clone().merged_with(report);
        if merged == filed.report {
            return Filing::Same;
        }
        let from = merged.position.clone().min(filed.report.position.clone());
        (filed.report, filed.is_changed) = (merged, true);
        Filing::Merged(from)
    }

    pub(super) fn raise_horizon(&mut self, scope: &crate::Scope, position: &Position) {
        if let Some(held) = self.scopes.get_mut(scope)
            && held.state.horizon.as_ref() < Some(position)
        {
            held.state.horizon = Some(position.clone());
        }
    }

    fn horizon(&self, identity: &Identity) -> Option<Position> {
        self.scopes.get(&identity.scope).and_then(|held| held.state.horizon.clone())
    }

    fn shows(&self, identity: &Identity, issue_id: uuid::Uuid) -> bool {
        self.slots.get(identity).is_some_and(|slot| slot.record.id == issue_id && slot.record.ledger.exists())
    }

    fn slot(&mut self, identity: &Identity) -> &mut Slot {
        let (clock, new_id) = (self.clock, &mut self.new_id);
        self.slots
            .entry(identity.clone())
            .or_insert_with(|| Box::new(Slot::new(Record::empty(identity.clone(), new_id(), clock))))
    }

    /// The known identities that a target covers.
    fn covered(&self, target: &Target) -> Vec<Identity> {
        let first = Identity { scope: target.scope.clone(), issue_type: IssueType::Build, variant: String::new() };
        let in_scope = self.slots.range(first..).take_while(|(identity, _)| identity.scope == target.scope);
        in_scope.map(|(identity, _)| identity).filter(|identity| target.covers(identity)).cloned().collect()
    }
}
