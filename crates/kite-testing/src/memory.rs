//! A store in memory: the same conversation with a batch as the real ones, over plain maps.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use kite_core::batch::{
    Batch, Decision, Kind, Loaded, Lookups, MoreScopes, Past, Record, ReportKey, Rewrite, Said, ScopeState,
    StoredReport,
};
use kite_core::ledger::Episode;
use kite_core::{Content, Identity, Scope, Submission, Target};
use uuid::Uuid;

use crate::reference::{Whole, bare};

/// Everything a store keeps.
#[derive(Default)]
pub struct Memory {
    /// The clock that a database would have.
    pub clock: Timestamp,
    scopes: BTreeMap<Scope, ScopeState>,
    reports: BTreeMap<ReportKey, StoredReport>,
    records: BTreeMap<Identity, Record>,
    episodes: BTreeMap<Identity, Vec<Episode>>,
    /// Identities that had to be folded again.
    pub rewrites: usize,
}

impl Memory {
    /// Applies a batch of submissions.
    pub fn apply(&mut self, submissions: Vec<Submission>) -> Decision {
        let mut batch = Batch::new(submissions, || Uuid::from_u128(1));
        let mut scopes = batch.scopes();
        while let Err(MoreScopes(more)) = batch.locked(self.clock, self.lock(&scopes)) {
            scopes.extend(more);
        }
        batch.apply(self.load(&batch.lookups()));
        let rewrites = batch.rewrites();
        self.rewrites += rewrites.len();
        let needed = batch.refold(rewrites.into_iter().map(|rewrite| self.past(rewrite)).collect());
        let contents = needed
            .iter()
            .filter_map(|reread| Some((reread.key.clone(), self.content(&reread.key)?)))
            .collect::<HashMap<_, _>>();
        batch.reread(needed, &contents);
        let decision = batch.finish();
        self.write(&decision);
        decision
    }

    /// All issues, with their pasts.
    pub fn issues(&self) -> BTreeMap<Identity, Whole> {
        let shown = self.records.iter().filter(|(_, record)| record.ledger.exists());
        shown
            .filter_map(|(identity, record)| {
                let ended = self.episodes.get(identity).cloned().unwrap_or_default();
                Some((
                    identity.clone(),
                    Whole { ledger: bare(record.ledger.clone()), view: record.view.clone()?, ended },
                ))
            })
            .collect()
    }

    fn lock(&self, scopes: &BTreeSet<Scope>) -> BTreeMap<Scope, ScopeState> {
        let state = |scope: &Scope| match self.scopes.get(scope) {
            Some(known) => ScopeState {
                stamped_at: self.clock.max(known.stamped_at + SignedDuration::from_micros(1)),
                ..known.clone()
            },
            None => ScopeState { stamped_at: self.clock, ..ScopeState::default() },
        };
        scopes.iter().map(|scope| (scope.clone(), state(scope))).collect()
    }

    fn load(&self, lookups: &Lookups) -> Loaded {
        let since =
            |scope: &Scope| lookups.cleared.iter().find(|(cleared, _)| cleared == scope).map(|(_, since)| *since);
        let records = self.records.values().filter(|record| {
            let touched = |since: Timestamp| {
                record.ledger.open.is_some() || record.ledger.settled.as_ref().is_some_and(|at| at.at >= since)
            };
            lookups.reports.iter().any(|key| key.target == Target::from(&record.identity))
                || since(&record.identity.scope).is_some_and(touched)
        });
        let attempts = |scope: &Scope| {
            let scope = scope.clone();
            let is_attempt =
                |report: &&StoredReport| matches!(report.key.kind, Kind::Failing | Kind::Healthy | Kind::Gone);
            self.reports.values().filter(is_attempt).filter(move |report| report.key.target.scope == scope)
        };
        let previous = lookups.previous.iter().filter_map(|(scope, before)| {
            let newest =
                attempts(scope).map(|report| report.position.clone()).filter(|position| position.at < *before).max()?;
            Some((scope.clone(), *before, newest))
        });
        let anchored = |report: &&StoredReport| matches!(&report.said, Said::Swept { anchor, .. } if lookups.anchors.contains(anchor));
        Loaded {
            reports: lookups.reports.iter().filter_map(|key| self.reports.get(key)).cloned().collect(),
            records: records.map(|record| Record { view: None, ..record.clone() }).collect(),
            previous: previous.collect(),
            attempts: lookups.anchors.iter().flat_map(attempts).cloned().collect(),
            sweeps: self.reports.values().filter(anchored).cloned().collect(),
        }
    }

    fn past(&self, Rewrite { identity, from }: Rewrite) -> Past {
        let mut ended = self.episodes.get(&identity).into_iter().flatten();
        let checkpoint =
            from.and_then(|from| ended.rfind(|episode| episode.clean && episode.end.at < from.at).cloned());
        let since = checkpoint.as_ref().map(|episode| episode.end.at);
        let is_decision = |report: &StoredReport| matches!(report.said, Said::Decided { .. });
        let reports = self.reports.values().filter(|report| report.key.target.covers(&identity));
        let reports = reports
            .filter(|report| is_decision(report) || Some(report.position.at) >= since)
            .cloned()
            .map(without_content);
        Past { checkpoint, reports: reports.collect(), identity }
    }

    fn content(&self, key: &ReportKey) -> Option<Content> {
        match &self.reports.get(key)?.said {
            Said::Failed(content) => Some((**content).clone()),
            _ => None,
        }
    }

    fn write(&mut self, decision: &Decision) {
        self.scopes.extend(decision.scopes.iter().cloned());
        self.reports.extend(
            decision.reports.iter().chain(&decision.corrected).map(|report| (report.key.clone(), report.clone())),
        );
        for written in &decision.records {
            let identity = &written.record.identity;
            let known = self.records.get(identity).and_then(|record| record.view.clone());
            let view = written.record.view.clone().or(known);
            self.records.insert(identity.clone(), Record { view, ..written.record.clone() });
            let episodes = self.episodes.entry(identity.clone()).or_default();
            if let Some(from) = written.replace_from {
                episodes.retain(|episode| episode.number < from);
            }
            episodes.extend(written.ended.iter().cloned());
        }
    }
}

fn without_content(report: StoredReport) -> StoredReport {
    let said = match report.said {
        Said::Failed(content) => {
            let run = content.run(&report.key.run_id, report.position.at);
            Said::FailedAt { ended_at: run.ended_at, expires_at: run.expires_at }
        }
        said => said,
    };
    StoredReport { said, ..report }
}
