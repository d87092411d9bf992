//! The place of a report in its identity's history.

use jiff::Timestamp;

/// What kind of thing stands at a position; the order decides between equal times and runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// An attempt failed.
    Failing,
    /// An attempt succeeded, or a sweep says so.
    Healthy,
    /// The subject was deleted.
    Gone,
}

/// The order of everything that happens to one identity: `(at, class, run, rank)`.
///
/// People's decisions and expiries come after all attempts of the same instant, because they
/// cover what ended up to and including their time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// When: `occurredAt` of an attempt, the time of a decision.
    pub at: Timestamp,
    /// 0 for attempts, 1 for decisions and expiries.
    class: u8,
    /// The attempt, or the name of the decision.
    pub run_id: String,
    /// What happened.
    rank: Option<Rank>,
}

impl Position {
    /// The position of an attempt.
    pub fn attempt(at: Timestamp, run_id: impl Into<String>, rank: Rank) -> Self {
        Self { at, class: 0, run_id: run_id.into(), rank: Some(rank) }
    }

    /// The position of a person's decision or of an expiry.
    pub fn decision(at: Timestamp, run_id: impl Into<String>) -> Self {
        Self { at, class: 1, run_id: run_id.into(), rank: None }
    }

    /// A small number for the kind of thing at this position, kept in the database.
    pub fn code(&self) -> i16 {
        match self.rank {
            Some(Rank::Failing) => 0,
            Some(Rank::Healthy) => 1,
            Some(Rank::Gone) => 2,
            None => 3,
        }
    }

    /// The position that [`Self::code`] was taken from; an unknown code is a decision.
    pub fn from_code(at: Timestamp, run_id: String, code: i16) -> Self {
        match code {
            0 => Self::attempt(at, run_id, Rank::Failing),
            1 => Self::attempt(at, run_id, Rank::Healthy),
            2 => Self::attempt(at, run_id, Rank::Gone),
            _ => Self::decision(at, run_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_comes_first_then_attempts_then_runs_then_verdicts() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let order = [
            Position::attempt(at(1), "b", Rank::Gone),
            Position::attempt(at(2), "a", Rank::Failing),
            Position::attempt(at(2), "a", Rank::Healthy),
            Position::attempt(at(2), "a", Rank::Gone),
            Position::attempt(at(2), "b", Rank::Failing),
            Position::decision(at(2), "a"),
            Position::attempt(at(3), "a", Rank::Failing),
        ];
        assert!(order.is_sorted_by(|left, right| left < right));
        for position in order {
            assert_eq!(Position::from_code(position.at, position.run_id.clone(), position.code()), position);
        }
    }
}
