//! The rules once more, without any shortcut: all reports are merged, all sweeps given their
//! times, every identity folded from its first report on. Slow, and easy to believe.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kite_core::batch::{Kind, ReportKey};
use kite_core::fold::{Event, Folded, fold, sweep_position, view};
use kite_core::ledger::{Episode, Ledger};
use kite_core::position::Rank;
use kite_core::{Action, Clear, Content, Entry, Identity, Position, Scope, Submission, Target, View};

/// An issue with its whole past, without what tells of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The standing, without the `settled` mark, which is only a shortcut.
    pub ledger: Ledger,
    /// What it shows.
    pub view: View,
    /// The episodes that ended, oldest first.
    pub ended: Vec<Episode>,
}

/// All issues that this set of reports amounts to.
pub fn issues(submissions: &[Submission]) -> BTreeMap<Identity, Whole> {
    let world = World::of(submissions);
    let identities: BTreeSet<&Identity> = world.failing.keys().map(|(identity, _)| identity).collect();
    identities.into_iter().filter_map(|identity| Some((identity.clone(), world.issue(identity)?))).collect()
}

#[derive(Default)]
struct World {
    failing: BTreeMap<(Identity, String), (Timestamp, Content)>,
    clears: BTreeMap<ReportKey, (Timestamp, Clear)>,
    sweeps: BTreeMap<(Scope, String), (Scope, Timestamp)>,
    decisions: BTreeMap<ReportKey, (Timestamp, Option<String>, Action)>,
    ticks: BTreeMap<(Identity, String), Timestamp>,
}

impl World {
    fn of(submissions: &[Submission]) -> Self {
        let mut world = Self::default();
        for entry in submissions.iter().flat_map(|submission| &submission.entries) {
            world.add(entry.clone());
        }
        world
    }

    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Failing { identity, run_id, occurred_at: Some(at), content } => {
                let (first, greatest) = self.failing.entry((identity, run_id)).or_insert_with(|| (at, content.clone()));
                *first = at.min(*first);
                if content > *greatest {
                    *greatest = content;
                }
            }
            Entry::Clear { target, clear, run_id, occurred_at: Some(at) } => {
                let kind = if clear == Clear::Gone { Kind::Gone } else { Kind::Healthy };
                let (first, _) = self.clears.entry(ReportKey { target, run_id, kind }).or_insert((at, clear));
                *first = at.min(*first);
            }
            Entry::Sweep { anchor, scopes, run_id, occurred_at: Some(at) } => {
                for scope in scopes {
                    let (_, first) = self.sweeps.entry((scope, run_id.clone())).or_insert((anchor.clone(), at));
                    *first = at.min(*first);
                }
            }
            Entry::Person { identity, run_id, by, at: Some(at), action, .. } => {
                self.decisions.insert(ReportKey::of(&identity, &run_id, kind_of(&action)), (at, by, action));
            }
            Entry::Expiry { identity, run_id, at } => {
                let first = self.ticks.entry((identity, run_id)).or_insert(at);
                *first = at.min(*first);
            }
            _ => unreachable!("the reference knows only entries with times"),
        }
    }

    fn issue(&self, identity: &Identity) -> Option<Whole> {
        let failing = self.failing.iter().filter(|((of, _), _)| of == identity);
        let mut events: Vec<Event> = failing
            .map(|((_, run), (at, content))| Event::Failed(content.run(run, *at), Some(Box::new(content.clone()))))
            .collect();
        let clears = self.clears.iter().filter(|(key, _)| key.target.covers(identity));
        events.extend(clears.map(|(key, (at, clear))| {
            let rank = if *clear == Clear::Gone { Rank::Gone } else { Rank::Healthy };
            Event::Cleared(Position::attempt(*at, key.run_id.clone(), rank), *clear)
        }));
        let sweeps = self.sweeps.iter().filter(|((scope, _), _)| *scope == identity.scope);
        events.extend(sweeps.map(|(_, (anchor, said))| {
            Event::Cleared(sweep_position(self.attempt_before(anchor, *said).as_ref()), Clear::Healthy)
        }));
        let decisions = self.decisions.iter().filter(|(key, _)| key.target == Target::from(identity));
        events.extend(decisions.map(|(key, (at, by, action))| {
            Event::Decided(Position::decision(*at, key.run_id.clone()), by.clone(), action.clone())
        }));
        let ticks = self.ticks.iter().filter(|((of, _), _)| of == identity);
        events.extend(ticks.map(|((_, run), at)| Event::Ticked(Position::decision(*at, run.clone()))));

        let Folded { ledger, ended, content, edits } = fold(Ledger::default(), events);
        let view = view(identity.issue_type, *content?, &edits);
        Some(Whole { ledger: bare(ledger), view, ended })
    }

    fn attempt_before(&self, anchor: &Scope, said: Timestamp) -> Option<Position> {
        let failing = self.failing.iter().filter(|((of, _), _)| of.scope == *anchor);
        let failing = failing.map(|((_, run), (at, _))| Position::attempt(*at, run.clone(), Rank::Failing));
        let clears = self.clears.iter().filter(|(key, _)| key.target.scope == *anchor).map(|(key, (at, clear))| {
            let rank = if *clear == Clear::Gone { Rank::Gone } else { Rank::Healthy };
            Position::attempt(*at, key.run_id.clone(), rank)
        });
        failing.chain(clears).filter(|position| position.at < said).max()
    }
}

/// A ledger without the marks that only make later steps cheaper.
pub fn bare(ledger: Ledger) -> Ledger {
    let open = ledger.open.map(|open| kite_core::ledger::OpenEpisode { latest_end: Timestamp::UNIX_EPOCH, ..open });
    Ledger { settled: None, latest_end: None, deleted_until: None, open, ..ledger }
}

fn kind_of(action: &Action) -> Kind {
    match action {
        Action::Resolve { .. } => Kind::Resolve,
        Action::Reopen => Kind::Reopen,
        Action::Edit(_) => Kind::Edit,
        Action::Delete => Kind::Delete,
    }
}
