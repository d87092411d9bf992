//! What a standby sees vanish: it reports that when it takes over, since no listing shows it then.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kite_api::Report;
use tokio::time::Instant;

/// The leader has long reported what is older, or its lease would be over.
const WORTH: Duration = Duration::from_mins(10);
const MOST: usize = 10_000;

/// Reports about objects that were deleted while another operator led.
#[derive(Debug, Default)]
pub struct Missed {
    reports: Mutex<VecDeque<(Instant, Report)>>,
}

impl Missed {
    /// Keeps a report for a while.
    pub fn keep(&self, report: Report) {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let old = |(since, _): &(Instant, Report)| since.elapsed() > WORTH;
        while reports.len() >= MOST || reports.front().is_some_and(old) {
            reports.pop_front();
        }
        reports.push_back((Instant::now(), report));
    }

    /// The oldest report that is still worth something.
    pub fn first(&self) -> Option<Report> {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        while reports.front().is_some_and(|(since, _)| since.elapsed() > WORTH) {
            reports.pop_front();
        }
        reports.front().map(|(_, report)| report.clone())
    }

    /// Forgets that report, which was said by now.
    pub fn forget_first(&self) {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_the_last_minutes_and_so_many_reports_are_kept() {
        let missed = Missed::default();
        missed.keep(Report::default());
        tokio::time::advance(WORTH + Duration::from_secs(1)).await;
        for number in 0..MOST + 5 {
            missed.keep(Report { run_id: Some(number.to_string()), ..Report::default() });
        }
        assert_eq!(missed.first().unwrap().run_id.as_deref(), Some("5"));
        (0..MOST).for_each(|_| missed.forget_first());
        assert!(missed.first().is_none());
    }
}
