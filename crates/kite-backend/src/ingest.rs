//! The ingest queue: submissions gather while a transaction is in flight and commit in groups.
//!
//! Nobody waits longer than needed: the first submission goes at once, those that come meanwhile
//! form the next group. A further group goes beside one in flight only when their scopes are
//! disjoint and it is worth it, so that one locked scope does not hold up the others.

mod metrics;
mod plan;
mod queue;
#[cfg(test)]
mod tests;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use kite_core::batch::Outcome;
use kite_core::{Action, Entry, Submission};
use kite_store::{Store, StoreError};
use tokio::sync::oneshot;
use tokio::time::{Instant, interval_at};
use tokio_util::task::TaskTracker;

pub use metrics::IngestMetrics;

use queue::{Queue, Waiting, Wanted};

/// After this time beside a group in flight, whatever waits is worth a group.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// What a group comes to, submission by submission.
type Answers = Vec<Result<Outcome, StoreError>>;
/// Stores a group.
type Apply = Box<dyn Fn(Vec<Submission>) -> BoxFuture<'static, Answers> + Send + Sync>;

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
    apply: Apply,
    metrics: IngestMetrics,
    hasher: RandomState,
    groups: TaskTracker,
    queue: Mutex<Queue<Item>>,
}

struct Item {
    submission: Submission,
    answer: oneshot::Sender<Result<Outcome, IngestError>>,
}

impl Ingest {
    /// A queue in front of a store, with the usual bounds.
    pub fn new(store: Store) -> Self {
        Self::with_options(store, Options::default(), IngestMetrics::default())
    }

    /// A queue in front of a store.
    pub fn with_options(store: Store, options: Options, metrics: IngestMetrics) -> Self {
        let apply = move |submissions| {
            let store = store.clone();
            async move { store.apply(submissions).await }.boxed()
        };
        Self::over(Box::new(apply), options, metrics)
    }

    fn over(apply: Apply, options: Options, metrics: IngestMetrics) -> Self {
        let (hasher, groups, queue) = (RandomState::new(), TaskTracker::new(), Mutex::new(Queue::new(options)));
        Self { shared: Arc::new(Shared { apply, metrics, hasher, groups, queue }) }
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
            self.shared.waiting(Item { submission, answer })
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
        self.shared.locked().close();
        self.shared.groups.close();
        self.shared.groups.wait().await;
    }
}

impl Shared {
    fn waiting(&self, item: Item) -> Waiting<Item> {
        let scopes = item.submission.entries.iter().flat_map(Entry::scopes);
        let scopes = scopes.map(|scope| self.hasher.hash_one(scope)).collect();
        let bytes = item.submission.entries.iter().map(weight).sum();
        Waiting { scopes, bytes, item }
    }

    fn enqueue(&self, waiting: Vec<Waiting<Item>>) -> Result<(), IngestError> {
        let (count, mut queue) = (waiting.len(), self.locked());
        queue.enqueue(waiting).inspect_err(|refused| {
            if let IngestError::Full = refused {
                self.metrics.refused.inc_by(count as u64);
            }
        })?;
        self.metrics.show_queue(queue.fill());
        Ok(())
    }

    /// Sends off a group when none is in flight, and more beside it when many wait.
    fn start_groups(shared: &Arc<Self>) {
        while Self::start_group(shared, Wanted::Large) {}
    }

    fn start_group(shared: &Arc<Self>, wanted: Wanted) -> bool {
        let mut queue = shared.locked();
        let Some(group) = queue.take(wanted) else { return false };
        shared.metrics.show_queue(queue.fill());
        drop(queue);
        let flight =
            Flight { shared: Arc::clone(shared), scopes: group.iter().flat_map(|one| one.scopes.clone()).collect() };
        shared.groups.spawn(flight.store(group));
        true
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Queue<Item>> {
        // Nothing panics while it holds the queue, and if it did, the queue would still be whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A group on its way. When it ends, even by a panic, its scopes are free again.
struct Flight {
    shared: Arc<Shared>,
    scopes: Vec<u64>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.shared.locked().land(&self.scopes);
        Shared::start_groups(&self.shared);
    }
}

impl Flight {
    async fn store(self, group: Vec<Waiting<Item>>) {
        let begun = Instant::now();
        let (submissions, answers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|Waiting { item, .. }| (item.submission, item.answer)).unzip();
        let size = submissions.len();
        let outcomes = self.apply_while_looking_after_others(submissions).await;
        self.shared.metrics.stored(size, begun.elapsed());
        drop(self);
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Whoever does not wait any more does not want to know; it is stored all the same.
            let _ = answer.send(outcome.map_err(IngestError::from));
        }
    }

    /// While the database is slow, perhaps because a row is locked, what waits goes beside.
    async fn apply_while_looking_after_others(&self, submissions: Vec<Submission>) -> Answers {
        let mut applying = (self.shared.apply)(submissions);
        let mut looks = interval_at(Instant::now() + LOOK_AGAIN, LOOK_AGAIN);
        loop {
            tokio::select! {
                outcomes = &mut applying => return outcomes,
                _ = looks.tick() => {
                    Shared::start_group(&self.shared, Wanted::Any);
                }
            }
        }
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
