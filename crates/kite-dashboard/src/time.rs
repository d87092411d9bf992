//! Times for people.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::value::Value;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Later than this a number of days says more than one of hours.
const MANY_HOURS: i64 = 48 * HOUR;

/// How long ago: `just now`, `5 min ago`, `3 h ago`, `12 days ago`.
pub fn ago(at: impl Value<Timestamp>, now: impl Value<Timestamp>) -> String {
    let passed = now.value().duration_since(at.value());
    match passed.as_secs() {
        ..0 => "in the future".to_owned(),
        0..MINUTE => "just now".to_owned(),
        _ => format!("{} ago", span(passed)),
    }
}

/// How long: `40 s`, `5 min`, `3 h`, `12 days`.
pub fn span(duration: impl Value<SignedDuration>) -> String {
    match duration.value().as_secs().max(0) {
        seconds @ ..MINUTE => format!("{seconds} s"),
        seconds @ MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        seconds @ HOUR..MANY_HOURS => format!("{} h", seconds / HOUR),
        seconds => format!("{} days", seconds / DAY),
    }
}

/// The time itself: `2026-03-04 08:12:00 UTC`.
pub fn full(at: impl Value<Timestamp>) -> String {
    at.value().to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them() {
        let at = |seconds: i64| Timestamp::from_second(1_000_000 + seconds).unwrap();
        let now = at(0);
        for (seconds, wanted) in [
            (0, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (3599, "59 min ago"),
            (3600, "1 h ago"),
            (47 * 3600, "47 h ago"),
            (48 * 3600, "2 days ago"),
            (-5, "in the future"),
        ] {
            assert_eq!(ago(at(-seconds), now), wanted);
        }
        assert_eq!(full(at(0)), "1970-01-12 13:46:40 UTC");
    }
}
