//! What things are called on pages, and which sign and colour they have.

use kite_core::{IssueType, Reason, Severity, State};

use crate::value::Value;

/// The name of a severity's sign; it has one besides its colour.
pub fn severity_icon(severity: impl Value<Severity>) -> &'static str {
    match severity.value() {
        Severity::Critical => "critical",
        Severity::Major => "major",
        Severity::Minor => "minor",
        Severity::Info => "info",
    }
}

/// The colour of a severity's label.
pub fn severity_colour(severity: impl Value<Severity>) -> &'static str {
    match severity.value() {
        Severity::Critical => "pf-m-red",
        Severity::Major => "pf-m-orange",
        Severity::Minor => "pf-m-yellow",
        Severity::Info => "pf-m-blue",
    }
}

/// A state in plain words.
pub fn state(state: impl Value<State>) -> &'static str {
    match state.value() {
        State::Active => "Broken now",
        State::Resolved => "Resolved",
    }
}

/// A kind of work, as a heading.
pub fn issue_type(issue_type: impl Value<IssueType>) -> &'static str {
    match issue_type.value() {
        IssueType::Build => "Build",
        IssueType::Test => "Test",
        IssueType::Release => "Release",
        IssueType::Dependency => "Dependency update",
        IssueType::Pipeline => "Pipeline",
    }
}

/// Why something changed, as a sentence without its subject.
pub fn reason(reason: impl Value<Reason>) -> &'static str {
    match reason.value() {
        Reason::FirstFailure => "failed for the first time",
        Reason::SeenAgain => "failed once more",
        Reason::CameBack => "failed again after it had been resolved",
        Reason::SeverityRaised => "failed once more, and worse",
        Reason::SeverityLowered => "failed once more, less badly",
        Reason::Recovered => "recovered: a newer attempt succeeded",
        Reason::Gone => "ended: what failed was deleted",
        Reason::Expired => "ended: it was not heard of again in time",
        Reason::ResolvedBy => "resolved by a person",
        Reason::ReopenedBy => "reopened by a person",
        Reason::EditedBy => "edited by a person",
        Reason::DeletedBy => "deleted by a person",
        Reason::Corrected => "corrected: a late report changed what is known of the past",
    }
}

/// "1 issue", "2 issues".
pub fn count(number: impl Value<u64>, one: &str) -> String {
    let number = number.value();
    if number == 1 { format!("1 {one}") } else { format!("{} {one}s", grouped(number)) }
}

/// `12,345`.
pub fn grouped(number: impl Value<u64>) -> String {
    let digits = number.value().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(
            [count(1, "issue"), count(0, "issue"), count(1_234_567, "issue")],
            ["1 issue", "0 issues", "1,234,567 issues"]
        );
    }
}
