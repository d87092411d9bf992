//! Step 1 and 2: times are stamped under the locks, then it is known what must be read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Batch, Held, Kind, Lookups, MoreScopes, ReportKey, ScopeState};
use crate::issue::{Identity, Scope, Target};
use crate::report::{Action, Clear, Entry};

const TICK: SignedDuration = SignedDuration::from_micros(1);

impl Batch {
    /// Takes over the locked scopes and stamps the entries that carry no time.
    ///
    /// `stamped_at` of each scope is the first time that may be stamped in it now. Fails when a
    /// change in an anchor's past touches scopes that are not locked.
    pub fn locked(&mut self, clock: Timestamp, scopes: BTreeMap<Scope, ScopeState>) -> Result<(), MoreScopes> {
        let missing: BTreeSet<Scope> = self
            .late_anchors(scopes.iter())
            .into_iter()
            .flat_map(|anchor| scopes.get(anchor).into_iter().flat_map(|state| &state.sweeps))
            .filter(|target| !scopes.contains_key(*target))
            .cloned()
            .collect();
        if !missing.is_empty() {
            return Err(MoreScopes(missing));
        }
        self.stamp(&scopes);
        self.clock = clock;
        self.scopes = scopes.into_iter().map(|(scope, state)| (scope, Held { stored: state.clone(), state })).collect();
        for (submission, stamp) in self.submissions.iter().zip(&self.stamps) {
            for scope in submission.entries.iter().flat_map(Entry::scopes) {
                if let Some(held) = self.scopes.get_mut(scope) {
                    held.state.stamped_at = held.state.stamped_at.max(*stamp);
                }
            }
        }
        Ok(())
    }

    /// What must be read before [`Self::apply`].
    pub fn lookups(&self) -> Lookups {
        let mut lookups = Lookups::default();
        let mut cleared: BTreeMap<Scope, Timestamp> = BTreeMap::new();
        let mut since = |scope: &Scope, at: Timestamp| {
            let known = cleared.entry(scope.clone()).or_insert(at);
            *known = at.min(*known);
        };
        for (index, submission) in self.submissions.iter().enumerate() {
            for entry in &submission.entries {
                let at = self.time_of(index, entry);
                lookups.reports.extend(report_keys(entry));
                match entry {
                    Entry::Failing { .. } | Entry::Person { .. } | Entry::Expiry { .. } => {}
                    Entry::Clear { target, .. } => since(&target.scope, at),
                    Entry::Sweep { anchor, scopes, .. } => {
                        for scope in scopes {
                            since(scope, Timestamp::UNIX_EPOCH);
                        }
                        lookups.previous.push((anchor.clone(), at));
                    }
                }
            }
        }
        for anchor in self.revised_anchors() {
            // Sweeps of scopes that are not locked lie before all that this batch says of the anchor.
            let targets = self.scopes.get(&anchor).into_iter().flat_map(|held| &held.state.sweeps);
            targets
                .filter(|scope| self.scopes.contains_key(*scope))
                .for_each(|scope| since(scope, Timestamp::UNIX_EPOCH));
            lookups.anchors.push(anchor);
        }
        lookups.cleared = cleared.into_iter().collect();
        lookups
    }

    /// Anchors whose sweeps must be given their times anew: something is put before a stored
    /// sweep, or this batch holds both a sweep and attempts that say when they were.
    pub(super) fn revised_anchors(&self) -> BTreeSet<Scope> {
        let swept =
            self.submissions.iter().flat_map(|submission| &submission.entries).filter_map(|entry| match entry {
                Entry::Sweep { anchor, .. } => Some(anchor),
                _ => None,
            });
        let swept = swept.filter(|anchor| self.timed_attempts().any(|(scope, _)| scope == *anchor));
        let late = self.late_anchors(self.scopes.iter().map(|(scope, held)| (scope, &held.stored)));
        late.into_iter().chain(swept).cloned().collect()
    }

    /// When an entry happened.
    pub(super) fn time_of(&self, submission: usize, entry: &Entry) -> Timestamp {
        let said = match entry {
            Entry::Failing { occurred_at, .. }
            | Entry::Clear { occurred_at, .. }
            | Entry::Sweep { occurred_at, .. } => *occurred_at,
            Entry::Person { at, .. } => *at,
            Entry::Expiry { at, .. } => Some(*at),
        };
        said.or_else(|| self.stamps.get(submission).copied()).unwrap_or(self.clock)
    }

