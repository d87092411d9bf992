//! The ingest queue: submissions gather while a transaction is in flight and commit in groups.

use kite_core::Submission;
use kite_core::batch::Outcome;
use kite_store::{Store, StoreError};

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

/// The one way in for everything that is said. Cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    store: Store,
}

impl Ingest {
    /// A queue in front of a store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Stores one submission; durable when it returns.
    pub async fn submit(&self, submission: Submission) -> Result<Outcome, IngestError> {
        let mut outcomes = self.submit_all(vec![submission]).await?;
        outcomes.pop().ok_or(IngestError::Stopping)?
    }

    /// Stores many submissions, each on its own; the answers are in order. Fails as a whole only
    /// when there is no room for them.
    pub async fn submit_all(&self, submissions: Vec<Submission>) -> Result<Vec<Result<Outcome, IngestError>>, IngestError> {
        Ok(self.store.apply(submissions).await.into_iter().map(|outcome| outcome.map_err(IngestError::from)).collect())
    }
}
