//! The time now.

use jiff::Timestamp;

/// The time of this machine.
#[expect(clippy::disallowed_methods, reason = "a command looks at the clock here and nowhere else")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// How long ago a time was, as kubectl says it; a clock that is behind the server's makes it 0.
pub fn age(now: Timestamp, since: Timestamp) -> String {
    span(now.duration_since(since).as_secs().max(0).unsigned_abs())
}

/// How long something takes, as kubectl says it.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short_and_never_negative() {
        let now = Timestamp::constant(1_000_000, 0);
        for (ago, expected) in [(-7, "0s"), (59, "59s"), (60, "1m"), (86_399, "23h"), (3 * 86_400, "3d")] {
            let since = Timestamp::from_second(1_000_000 - ago).unwrap();
            assert_eq!(age(now, since), expected);
        }
    }
}
