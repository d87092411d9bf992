//! What time it is.

use jiff::Timestamp;

/// The time now, by the clock of this machine.
#[expect(clippy::disallowed_methods, reason = "here is where the operator takes its time from")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