    /// Gives each submission one time, later than all given before in each of its scopes.
    fn stamp(&mut self, scopes: &BTreeMap<Scope, ScopeState>) {
        let mut next: BTreeMap<&Scope, Timestamp> =
            scopes.iter().map(|(scope, state)| (scope, state.stamped_at)).collect();
        self.stamps.clear();
        for submission in self.submissions.iter() {
            let touched: Vec<&Scope> = submission.entries.iter().flat_map(Entry::scopes).collect();
            let stamp =
                touched.iter().filter_map(|scope| next.get(scope)).max().copied().unwrap_or(Timestamp::UNIX_EPOCH);
            for scope in touched {
                if let Some(time) = next.get_mut(scope) {
                    *time = stamp.saturating_add(TICK).unwrap_or(stamp);
                }
            }
            self.stamps.push(stamp);
        }
    }

    /// Anchors into whose past, before a sweep, this batch puts an attempt.
    fn late_anchors<'s>(&self, states: impl Iterator<Item = (&'s Scope, &'s ScopeState)>) -> Vec<&Scope> {
        let swept: BTreeMap<_, _> = states.filter_map(|(scope, state)| Some((scope, state.swept_at?))).collect();
        let is_late = |(scope, at): &(&Scope, Timestamp)| swept.get(scope).is_some_and(|swept| swept > at);
        self.timed_attempts().filter(is_late).map(|(scope, _)| scope).collect()
    }

    fn timed_attempts(&self) -> impl Iterator<Item = (&Scope, Timestamp)> {
        self.submissions.iter().flat_map(|submission| &submission.entries).filter_map(timed_attempt)
    }
}

/// The scope of an attempt and when it began, if the source said when.
fn timed_attempt(entry: &Entry) -> Option<(&Scope, Timestamp)> {
    match entry {
        Entry::Failing { identity, occurred_at, .. } => Some((&identity.scope, (*occurred_at)?)),
        Entry::Clear { target, occurred_at, .. } => Some((&target.scope, (*occurred_at)?)),
        Entry::Sweep { .. } | Entry::Person { .. } | Entry::Expiry { .. } => None,
    }
}

/// The keys under which an entry is filed.
pub(super) fn report_keys(entry: &Entry) -> Vec<ReportKey> {
    match entry {
        Entry::Failing { identity, run_id, .. } => vec![ReportKey::of(identity, run_id, Kind::Failing)],
        Entry::Clear { target, clear, run_id, .. } => {
            let kind = if *clear == Clear::Healthy { Kind::Healthy } else { Kind::Gone };
            vec![ReportKey { target: target.clone(), run_id: run_id.clone(), kind }]
        }
        Entry::Sweep { scopes, run_id, .. } => scopes.iter().map(|scope| sweep_key(scope, run_id)).collect(),
        Entry::Person { identity, run_id, action, .. } => vec![ReportKey::of(identity, run_id, decision_kind(action))],
        Entry::Expiry { identity, run_id, .. } => vec![ReportKey::of(identity, run_id, Kind::Expiry)],
    }
}

pub(super) fn sweep_key(scope: &Scope, run_id: &str) -> ReportKey {
    let target = Target { scope: scope.clone(), issue_type: None, variant: None };
    ReportKey { target, run_id: run_id.to_owned(), kind: Kind::Sweep }
}

fn decision_kind(action: &Action) -> Kind {
    match action {
        Action::Resolve { .. } => Kind::Resolve,
        Action::Reopen => Kind::Reopen,
        Action::Edit(_) => Kind::Edit,
        Action::Delete => Kind::Delete,
    }
}

impl ReportKey {
    /// The key of a report about one identity.
    pub fn of(identity: &Identity, run_id: &str, kind: Kind) -> Self {
        Self { target: Target::from(identity), run_id: run_id.to_owned(), kind }
    }
}

impl From<&Identity> for Target {
    fn from(identity: &Identity) -> Self {
        Self {
            scope: identity.scope.clone(),
            issue_type: Some(identity.issue_type),
            variant: Some(identity.variant.clone()),
        }
    }
}
