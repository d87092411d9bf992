//! What changed about an issue, and why.

use crate::issue::{Severity, State, words};
use crate::ledger::{Ending, Ledger};

words! {
    /// Why an issue changed.
    Reason {
        /// It failed for the first time.
        FirstFailure = 1 "first_failure",
        /// It failed once more.
        SeenAgain = 2 "seen_again",
        /// It failed after it had been resolved.
        CameBack = 3 "came_back",
        /// It failed once more, and worse.
        SeverityRaised = 4 "severity_raised",
        /// It failed once more, less badly.
        SeverityLowered = 5 "severity_lowered",
        /// A newer attempt succeeded.
        Recovered = 6 "recovered",
        /// The subject was deleted.
        Gone = 7 "gone",
        /// It was not heard of again in time.
        Expired = 8 "expired",
        /// A person resolved it.
        ResolvedBy = 9 "resolved_by",
        /// A person reopened it.
        ReopenedBy = 10 "reopened_by",
        /// A person changed what it says.
        EditedBy = 11 "edited_by",
        /// A person deleted it.
        DeletedBy = 12 "deleted_by",
        /// A late or corrected report changed what is known of the past.
        Corrected = 13 "corrected",
    }
}

/// One entry of an issue's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Why.
    pub reason: Reason,
    /// The state before; `None` when there was no issue.
    pub from_state: Option<State>,
    /// The state after; `None` when there is no issue any more.
    pub to_state: Option<State>,
    /// The severity before.
    pub from_severity: Option<Severity>,
    /// The severity after.
    pub to_severity: Option<Severity>,
    /// The person who did it.
    pub by: Option<String>,
    /// What the person said.
    pub note: Option<String>,
    /// The run that caused it.
    pub run_id: Option<String>,
}

/// What a change is told from: the issue before or after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    state: Option<State>,
    severity: Severity,
    count: u64,
    episodes: u64,
    ending: Option<Ending>,
}

impl Standing {
    /// Whether there is an issue.
    pub fn exists(&self) -> bool {
        self.state.is_some()
    }

    /// Whether the issue is active.
    pub fn is_active(&self) -> bool {
        self.state == Some(State::Active)
    }

    /// What of a ledger a change is told from.
    pub fn of(ledger: &Ledger, severity: Severity) -> Self {
        Self {
            state: state(ledger),
            severity,
            count: ledger.count,
            episodes: ledger.episodes(),
            ending: ledger.last.as_ref().map(|episode| episode.ending.clone()),
        }
    }
}

/// The state that a ledger shows; `None` when there is no issue.
pub fn state(ledger: &Ledger) -> Option<State> {
    match (&ledger.open, ledger.exists()) {
        (_, false) => None,
        (Some(_), true) => Some(State::Active),
        (None, true) => Some(State::Resolved),
    }
}

/// What a failing, clear or expiry changed from one standing to the next; `None`: nothing.
pub fn between(before: &Standing, after: &Standing) -> Option<Reason> {
    use State::{Active, Resolved};
    match (before.state, after.state) {
        (None, None) => None,
        (None, Some(_)) => Some(Reason::FirstFailure),
        (Some(_), None) => Some(Reason::DeletedBy),
        (Some(Resolved), Some(Active)) => Some(Reason::CameBack),
        (Some(Active), Some(Resolved)) => Some(ended(after)),
        (Some(Active), Some(Active)) if after.episodes > before.episodes => Some(Reason::CameBack),
        _ if after.count > before.count && after.severity > before.severity => Some(Reason::SeverityRaised),
        _ if after.count > before.count && after.severity < before.severity => Some(Reason::SeverityLowered),
        _ if after.count > before.count => Some(Reason::SeenAgain),
        _ if before != after => Some(Reason::Corrected),
        _ => None,
    }
}

fn ended(after: &Standing) -> Reason {
    match after.ending {
        Some(Ending::Recovered) => Reason::Recovered,
        Some(Ending::Gone) => Reason::Gone,
        Some(Ending::Expired) => Reason::Expired,
        Some(Ending::ResolvedBy(_)) => Reason::ResolvedBy,
        None => Reason::Corrected,
    }
}

impl Change {
    /// A change from one standing to another.
    pub fn new(reason: Reason, before: &Standing, after: &Standing) -> Self {
        Self {
            reason,
            from_state: before.state,
            to_state: after.state,
            from_severity: before.state.map(|_| before.severity),
            to_severity: after.state.map(|_| after.severity),
            by: None,
            note: None,
            run_id: None,
        }
    }
}
