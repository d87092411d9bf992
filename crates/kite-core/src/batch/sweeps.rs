//! Sweeps: clears whose time is that of another scope's previous run.

use jiff::Timestamp;

use super::apply::At;
use super::{Batch, Filed, Kind, Said, StoredReport, Verdict, stamp};
use crate::fold::sweep_position;
use crate::issue::Scope;
use crate::position::Position;
use crate::report::Clear;

impl Batch {
    pub(super) fn sweep(&mut self, at: At, anchor: &Scope, scopes: &[Scope], run_id: &str, time: Timestamp) -> Verdict {
        if let Some(held) = self.scopes.get_mut(anchor) {
            held.state.swept_at = held.state.swept_at.max(Some(time));
            held.state.sweeps.extend(scopes.iter().cloned());
        }
        let position = sweep_position(self.previous_attempt(anchor, time).as_ref());
        let mut verdict = Verdict::Duplicate;
        for scope in scopes {
            let key = stamp::sweep_key(scope, run_id);
            let target = key.target.clone();
            let earlier =
                self.reports.get(&key).map(|filed| (filed.report.position.clone(), filed.report.said.clone()));
            if let Some((known, Said::Swept { at: said, .. })) = earlier {
                if said <= time {
                    continue;
                }
                self.rewrite_covered(at, &target, &known);
            }
            let said = Said::Swept { anchor: anchor.clone(), at: time };
            let report = StoredReport { key: key.clone(), position: position.clone(), said };
            let is_stored = self.reports.get(&key).is_some_and(|filed| filed.is_stored);
            self.reports.insert(key, Filed { report, is_stored, is_changed: true });
            self.clear_covered(at, &target, &position, Clear::Healthy);
            verdict = Verdict::Updated;
        }
        verdict
    }

    /// The newest attempt of an anchor before a time, among the stored ones and this batch's.
    fn previous_attempt(&self, anchor: &Scope, before: Timestamp) -> Option<Position> {
        let stored = self.previous.get(&(anchor.clone(), before)).cloned();
        let mine = self.reports.values().map(|filed| &filed.report).filter(|report| report.is_attempt_of(anchor));
        mine.map(|report| report.position.clone()).filter(|position| position.at < before).max().max(stored)
    }

    /// Gives every sweep whose anchor's past changed its new time.
    pub(super) fn revise_sweeps(&mut self) {
        let anchors: Vec<Scope> = self.attempts.keys().cloned().collect();
        for anchor in anchors {
            let attempts = self.attempts_of(&anchor);
            let (at, stored) = (self.last_entry_of(&anchor), std::mem::take(&mut self.sweeps));
            for sweep in &stored {
                if !self.reports.contains_key(&sweep.key) {
                    self.reports
                        .insert(sweep.key.clone(), Filed { report: sweep.clone(), is_stored: true, is_changed: false });
                }
            }
            self.sweeps = stored;
            let mut moved = Vec::new();
            for filed in self.reports.values_mut() {
                let Said::Swept { anchor: its_anchor, at: said } = &filed.report.said else {
                    continue;
                };
                let position = sweep_position(attempts.iter().filter(|position| position.at < *said).max());
                if *its_anchor == anchor && position != filed.report.position {
                    let from = position.clone().min(filed.report.position.clone());
                    moved.push((filed.report.key.target.clone(), from, position.clone()));
                    filed.report.position = position;
                    filed.is_changed = true;
                }
            }
            for (target, from, to) in moved {
                self.raise_horizon(&target.scope, &to);
                self.rewrite_covered(at, &target, &from);
            }
        }
    }

    /// The positions of all attempts of an anchor, as this batch leaves them.
    fn attempts_of(&self, anchor: &Scope) -> Vec<Position> {
        let stored = self.attempts.get(anchor).into_iter().flatten();
        let untouched =
            stored.filter(|report| !self.reports.contains_key(&report.key)).map(|report| report.position.clone());
        let mine = self.reports.values().map(|filed| &filed.report).filter(|report| report.is_attempt_of(anchor));
        untouched.chain(mine.map(|report| report.position.clone())).collect()
    }

    fn last_entry_of(&self, scope: &Scope) -> At {
        let mut last = At { submission: 0, entry: 0 };
        for (submission, said) in self.submissions.iter().enumerate() {
            for (entry, said) in said.entries.iter().enumerate() {
                if said.scopes().contains(&scope) {
                    last = At { submission, entry };
                }
            }
        }
        last
    }
}

impl StoredReport {
    fn is_attempt_of(&self, scope: &Scope) -> bool {
        matches!(self.key.kind, Kind::Failing | Kind::Healthy | Kind::Gone) && self.key.target.scope == *scope
    }
}
