//! Counts the requests in flight on one connection, to tell an idle one from a busy one.

use std::time::Duration;

use tokio::{sync::watch, time::timeout};

/// How many requests one connection is working on.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    in_flight: watch::Sender<usize>,
}

/// Keeps its connection busy until it is dropped.
#[derive(Debug)]
pub(crate) struct Busy(Activity);

impl Activity {
    pub(crate) fn new() -> Self {
        Self { in_flight: watch::Sender::new(0) }
    }

    /// Counts one more request until the returned value is dropped.
    pub(crate) fn begin(&self) -> Busy {
        self.in_flight.send_modify(|count| *count += 1);
        Busy(self.clone())
    }

    /// Returns once there was no request for `limit`.
    pub(crate) async fn idle_for(&self, limit: Duration) {
        let mut in_flight = self.in_flight.subscribe();
        loop {
            // The sender lives in `self`, so neither wait can end with an error.
            let _ = in_flight.wait_for(|count| *count == 0).await;
            if timeout(limit, in_flight.changed()).await.is_err() {
                return;
            }
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.in_flight.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_idle_only_after_its_last_request() {
        let activity = Activity::new();
        let request = activity.begin();
        let begin = Instant::now();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(30)).await;
            drop(request);
        });

        activity.idle_for(Duration::from_secs(5)).await;

        assert_eq!(begin.elapsed(), Duration::from_secs(35));
    }
}
