//! When a request is sent again, and after how long.

use std::time::Duration;

use backon::ExponentialBuilder;

use crate::ClientError;

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Whether a request may be sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// A second one changes nothing: it only reads, it sets, or it carries an `Idempotency-Key`.
    Harmless,
    /// A second one might do the work twice.
    Harmful,
}

/// Gives growing pauses with jitter.
pub(crate) fn pauses(first: Duration, retries: usize) -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(first)
        .with_max_delay(LONGEST_PAUSE)
        .with_max_times(retries)
        .with_jitter()
}

/// Whether sending the request again may help and does no harm.
pub(crate) fn is_worth_it(error: &ClientError, repeat: Repeat) -> bool {
    match error {
        // Nothing was sent yet.
        ClientError::Unreachable { source, .. } if source.is_connect() => true,
        ClientError::Unreachable { .. } | ClientError::Overloaded { .. } => repeat == Repeat::Harmless,
        _ => false,
    }
}

/// Gives the pause that the server asked for (up to a bound), or else the planned one.
pub(crate) fn pause(error: &ClientError, planned: Option<Duration>) -> Option<Duration> {
    let planned = planned?;
    match error {
        ClientError::Overloaded { retry_after: Some(asked), .. } => Some(planned.max((*asked).min(LONGEST_PAUSE))),
        _ => Some(planned),
    }
}

#[cfg(test)]
mod tests {
    use kite_api::Problem;

    use super::*;

    const PLANNED: Duration = Duration::from_secs(1);

    fn busy_for(seconds: Option<u64>) -> ClientError {
        let problem: Problem = serde_json::from_value(serde_json::json!({
            "type": "", "title": "", "status": 503, "detail": "", "error": "", "message": "",
            "requestId": ""
        }))
        .unwrap();
        ClientError::Overloaded {
            status: 503,
            retry_after: seconds.map(Duration::from_secs),
            problem: Box::new(problem),
        }
    }

    #[test]
    fn the_pause_is_as_long_as_the_server_asks_up_to_a_bound() {
        for (asked, expected) in
            [(None, PLANNED), (Some(0), PLANNED), (Some(7), Duration::from_secs(7)), (Some(86_400), LONGEST_PAUSE)]
        {
            assert_eq!(pause(&busy_for(asked), Some(PLANNED)), Some(expected));
        }
        assert_eq!(pause(&busy_for(Some(7)), None), None);
    }

    #[test]
    fn a_busy_server_is_asked_again_only_when_that_is_harmless() {
        assert!(is_worth_it(&busy_for(None), Repeat::Harmless));
        assert!(!is_worth_it(&busy_for(None), Repeat::Harmful));
    }
}
