//! Reports on their way to the backend: a queue with a bound.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use kite_api::Report;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;

use crate::metrics::Metrics;

const KIB: usize = 1024;

/// One report that waits.
#[derive(Debug)]
pub struct Waiting {
    /// The report.
    pub report: Report,
    /// Since when it waits.
    pub since: Instant,
    /// The term of leadership in which it was made.
    term: u64,
    /// Gives the room back when it is dropped.
    _room: OwnedSemaphorePermit,
}

/// The queue. Whoever fills it waits while it is full, so that watching slows down instead of
/// reports being lost.
#[derive(Debug)]
pub struct Outbox {
    sender: mpsc::UnboundedSender<Waiting>,
    receiver: Mutex<mpsc::UnboundedReceiver<Waiting>>,
    room: Arc<Semaphore>,
    kibibytes: usize,
    term: AtomicU64,
    is_open: AtomicBool,
    metrics: Metrics,
}

impl Outbox {
    /// Makes a queue for so many bytes of reports; it takes none before the first term.
    pub fn new(bytes: usize, metrics: Metrics) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let kibibytes = (bytes / KIB).max(1);
        let room = Arc::new(Semaphore::new(kibibytes));
        Self {
            sender,
            receiver: Mutex::new(receiver),
            room,
            kibibytes,
            term: AtomicU64::new(0),
            is_open: AtomicBool::new(false),
            metrics,
        }
    }

    /// Adds a report of so many bytes, as soon as there is room. While another operator leads,
    /// nothing is added.
    pub async fn push(&self, report: Report, bytes: usize) {
        if !self.is_open.load(Ordering::Acquire) {
            return;
        }
        let term = self.term.load(Ordering::Acquire);
        let wanted = bytes.div_ceil(KIB).clamp(1, self.kibibytes);
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        // The semaphore is never closed, so there is always room in the end.
        let Ok(room) = Arc::clone(&self.room).acquire_many_owned(wanted).await else { return };
        self.metrics.queue.inc();
        // The receiver lives as long as the queue.
        let _ = self.sender.send(Waiting { report, since: Instant::now(), term, _room: room });
    }

    /// Takes up to `most` reports, and waits for the first.
    pub async fn take(&self, most: usize) -> Vec<Waiting> {
        let mut receiver = self.receiver.lock().await;
        let mut taken = Vec::with_capacity(most);
        let term = self.term.load(Ordering::Acquire);
        while taken.is_empty() {
            let count = receiver.recv_many(&mut taken, most).await;
            self.metrics.queue.dec_by(i64::try_from(count).unwrap_or(i64::MAX));
            taken.retain(|waiting| waiting.term >= term);
        }
        taken
    }

    /// Forgets what waits, and takes more only if this operator leads now.
    pub fn begin_term(&self, leads: bool) {
        self.term.fetch_add(1, Ordering::AcqRel);
        self.is_open.store(leads, Ordering::Release);
    }

    /// Whether a report may still be sent.
    pub fn is_current(&self, waiting: &Waiting) -> bool {
        waiting.term >= self.term.load(Ordering::Acquire)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.room.available_permits() == self.kibibytes
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn outbox(bytes: usize) -> Outbox {
        let outbox = Outbox::new(bytes, Metrics::default());
        outbox.begin_term(true);
        outbox
    }

    fn report(run: &str) -> Report {
        Report { run_id: Some(run.to_owned()), ..Report::default() }
    }

    fn runs(taken: &[Waiting]) -> Vec<&str> {
        taken.iter().filter_map(|waiting| waiting.report.run_id.as_deref()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_queue_makes_its_filler_wait() {
        let outbox = outbox(2 * KIB);
        outbox.push(report("1"), 100).await;
        outbox.push(report("2"), 900).await;
        let third = timeout(Duration::from_secs(1), outbox.push(report("3"), 1)).await;
        assert!(third.is_err(), "there is no room");
        let taken = outbox.take(1).await;
        assert_eq!(runs(&taken), ["1"]);
        drop(taken);
        outbox.push(report("3"), 1).await;
        assert_eq!(runs(&outbox.take(10).await), ["2", "3"]);
        assert!(outbox.is_empty());
    }

    #[tokio::test]
    async fn a_report_that_is_larger_than_the_queue_still_goes_through() {
        let outbox = outbox(KIB);
        outbox.push(report("1"), 64 * KIB).await;
        assert_eq!(runs(&outbox.take(10).await), ["1"]);
    }

    #[tokio::test]
    async fn who_does_not_lead_adds_nothing() {
        let outbox = Outbox::new(KIB, Metrics::default());
        outbox.push(report("1"), 1).await;
        assert!(outbox.is_empty());
        outbox.begin_term(true);
        outbox.begin_term(false);
        outbox.push(report("2"), 1).await;
        assert!(outbox.is_empty());
    }

    #[tokio::test]
    async fn reports_of_an_earlier_term_are_forgotten() {
        let outbox = outbox(10 * KIB);
        outbox.push(report("1"), 1).await;
        let taken = outbox.take(1).await;
        outbox.push(report("2"), 1).await;
        outbox.begin_term(false);
        outbox.push(report("3"), 1).await;
        outbox.begin_term(true);
        outbox.push(report("4"), 1).await;
        assert!(!outbox.is_current(&taken[0]));
        assert_eq!(runs(&outbox.take(10).await), ["4"]);
    }
}
