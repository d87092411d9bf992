//! Which happenings somebody wants to hear of.

use kite_core::{Change, Issue, IssueFilter, Severity, State};

/// The issues that somebody watches.
#[derive(Debug)]
pub struct Watched {
    /// The filter apart from what changes most.
    filter: IssueFilter,
    states: Vec<State>,
    severities: Vec<Severity>,
}

impl Watched {
    /// The issues of a filter.
    pub fn new(mut filter: IssueFilter) -> Self {
        let (states, severities) = (std::mem::take(&mut filter.states), std::mem::take(&mut filter.severities));
        Self { filter, states, severities }
    }

    /// Whether the issue is watched now, or was before or after the change: one that leaves a
    /// list must be told, too.
    pub fn includes(&self, issue: &Issue, change: &Change) -> bool {
        let now = (Some(issue.state), Some(issue.severity));
        let before = (change.from_state, change.from_severity);
        let after = (change.to_state, change.to_severity);
        let is_wanted = |(state, severity): (Option<State>, Option<Severity>)| {
            state.is_some_and(|state| self.states.is_empty() || self.states.contains(&state))
                && severity.is_some_and(|severity| self.severities.is_empty() || self.severities.contains(&severity))
        };
        [now, before, after].into_iter().any(is_wanted) && self.filter.matches(issue)
    }
}

#[cfg(test)]
mod tests {
    use kite_core::{Reach, Reason};
    use kite_testing::build;

    use super::*;

    fn issue(state: State) -> Issue {
        Issue { state, ..build::issue("shop") }
    }

    fn change(from: Option<State>, to: Option<State>) -> Change {
        let severity = |state: Option<State>| state.map(|_| Severity::Major);
        Change {
            reason: Reason::Corrected,
            from_state: from,
            to_state: to,
            from_severity: severity(from),
            to_severity: severity(to),
            by: None,
            note: None,
            run_id: None,
        }
    }

    #[test]
    fn what_enters_or_leaves_a_list_is_told_even_when_it_is_over_by_then() {
        use State::{Active, Resolved};
        let filter = IssueFilter { states: vec![Active], ..IssueFilter::all(Reach::All) };
        let watched = Watched::new(filter);
        assert!(watched.includes(&issue(Resolved), &change(None, Some(Active))), "entered, and left since");
        assert!(watched.includes(&issue(Resolved), &change(Some(Active), Some(Resolved))), "left");
        assert!(!watched.includes(&issue(Resolved), &change(Some(Resolved), Some(Resolved))), "was never in it");
    }

    #[test]
    fn other_parts_of_the_filter_hold_for_the_issue_as_it_is() {
        let filter = IssueFilter { components: vec!["cart".to_owned()], ..IssueFilter::all(Reach::All) };
        assert!(!Watched::new(filter).includes(&issue(State::Active), &change(None, Some(State::Active))));
    }
}
