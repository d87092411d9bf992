//! Step 4: what must be written, and the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::{Batch, Counter, Decision, Outcome, Record, Slot, Verdict, Written};
use crate::change::state;
use crate::issue::{Identity, Issue, State, View};
use crate::report::{Entry, Submission};

impl Batch {
    /// What must be written, and one answer per submission.
    pub fn finish(mut self) -> Decision {
        let submissions = Arc::clone(&self.submissions);
        let mut outcomes = std::mem::take(&mut self.outcomes);
        let mut created = BTreeSet::new();
        for (outcome, submission) in outcomes.iter_mut().zip(submissions.iter()) {
            self.answer(outcome, submission, &mut created);
        }
        let scopes = self.scopes.into_iter().filter(|(_, held)| held.state != held.stored);
        let filed = self.reports.into_values().filter(|filed| filed.is_changed);
        let (stored, fresh): (Vec<_>, Vec<_>) = filed.partition(|filed| filed.is_stored);
        let mut counters = BTreeMap::new();
        let mut records = Vec::new();
        for slot in self.slots.into_values().filter(|slot| slot.changed()) {
            count(&mut counters, slot.stored.as_ref(), -1);
            count(&mut counters, Some(&slot.record), 1);
            let Slot { record, stored, purged, replace_from, ended, .. } = *slot;
            records.push(Written { record, is_new: stored.is_none(), purged, replace_from, ended });
        }
        counters.retain(|_, difference| *difference != 0);
        Decision {
            scopes: scopes.map(|(scope, held)| (scope, held.state)).collect(),
            reports: fresh.into_iter().map(|filed| filed.report).collect(),
            corrected: stored.into_iter().map(|filed| filed.report).collect(),
            records,
            changes: self.changes,
            counters,
            outcomes,
        }
    }

    /// Completes an answer with the issue that the submission's first failure or decision belongs to.
    fn answer(&self, outcome: &mut Outcome, submission: &Submission, created: &mut BTreeSet<Uuid>) {
        let subject = submission.entries.iter().find_map(|entry| match entry {
            Entry::Failing { identity, run_id, .. } => Some((identity, Some(run_id))),
            Entry::Person { identity, .. } => Some((identity, None)),
            Entry::Clear { .. } | Entry::Sweep { .. } | Entry::Expiry { .. } => None,
        });
        let Some((identity, run_id)) = subject else {
            return;
        };
        let Some(slot) = self.slots.get(identity).filter(|slot| slot.record.ledger.exists()) else {
            return;
        };
        if outcome.verdict == Verdict::Missing {
            return;
        }
        outcome.issue_id = Some(slot.record.id);
        outcome.issue = slot.record.issue().map(Box::new);
        let newest = slot.record.ledger.newest.as_ref().map(|newest| &newest.run_id);
        if outcome.verdict == Verdict::Late && run_id.is_some() && run_id == newest {
            outcome.verdict = Verdict::Updated;
        }
        if matches!(outcome.verdict, Verdict::Created | Verdict::Late | Verdict::Updated)
            && !slot.was_shown()
            && run_id.is_some()
        {
            outcome.verdict = if created.insert(slot.record.id) {
                Verdict::Created
            } else if run_id == newest {
                Verdict::Updated
            } else {
                Verdict::Late
            };
        }
    }
}

impl Slot {
    fn changed(&self) -> bool {
        self.stored.as_ref() != Some(&self.record)
            || self.purged.is_some()
            || !self.ended.is_empty()
            || self.replace_from.is_some()
    }

    fn was_shown(&self) -> bool {
        self.stored.as_ref().is_some_and(|stored| stored.ledger.exists())
    }
}

impl Record {
    /// The issue as readers see it, when its text is at hand.
    pub fn issue(&self) -> Option<Issue> {
        let View { issue_type, content } = self.view.clone()?;
        let newest = self.ledger.newest.as_ref()?;
        let state = state(&self.ledger)?;
        let detected_at = match (&self.ledger.open, &self.ledger.last) {
            (Some(open), _) => open.started_at,
            (None, Some(last)) => last.started_at,
            (None, None) => newest.occurred_at,
        };
        let resolved_at = self.ledger.last.as_ref().filter(|_| state == State::Resolved).map(|last| last.end.at);
        Some(Issue {
            id: self.id,
            identity: self.identity.clone(),
            issue_type,
            state,
            severity: content.severity,
            title: content.title,
            description: content.description,
            links: content.links,
            labels: content.labels,
            cause: Some(self.cause.clone()).filter(|cause| !cause.is_empty()),
            reason: content.reason,
            diagnosis: content.diagnosis,
            due_at: content.due_at,
            expires_at: content.expires_at,
            run_id: newest.run_id.clone(),
            last_failed_at: newest.occurred_at,
            detected_at,
            resolved_at,
            count: self.ledger.count,
            episodes: self.ledger.episodes(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            related: self.related,
        })
    }

    /// What the issue is counted under; `None` when there is none.
    pub fn counter(&self) -> Option<Counter> {
        let Identity { scope, .. } = &self.identity;
        Some(Counter {
            namespace: scope.namespace.clone(),
            application: self.application.clone(),
            state: state(&self.ledger)?,
            severity: self.severity,
            issue_type: self.issue_type,
        })
    }
}

fn count(counters: &mut BTreeMap<Counter, i64>, record: Option<&Record>, difference: i64) {
    if let Some(counter) = record.and_then(Record::counter) {
        *counters.entry(counter).or_insert(0) += difference;
    }
}
