//! Failure patterns: what the class, the sentence and the remedy of a failure are, by what it says.
//!
//! [`spec`] is the file as written, [`sentence`] a text with the parts that a pattern caught, [`regexes`] the
//! regular expressions of one field, and [`pattern`] asks them all.

mod pattern;
mod regexes;
mod sentence;
pub(crate) mod spec;

pub(crate) use pattern::{FailurePatterns, recognise};
