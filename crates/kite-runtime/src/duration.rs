//! Durations as people write them in settings: `30s`, `1m30s`, `250ms` or plain seconds.

use std::time::Duration;

use jiff::SignedDuration;

/// Why a text is no duration.
#[derive(Debug, thiserror::Error)]
pub enum DurationError {
    /// The text is not understood.
    #[error("`{text}` is not a duration such as `30s` or `1m30s`")]
    Unreadable {
        /// What was given.
        text: String,
        /// What the parser says.
        #[source]
        source: jiff::Error,
    },
    /// The text is a time span into the past.
    #[error("`{0}` is negative")]
    Negative(String),
}

/// Reads a duration; fits as a clap `value_parser`.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    let signed: SignedDuration =
        text.parse().map_err(|source| DurationError::Unreadable { text: text.to_owned(), source })?;
    Duration::try_from(signed).map_err(|_| DurationError::Negative(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_in_go_or_as_plain_seconds() {
        for (text, milliseconds) in [
            ("0", 0),
            ("45", 45_000),
            ("30s", 30_000),
            ("250ms", 250),
            ("1m30s", 90_000),
            ("1h0m0s", 3_600_000),
            ("1.5h", 5_400_000),
        ] {
            assert_eq!(parse(text).unwrap(), Duration::from_millis(milliseconds), "{text}");
        }
    }

    #[test]
    fn a_bad_duration_is_named_in_the_error() {
        assert!(matches!(parse("-5s"), Err(DurationError::Negative(_))));
        for text in ["", "soon", "5 parsecs", "-5", "1.5"] {
            let error = parse(text).unwrap_err();
            assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
        }
    }
}
