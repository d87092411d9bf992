//! The ingest queue: submissions gather while a transaction is in flight and commit in groups.
//!
//! Nobody waits longer than needed: the first submission goes at once, those that come meanwhile
//! form the next group. A further group goes beside one in flight only when their scopes are
//! disjoint and it is worth it, so that one locked scope does not hold up the others.

mod metrics;
mod plan;

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kite_core::batch::Outcome;
use kite_core::{Action, Entry, Submission};
use kite_store::{Store, StoreError};
use tokio::sync::oneshot;
use tokio::time::{Instant, interval_at};
use tokio_util::task::TaskTracker;

pub use metrics::IngestMetrics;

use plan::{Limits, plan};

/// Groups in flight at once; each takes a connection of the database.
const GROUPS: usize = 4;
/// So many waiting submissions are worth a group of their own beside one in flight.
const WORTH_A_GROUP: usize = 128;
/// After this time whatever waits is worth it.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A place in the queue was not to be had, or the store failed.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The queue is full; try again later.
    #[error("take in more reports: the queue is full")]
    Full,
    /// The service is stopping.
    #[error("take in more reports: the service is stopping")]
    Stopping,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Bounds of the queue.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Submissions that may wait.
    pub submissions: usize,
    /// Bytes of text that may wait.
    pub bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { submissions: 10_000, bytes: 64 << 20 }
    }
}

/// The one way in for everything that is said. Cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    options: Options,
    metrics: IngestMetrics,
    hasher: RandomState,
    groups: TaskTracker,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    /// Hashes of the scopes of all groups in flight. Two scopes of one hash only wait for each other.
    busy: HashSet<u64>,
    groups: usize,
    is_stopping: bool,
}

struct Waiting {
    submission: Submission,
    scopes: Vec<u64>,
    bytes: usize,
    answer: oneshot::Sender<Result<Outcome, IngestError>>,
}

impl Ingest {
    /// A queue in front of a store, with the usual bounds.
    pub fn new(store: Store) -> Self {
        Self::with_options(store, Options::default(), IngestMetrics::default())
    }

    /// A queue in front of a store.
    pub fn with_options(store: Store, options: Options, metrics: IngestMetrics) -> Self {
        let (hasher, groups, queue) = (RandomState::new(), TaskTracker::new(), Mutex::default());
        Self { shared: Arc::new(Shared { store, options, metrics, hasher, groups, queue }) }
    }

    /// Stores one submission; durable when it returns.
    pub async fn submit(&self, submission: Submission) -> Result<Outcome, IngestError> {
        let mut outcomes = self.submit_all(vec![submission]).await?;
        outcomes.pop().ok_or(IngestError::Stopping)?
    }

    /// Stores many submissions, each on its own; the answers are in order. Fails as a whole only
    /// when there is no room for them. They are stored even if the caller stops waiting.
    pub async fn submit_all(
        &self,
        submissions: Vec<Submission>,
    ) -> Result<Vec<Result<Outcome, IngestError>>, IngestError> {
        let mut answers = Vec::with_capacity(submissions.len());
        let waiting = submissions.into_iter().map(|submission| {
            let (answer, receiver) = oneshot::channel();
            answers.push(receiver);
            self.shared.waiting(submission, answer)
        });
        let waiting = waiting.collect();
        self.shared.enqueue(waiting)?;
        Shared::start_groups(&self.shared);
        let mut outcomes = Vec::with_capacity(answers.len());
        for answer in answers {
            // A group that panicked has dropped its answers.
            outcomes.push(answer.await.unwrap_or(Err(IngestError::Stopping)));
        }
        Ok(outcomes)
    }

    /// Refuses new submissions from now on and waits until those accepted are answered.
    pub async fn close(&self) {
        self.shared.locked().is_stopping = true;
        self.shared.groups.close();
        self.shared.groups.wait().await;
    }
}

impl Shared {
    fn waiting(&self, submission: Submission, answer: oneshot::Sender<Result<Outcome, IngestError>>) -> Waiting {
        let scopes = submission.entries.iter().flat_map(Entry::scopes);
        let scopes = scopes.map(|scope| self.hasher.hash_one(scope)).collect();
        let bytes = submission.entries.iter().map(weight).sum();
        Waiting { submission, scopes, bytes, answer }
    }

    /// Puts all of them into the queue, or none.
    fn enqueue(&self, waiting: Vec<Waiting>) -> Result<(), IngestError> {
        let bytes: usize = waiting.iter().map(|waiting| waiting.bytes).sum();
        let mut queue = self.locked();
        if queue.is_stopping {
            return Err(IngestError::Stopping);
        }
        let has_room = queue.waiting.len() + waiting.len() <= self.options.submissions;
        // One submission alone always fits: its size is bounded where it came in.
        if !queue.waiting.is_empty() && (!has_room || queue.bytes + bytes > self.options.bytes) {
            self.metrics.refused.inc_by(waiting.len() as u64);
            return Err(IngestError::Full);
        }
        queue.bytes += bytes;
        queue.waiting.extend(waiting);
        self.metrics.show_queue(queue.waiting.len(), queue.bytes);
        Ok(())
    }

    /// Sends off a group when none is in flight, and more beside it when many wait.
    fn start_groups(shared: &Arc<Self>) {
        loop {
            let group = {
                let mut queue = shared.locked();
                if queue.groups > 0 && queue.waiting.len() < WORTH_A_GROUP {
                    return;
                }
                shared.take_group(&mut queue)
            };
            let Some(group) = group else { return };
            Self::send_off(shared, group);
        }
    }

