//! Arbitrary submissions from a world small enough that everything meets everything: few scopes,
//! few runs, few moments, so that times are equal, copies differ and intervals overlap.

use kite_core::{Action, Clear, Content, Edit, Entry, Identity, IssueType, Scope, Severity, Submission, Target};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::build::{at, content, scope};

const NAMES: [&str; 3] = ["pipeline", "errors", "warnings"];

/// A set of reports, in some order.
pub fn submissions(most: usize) -> impl Strategy<Value = Vec<Submission>> {
    vec(submission(), 1..most)
}

fn submission() -> impl Strategy<Value = Submission> {
    vec(entry(), 1..=2).prop_map(|entries| Submission { entries })
}

fn entry() -> impl Strategy<Value = Entry> {
    prop_oneof![
        6 => failing(),
        3 => clear(),
        1 => sweep(),
        2 => person(),
        1 => expiry(),
    ]
}

fn failing() -> impl Strategy<Value = Entry> {
    (identity(), run("r"), moment(), text()).prop_map(|(identity, run_id, occurred_at, content)| Entry::Failing {
        identity,
        run_id,
        occurred_at: Some(at(occurred_at)),
        content,
    })
}

fn clear() -> impl Strategy<Value = Entry> {
    (target(), prop_oneof![4 => Just(Clear::Healthy), 1 => Just(Clear::Gone)], run("r"), moment()).prop_map(
        |(target, clear, run_id, occurred_at)| Entry::Clear {
            target,
            clear,
            run_id,
            occurred_at: Some(at(occurred_at)),
        },
    )
}

fn sweep() -> impl Strategy<Value = Entry> {
    (run("s"), moment(), vec(any_scope(), 1..=2)).prop_map(|(run_id, occurred_at, scopes)| Entry::Sweep {
        anchor: scope(NAMES[0]),
        scopes,
        run_id,
        occurred_at: Some(at(occurred_at)),
    })
}

fn person() -> impl Strategy<Value = Entry> {
    (identity(), run("p"), moment(), action()).prop_map(|(identity, name, when, action)| {
        Entry::Person {
            identity,
            issue_id: None,
            // One decision is made once: its name says when and what, so copies are equal.
            run_id: format!("{name} {when} {action:?}"),
            by: Some("ann".to_owned()),
            at: Some(at(when)),
            action,
        }
    })
}

fn expiry() -> impl Strategy<Value = Entry> {
    (identity(), run("r"), moment()).prop_map(|(identity, run_id, when)| Entry::Expiry {
        identity,
        run_id,
        at: at(when),
    })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => Just(Action::Resolve { note: None }),
        3 => Just(Action::Reopen),
        2 => (option::of(Just("edited".to_owned())), option::of(severity()), option::of(issue_type())).prop_map(
            |(title, severity, issue_type)| Action::Edit(Edit { title, severity, issue_type, ..Edit::default() })
        ),
        2 => Just(Action::Delete),
    ]
}

fn text() -> impl Strategy<Value = Content> {
    (0..2_u32, option::of(moment()), 0..3_u8, severity(), option::weighted(0.3, moment())).prop_map(
        |(revision, ended_at, title, severity, expires_at)| Content {
            revision,
            ended_at: ended_at.map(at),
            severity,
            expires_at: expires_at.map(at),
            ..content(&format!("title {title}"))
        },
    )
}

fn identity() -> impl Strategy<Value = Identity> {
    (any_scope(), issue_type(), variant()).prop_map(|(scope, issue_type, variant)| Identity {
        scope,
        issue_type,
        variant,
    })
}

fn target() -> impl Strategy<Value = Target> {
    (any_scope(), option::weighted(0.3, issue_type()), option::weighted(0.3, variant()))
        .prop_map(|(scope, issue_type, variant)| Target { scope, issue_type, variant })
}

fn any_scope() -> impl Strategy<Value = Scope> {
    proptest::sample::select(&NAMES[..]).prop_map(scope)
}

fn issue_type() -> impl Strategy<Value = IssueType> {
    prop_oneof![3 => Just(IssueType::Build), 1 => Just(IssueType::Test)]
}

fn variant() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just(String::new()), 1 => Just("pr/1".to_owned())]
}

fn severity() -> impl Strategy<Value = Severity> {
    prop_oneof![Just(Severity::Minor), Just(Severity::Critical)]
}

fn run(kind: &'static str) -> impl Strategy<Value = String> {
    (0..6_u8).prop_map(move |number| format!("{kind}{number}"))
}

fn moment() -> impl Strategy<Value = i64> {
    0..12_i64
}
