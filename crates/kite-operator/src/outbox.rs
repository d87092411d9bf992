//! Reports on their way to the backend: a queue with a bound.

use std::sync::Arc;

use kite_api::Report;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, watch};
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
    open: watch::Sender<bool>,
    metrics: Metrics,
}

impl Outbox {
    /// Makes a queue for so many bytes of reports; it takes none before the first term.
    pub fn new(bytes: usize, metrics: Metrics) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let kibibytes = (bytes / KIB).max(1);
        let room = Arc::new(Semaphore::new(kibibytes));
        Self { sender, receiver: Mutex::new(receiver), room, kibibytes, open: watch::Sender::new(false), metrics }
    }

    /// Adds a report of so many bytes, as soon as there is room. While another operator leads,
    /// nothing is added.
    pub async fn push(&self, report: Report, bytes: usize) {
        if !self.is_open() {
            return;
        }
        let wanted = bytes.div_ceil(KIB).clamp(1, self.kibibytes);
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        // The semaphore is never closed, so there is always room in the end.
        let Ok(room) = Arc::clone(&self.room).acquire_many_owned(wanted).await else { return };
        self.metrics.queue.inc();
        // The receiver lives as long as the queue.
        let _ = self.sender.send(Waiting { report, since: Instant::now(), _room: room });
    }

    /// Takes up to `most` reports, and waits for the first; while another operator leads nothing is
    /// taken.
    pub async fn take(&self, most: usize) -> Vec<Waiting> {
        self.opened().await;
        let mut receiver = self.receiver.lock().await;
        let mut taken = Vec::with_capacity(most);
        let count = receiver.recv_many(&mut taken, most).await;
        self.metrics.queue.dec_by(i64::try_from(count).unwrap_or(i64::MAX));
        taken
    }

    /// Opens or closes the queue. What waits stays: objects that it tells of may be gone by the time
    /// this operator leads again, and what another one has said by then counts once.
    pub fn begin_term(&self, leads: bool) {
        self.open.send_replace(leads);
    }

    /// Whether this operator leads.
    pub fn is_open(&self) -> bool {
        *self.open.borrow()
    }

    /// Ends as soon as this operator leads.
    pub async fn opened(&self) {
        // The sender lives as long as the queue.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }

    /// Ends as soon as nothing waits; whoever adds something meanwhile waits too.
    pub async fn emptied(&self) {
        let all = u32::try_from(self.kibibytes).unwrap_or(u32::MAX);
        let _ = self.room.acquire_many(all).await;
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

    #[tokio::test(start_paused = true)]
    async fn what_waits_is_kept_while_another_one_leads() {
        let outbox = outbox(10 * KIB);
        outbox.push(report("1"), 1).await;
        outbox.begin_term(false);
        assert!(timeout(Duration::from_mins(1), outbox.take(10)).await.is_err(), "another one leads");
        outbox.begin_term(true);
        outbox.push(report("2"), 1).await;
        assert_eq!(runs(&outbox.take(10).await), ["1", "2"]);
    }
}
