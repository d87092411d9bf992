//! What the detectors say about an object.

use jiff::Timestamp;
use kite_api::Report;
use serde_json::{Map, Value};

use crate::config::Config;
use crate::detector::WatchedKind;
use crate::related::Need;

/// What is known beside an object when it is judged.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The installation's addresses.
    pub config: &'a Config,
    /// The time now; `None` when an object of long ago is judged, of which nothing is overdue.
    pub now: Option<Timestamp>,
    /// What was read for the needs of an earlier judgement, by name.
    pub related: &'a Map<String, Value>,
}

/// What is said about an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The detector that decided; empty when no detector wants the object.
    pub detector: String,
    /// What it reports.
    pub said: Vec<Said>,
    /// What can be read to judge better.
    pub needs: Vec<Need>,
    /// When the same object may have to be judged differently.
    pub again_at: Option<Timestamp>,
}

/// One report about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The report.
    pub report: Report,
    /// Objects in the same namespace; when one of them is deleted, the problem is gone.
    pub gone_with: Vec<Owner>,
}

/// An object that a problem belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Its kind.
    pub kind: WatchedKind,
    /// Its name.
    pub name: String,
}
