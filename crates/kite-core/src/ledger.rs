//! One identity's standing: its episodes and counters, advanced one event at a time.
//!
//! The standing is a pure function of the *set* of events, in the order of their
//! [`Position`]s. Most events arrive in that order and are applied in O(1). The key to that is
//! the [`settled`](Ledger::settled) position: between it and now there are only failures, and
//! failures commute, so even one that comes late just joins the open episode. Whatever would
//! rewrite the past answers [`Rewrites`], and [`crate::fold`] does it from the stored events.

use jiff::Timestamp;

use crate::position::{Position, Rank};
use crate::report::Clear;

/// The standing of one identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The episode that is going on.
    pub open: Option<OpenEpisode>,
    /// The last episode that ended.
    pub last: Option<Episode>,
    /// Failed runs over the life.
    pub count: u64,
    /// The newest failed run.
    pub newest: Option<Run>,
    /// When the latest failed run ended.
    pub latest_end: Option<Timestamp>,
    /// The newest event other than a failure that changed anything, or could have.
    pub settled: Option<Position>,
    /// A person deleted everything that had ended by then.
    pub deleted_until: Option<Timestamp>,
}

/// A failed attempt, as far as the order of things goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The attempt.
    pub run_id: String,
    /// When it began.
    pub occurred_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// When it stops counting, if it is the newest by then.
    pub expires_at: Option<Timestamp>,
}

/// The stretch in which an issue is active now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEpisode {
    /// Position in the life, from 1.
    pub number: u64,
    /// The first failure.
    pub started_at: Timestamp,
    /// Failed runs in it; 0 after a person reopened the issue.
    pub count: u64,
    /// When its latest run ended.
    pub latest_end: Timestamp,
}

/// A stretch in which the issue was active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    /// Position in the life, from 1.
    pub number: u64,
    /// The first failure.
    pub started_at: Timestamp,
    /// Failed runs in it.
    pub count: u64,
    /// Failed runs of the issue up to its end.
    pub count_so_far: u64,
    /// What ended it.
    pub end: Position,
    /// Why it ended.
    pub ending: Ending,
    /// False when failures that the ending did not cover went on into the next episode; a fold
    /// cannot start there.
    pub clean: bool,
}

/// Why an episode ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A newer attempt succeeded.
    Recovered,
    /// The subject was deleted.
    Gone,
    /// It was not heard of again in time.
    Expired,
    /// A person resolved it.
    ResolvedBy(Option<String>),
}

/// The event belongs into the past; the identity must be folded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewrites;

impl Run {
    /// Its place in the order.
    pub fn position(&self) -> Position {
        Position::attempt(self.occurred_at, self.run_id.clone(), Rank::Failing)
    }

    /// Where it expires, unless a newer failure comes first.
    fn expiry(&self) -> Option<Position> {
        let at = self.expires_at?.max(self.occurred_at);
        Some(Position::decision(at, self.run_id.clone()))
    }
}

impl From<Clear> for Ending {
    fn from(clear: Clear) -> Self {
        match clear {
            Clear::Healthy => Self::Recovered,
            Clear::Gone => Self::Gone,
        }
    }
}

impl Ledger {
    /// Whether there is an issue to show: a failed run that nobody deleted.
    pub fn exists(&self) -> bool {
        self.count > 0
    }

    /// Episodes over the life.
    pub fn episodes(&self) -> u64 {
        let ended = self.last.as_ref().map_or(0, |episode| episode.number);
        self.open.as_ref().map_or(ended, |episode| episode.number)
    }

    /// Adds a failed run. `horizon` is the newest clear of the identity's scope.
    /// Returns an episode that had expired before.
    pub fn fail(&mut self, run: Run, horizon: Option<&Position>) -> Result<Vec<Episode>, Rewrites> {
        let position = run.position();
        if Some(&position) < self.settled.as_ref().max(horizon) {
            return Err(Rewrites);
        }
        let is_newest = self.newest.as_ref().is_none_or(|newest| newest.position() < position);
        if !is_newest && run.expires_at.is_some() {
            return Err(Rewrites);
        }
        let ended = if is_newest { self.elapse(&position) } else { Vec::new() };
        self.join(run.occurred_at, &run);
        if is_newest {
            self.newest = Some(run);
        }
        Ok(ended)
    }

    /// Ends the open episode because the scope is clear. Returns the episode that ended.
    pub fn clear(&mut self, position: &Position, clear: Clear) -> Result<Vec<Episode>, Rewrites> {
        if self.is_older(position, None) {
            return Err(Rewrites);
        }
        let mut ended = self.elapse(position);
        ended.extend(self.close(position, clear.into()));
        Ok(ended)
    }

    /// Ends the open episode because a person says so. Returns the episodes that ended.
    pub fn resolve(
        &mut self,
        position: &Position,
        by: Option<String>,
        horizon: Option<&Position>,
    ) -> Result<Vec<Episode>, Rewrites> {
        let outlived = self.open.as_ref().is_some_and(|open| open.latest_end > position.at);
        if outlived || self.is_older(position, horizon) {
            return Err(Rewrites);
        }
        let mut ended = self.elapse(position);
        ended.extend(self.close(position, Ending::ResolvedBy(by)));
        self.settle(position);
        Ok(ended)
    }

    /// Starts an episode because a person says so. Returns an episode that had expired before.
    pub fn reopen(&mut self, position: &Position, horizon: Option<&Position>) -> Result<Vec<Episode>, Rewrites> {
        if self.is_older(position, horizon) {
            return Err(Rewrites);
        }
        let ended = self.elapse(position);
        if self.open.is_none() && self.exists() {
            let number = self.episodes() + 1;
            self.open = Some(OpenEpisode { number, started_at: position.at, count: 0, latest_end: position.at });
        }
        self.settle(position);
        Ok(ended)
    }

