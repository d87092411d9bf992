//! How it went: what opened and closed, how long it took, what comes back.

use askama::Template;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::chart::Daily;
use crate::query::Address;
use crate::shell::Shell;
use crate::value::Value;

/// Lengths of time that can be looked at, in days.
pub const SPANS: [u32; 3] = [14, 30, 90];

/// How it went.
#[derive(Debug, Template)]
#[template(path = "trends.html")]
pub struct Trends {
    /// What is around it.
    pub shell: Shell,
    /// The days, oldest first.
    pub days: Vec<Daily>,
    /// How long it took until something was fixed, on average.
    pub recovery: Option<SignedDuration>,
    /// The components that were broken longest.
    pub components: Vec<Component>,
    /// The issues that came back most often.
    pub flapping: Vec<Flapping>,
    /// Whether everything was counted.
    pub is_complete: bool,
}

/// A component that was broken.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Its issues.
    pub address: Address,
    /// How long it was broken.
    pub broken_for: SignedDuration,
}

/// An issue that came back.
#[derive(Clone, Debug)]
pub struct Flapping {
    /// Names the issue.
    pub id: Uuid,
    /// One line.
    pub title: String,
    /// How often it was broken.
    pub episodes: u64,
}

impl Trends {
    fn covers(&self, span: impl Value<u32>) -> bool {
        self.days.len() == span.value() as usize
    }

    fn opened(&self) -> u64 {
        self.days.iter().map(|day| day.opened).sum()
    }

    fn resolved(&self) -> u64 {
        self.days.iter().map(|day| day.resolved).sum()
    }
}
