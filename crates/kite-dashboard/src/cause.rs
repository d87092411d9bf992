//! One cause: whom it concerns, why, what helps, which way it goes.

use askama::Template;
use kite_core::Severity;
use kite_core::affected::{Movement, Suspicion};
use uuid::Uuid;

use crate::causes::Cause;
use crate::chart::Daily;
use crate::overview::{Day, on_days};
use crate::query::Address;
use crate::shell::Shell;

/// One cause.
#[derive(Debug, Template)]
#[template(path = "cause.html")]
pub struct CausePage {
    /// What is around it.
    pub shell: Shell,
    /// The cause.
    pub cause: Cause,
    /// All its issues.
    pub issues: Address,
    /// Its issues by reason, the most frequent first.
    pub reasons: Vec<Reason>,
    /// Its issues by namespace, those with most first.
    pub namespaces: Vec<Namespace>,
    /// Causes that people put down to it.
    pub merged: Vec<Merged>,
    /// Namespaces in which the person may put it down to another one.
    pub mergeable: Vec<String>,
    /// Which way it goes.
    pub movement: Movement,
    /// Issues that were active 24 hours ago.
    pub active_yesterday: u64,
    /// What all its issues have in common and others have not.
    pub suspicions: Vec<Suspicion>,
    /// How many other issues were looked at for that.
    pub others: u64,
    /// Its last days, oldest first.
    pub strip: Vec<Day>,
    /// What happened on each of them.
    pub days: Vec<Daily>,
    /// Whether everything is counted.
    pub is_complete: bool,
    /// Where news of its issues come from.
    pub live: Address,
}

/// A cause that people put down to this one, in one namespace.
#[derive(Clone, Debug)]
pub struct Merged {
    /// Where.
    pub namespace: String,
    /// Its key.
    pub cause: String,
    /// Whether the person may take that back.
    pub may_undo: bool,
}

/// Issues that failed for one reason.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The reason; empty when none is known.
    pub name: String,
    /// What helps.
    pub remedy: Option<String>,
    /// How many issues.
    pub issues: u64,
    /// How many components are broken.
    pub components: u64,
    /// The worst and newest of them.
    pub examples: Vec<Example>,
}

/// An issue of a cause.
#[derive(Clone, Debug)]
pub struct Example {
    /// Names it.
    pub id: Uuid,
    /// One line.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub namespace: String,
}

/// Issues in one namespace.
#[derive(Clone, Debug)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its issues of this cause.
    pub address: Address,
    /// How many issues.
    pub issues: u64,
    /// How many components are broken.
    pub components: u64,
}

impl CausePage {
    fn movement(&self) -> &'static str {
        match self.movement {
            Movement::Spreading => "Spreading",
            Movement::Steady => "Steady",
            Movement::Shrinking => "Shrinking",
        }
    }

    /// The days in a sentence, for those who do not see them.
    fn strip_words(&self) -> String {
        format!("Something was broken by it {}", on_days(&self.strip))
    }
}

impl Merged {
    /// Where it is taken back.
    fn address(&self) -> String {
        format!("{}/merge", Address::of("/causes", &self.cause))
    }
}

impl Reason {
    fn hidden_examples(&self) -> u64 {
        self.issues.saturating_sub(self.examples.len() as u64)
    }
}