    /// Takes the next group out of the queue.
    fn take_group(&self, queue: &mut Queue) -> Option<Vec<Waiting>> {
        if queue.groups >= GROUPS {
            return None;
        }
        let chosen = plan(
            queue.waiting.iter().map(|waiting| (&waiting.scopes[..], waiting.bytes)),
            &queue.busy,
            Limits::default(),
        );
        if chosen.is_empty() {
            return None;
        }
        let mut group = Vec::with_capacity(chosen.len());
        if chosen.len() == queue.waiting.len() {
            group.extend(queue.waiting.drain(..));
        } else {
            let mut chosen = chosen.into_iter().peekable();
            let all = std::mem::take(&mut queue.waiting);
            for (index, waiting) in all.into_iter().enumerate() {
                if chosen.next_if_eq(&index).is_some() {
                    group.push(waiting);
                } else {
                    queue.waiting.push_back(waiting);
                }
            }
        }
        queue.bytes -= group.iter().map(|waiting| waiting.bytes).sum::<usize>();
        queue.busy.extend(group.iter().flat_map(|waiting| &waiting.scopes));
        queue.groups += 1;
        self.metrics.show_queue(queue.waiting.len(), queue.bytes);
        Some(group)
    }

    fn send_off(shared: &Arc<Self>, group: Vec<Waiting>) {
        let shared = Arc::clone(shared);
        let tracker = shared.groups.clone();
        tracker.spawn(async move {
            shared.store_group(group).await;
            Self::start_groups(&shared);
        });
    }

    async fn store_group(self: &Arc<Self>, group: Vec<Waiting>) {
        let begun = Instant::now();
        let (mut submissions, mut answers, mut scopes) = (Vec::new(), Vec::new(), Vec::new());
        for waiting in group {
            submissions.push(waiting.submission);
            answers.push(waiting.answer);
            scopes.extend(waiting.scopes);
        }
        let size = submissions.len();
        let outcomes = self.apply_while_looking_after_others(submissions).await;
        {
            let mut queue = self.locked();
            for scope in scopes {
                queue.busy.remove(&scope);
            }
            queue.groups -= 1;
        }
        self.metrics.stored(size, begun.elapsed());
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Whoever does not wait any more does not want to know; it is stored all the same.
            let _ = answer.send(outcome.map_err(IngestError::from));
        }
    }

    /// While the database is slow, perhaps because a row is locked, what waits goes beside.
    async fn apply_while_looking_after_others(
        self: &Arc<Self>,
        submissions: Vec<Submission>,
    ) -> Vec<Result<Outcome, StoreError>> {
        let applying = self.store.apply(submissions);
        tokio::pin!(applying);
        let mut looks = interval_at(Instant::now() + LOOK_AGAIN, LOOK_AGAIN);
        loop {
            tokio::select! {
                outcomes = &mut applying => return outcomes,
                _ = looks.tick() => {
                    let group = self.take_group(&mut self.locked());
                    if let Some(group) = group {
                        Self::send_off(self, group);
                    }
                }
            }
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Queue> {
        // Nothing panics while it holds the queue, and if it did, the queue would still be whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About how many bytes of text an entry carries.
fn weight(entry: &Entry) -> usize {
    256 + match entry {
        Entry::Failing { content, .. } => {
            let links: usize = content.links.iter().map(|link| link.title.len() + link.url().len()).sum();
            content.title.len() + content.description.len() + links
        }
        Entry::Person { action: Action::Edit(edit), .. } => edit.description.as_ref().map_or(0, String::len),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kite_store::testing::Temporary;
    use kite_testing::build::{each, failing, identity, scope};

    fn first_report(name: &str) -> Submission {
        each([failing(&identity(scope(name)), "r1", None)]).remove(0)
    }

    #[tokio::test]
    async fn what_is_accepted_is_stored_even_if_nobody_waits() {
        let database = Temporary::sqlite();
        let store = database.connect().await;
        let ingest = Ingest::new(store.clone());
        for number in 0..50 {
            let waiting = ingest.submit(first_report(&format!("shop-{number}")));
            // Polled once, then given up.
            tokio::select! {
                biased;
                _ = waiting => {}
                () = std::future::ready(()) => {}
            }
        }
        ingest.close().await;
        let filter = kite_core::IssueFilter::all(kite_core::Reach::All);
        let counts = store.counts(&filter, jiff::Timestamp::UNIX_EPOCH).await.unwrap();
        assert_eq!(counts.issues.values().sum::<u64>(), 50);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_loses_nothing() {
        let database = Temporary::sqlite();
        let options = Options { submissions: 5, ..Options::default() };
        let ingest = Ingest::with_options(database.connect().await, options, IngestMetrics::default());
        let attempts = (0..100).map(|number| {
            let ingest = ingest.clone();
            tokio::spawn(async move { ingest.submit(first_report(&format!("shop-{number}"))).await })
        });
        let (mut stored, mut refused) = (0, 0);
        for attempt in attempts.collect::<Vec<_>>() {
            match attempt.await.unwrap() {
                Ok(_) => stored += 1,
                Err(IngestError::Full) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(stored + refused, 100);
        assert!(refused > 0, "the queue of 5 took in 100 at once");
        let answers = ingest.submit_all((0..50).map(|number| first_report(&format!("late-{number}"))).collect()).await;
        assert!(answers.is_ok(), "an empty queue takes in a batch of any size");
    }

    #[tokio::test]
    async fn a_closed_queue_refuses() {
        let database = Temporary::sqlite();
        let ingest = Ingest::new(database.connect().await);
        ingest.close().await;
        assert!(matches!(ingest.submit(first_report("shop")).await, Err(IngestError::Stopping)));
    }
}
