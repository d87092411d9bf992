//! Values in templates, which put references around them: as many as there are loops and conditions.

use jiff::{SignedDuration, Timestamp};
use kite_core::{IssueType, Reason, Severity, State};

/// A value behind any number of references.
pub trait Value<T> {
    /// The value.
    fn value(&self) -> T;
}

impl<T, R: Value<T>> Value<T> for &R {
    fn value(&self) -> T {
        (*self).value()
    }
}

macro_rules! values {
    ($($kind:ty),+) => {
        $(impl Value<$kind> for $kind {
            fn value(&self) -> $kind {
                *self
            }
        })+
    };
}

values!(u32, u64, Timestamp, SignedDuration, Severity, IssueType, Reason, State);