    /// Forgets everything that had ended by the time a person deleted the issue.
    pub fn delete(&mut self, position: &Position, horizon: Option<&Position>) -> Result<(), Rewrites> {
        if self.latest_end > Some(position.at) || self.is_older(position, horizon) {
            return Err(Rewrites);
        }
        let deleted_until = self.deleted_until.max(Some(position.at));
        *self = Self { settled: self.settled.take(), deleted_until, ..Self::default() };
        self.settle(position);
        Ok(())
    }

    /// Notes that nothing changes what came before this position, such as an edit.
    pub fn note(&mut self, position: &Position, horizon: Option<&Position>) -> Result<Vec<Episode>, Rewrites> {
        if self.is_older(position, horizon) {
            return Err(Rewrites);
        }
        let ended = self.elapse(position);
        self.settle(position);
        Ok(ended)
    }

    /// Lets time pass up to a position: the newest failure may expire. Returns the ended episode.
    pub(crate) fn elapse(&mut self, until: &Position) -> Vec<Episode> {
        // What a person reopened stays until something newer is heard.
        let heard = self.open.as_ref().is_some_and(|open| open.count > 0);
        let expiry = self.newest.as_ref().and_then(Run::expiry);
        match expiry {
            Some(expiry) if heard && expiry <= *until => self.close(&expiry, Ending::Expired).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Counts a run in the open episode, or in a new one that starts at `started_at`.
    pub(crate) fn join(&mut self, started_at: Timestamp, run: &Run) {
        self.count += 1;
        self.latest_end = self.latest_end.max(Some(run.ended_at));
        self.carry(started_at, run);
    }

    /// Puts a run that is counted already into the open episode, or into a new one.
    pub(crate) fn carry(&mut self, started_at: Timestamp, run: &Run) {
        let number = self.episodes() + 1;
        let open = self.open.get_or_insert(OpenEpisode { number, started_at, count: 0, latest_end: run.ended_at });
        open.count += 1;
        open.started_at = open.started_at.min(started_at);
        open.latest_end = open.latest_end.max(run.ended_at);
    }

    pub(crate) fn close(&mut self, end: &Position, ending: Ending) -> Option<Episode> {
        let open = self.open.take()?;
        let episode = Episode {
            number: open.number,
            started_at: open.started_at,
            count: open.count,
            count_so_far: self.count,
            end: end.clone(),
            ending,
            clean: true,
        };
        self.settle(end);
        self.last = Some(episode.clone());
        Some(episode)
    }

    pub(crate) fn settle(&mut self, position: &Position) {
        if self.settled.as_ref() < Some(position) {
            self.settled = Some(position.clone());
        }
    }

    fn is_older(&self, position: &Position, horizon: Option<&Position>) -> bool {
        let newest = self.newest.as_ref().map(Run::position);
        self.deleted_until >= Some(position.at)
            || Some(position) < newest.as_ref().max(self.settled.as_ref()).max(horizon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn run(began: i64, ended: i64) -> Run {
        Run { run_id: format!("run-{began}"), occurred_at: at(began), ended_at: at(ended), expires_at: None }
    }

    fn healthy(second: i64) -> Position {
        Position::attempt(at(second), "green", Rank::Healthy)
    }

    #[test]
    fn failures_commute_while_nothing_lies_between() {
        let mut ledger = Ledger::default();
        for began in [5, 3, 4] {
            ledger.fail(run(began, began), None).unwrap();
        }
        let open = ledger.open.unwrap();
        assert_eq!((open.started_at, open.count, ledger.newest.unwrap().occurred_at), (at(3), 3, at(5)));
    }

    #[test]
    fn a_failure_before_a_clear_of_the_scope_rewrites_the_past() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.fail(run(3, 3), Some(&healthy(4))), Err(Rewrites));
        assert_eq!(ledger, Ledger::default(), "a refused event leaves no trace");
    }

    #[test]
    fn a_failure_after_a_recovery_is_a_new_episode() {
        let mut ledger = Ledger::default();
        ledger.fail(run(1, 2), None).unwrap();
        assert_eq!(ledger.clear(&healthy(3), Clear::Healthy).unwrap().len(), 1);
        assert!(ledger.open.is_none());
        ledger.fail(run(4, 5), Some(&healthy(3))).unwrap();
        assert_eq!((ledger.episodes(), ledger.count), (2, 2));
        assert_eq!(ledger.fail(run(2, 2), Some(&healthy(3))), Err(Rewrites));
    }

    #[test]
    fn a_resolve_does_not_cover_a_run_that_ended_later() {
        let mut ledger = Ledger::default();
        ledger.fail(run(1, 9), None).unwrap();
        assert_eq!(ledger.resolve(&Position::decision(at(5), "p"), None, None), Err(Rewrites));
        assert_eq!(ledger.resolve(&Position::decision(at(9), "p"), None, None).unwrap().len(), 1);
    }

    #[test]
    fn the_newest_failure_expires_before_the_next_one_counts() {
        let mut ledger = Ledger::default();
        ledger.fail(Run { expires_at: Some(at(5)), ..run(1, 2) }, None).unwrap();
        ledger.fail(run(7, 8), None).unwrap();
        assert_eq!(ledger.last.as_ref().map(|episode| episode.ending.clone()), Some(Ending::Expired));
        assert_eq!(ledger.open.unwrap().number, 2);
    }
}
