//! The store's face: one type for both databases.

use jiff::Timestamp;
use kite_core::batch::Outcome;
use kite_core::{Issue, IssueFilter, Reach, Submission};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{Counts, Due, FeedCursor, FeedPage, History, ListQuery, Page, Pulse, Relating, Relation, StoreError};

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `postgres://…`, `sqlite:PATH` or `sqlite::memory:`.
    pub url: String,
    /// Connections at most (PostgreSQL).
    pub max_connections: u32,
}

/// A database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {}

impl Store {
    /// Connects, and brings the schema up to date; several processes may do so at once.
    pub async fn connect(_options: &Options) -> Result<Self, StoreError> {
        Err(StoreError::Setup("not built yet".to_owned()))
    }

    /// Applies a group of submissions in one transaction, durable when it returns. The answers are
    /// in order. When the group fails for one submission's sake it is halved, so only that one fails.
    pub async fn apply(&self, _submissions: Vec<Submission>) -> Vec<Result<Outcome, StoreError>> {
        Vec::new()
    }

    /// Reads one issue.
    pub async fn issue_get(&self, _id: Uuid) -> Result<Option<Issue>, StoreError> {
        Ok(None)
    }

    /// Reads a page of issues.
    pub async fn issue_list(&self, _query: &ListQuery) -> Result<Page, StoreError> {
        Err(StoreError::Setup("not built yet".to_owned()))
    }

    /// Reads the relations of these issues, in both directions.
    pub async fn relation_list(&self, _issues: &[Uuid]) -> Result<Vec<Relation>, StoreError> {
        Ok(Vec::new())
    }

    /// Relates two issues of one namespace.
    pub async fn relation_add(&self, _source: Uuid, _target: Uuid) -> Result<Relating, StoreError> {
        Ok(Relating::Missing)
    }

    /// Removes the relation between two issues, whatever its direction. False: there was none.
    pub async fn relation_remove(&self, _one: Uuid, _other: Uuid) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Reads an issue's history, newest first, from before a change on.
    pub async fn history(&self, _issue: Uuid, _before: Option<i64>, _limit: u32) -> Result<Option<History>, StoreError> {
        Ok(None)
    }

    /// Counts the issues that match (text search and labels included), and those resolved since a time.
    pub async fn counts(&self, _filter: &IssueFilter, _resolved_since: Timestamp) -> Result<Counts, StoreError> {
        Ok(Counts::default())
    }

    /// The end of the feed as of now.
    pub async fn feed_end(&self) -> Result<FeedCursor, StoreError> {
        Err(StoreError::Setup("not built yet".to_owned()))
    }

    /// Reads the feed after a cursor; `None` when the cursor is of another database or too old.
    pub async fn feed_after(&self, _cursor: FeedCursor, _reach: &Reach, _limit: u32) -> Result<Option<FeedPage>, StoreError> {
        Ok(None)
    }

    /// Changes whenever there may be something new in the feed.
    pub fn feed_wakeups(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }

    /// Expiries that have come, oldest first.
    pub async fn due(&self, _limit: u32) -> Result<Vec<Due>, StoreError> {
        Ok(Vec::new())
    }

    /// Forgets healthy reports received before a time, except the newest of each scope. Returns how many.
    pub async fn prune(&self, _received_before: Timestamp, _limit: u32) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// The database's clock.
    pub async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::UNIX_EPOCH)
    }

    /// Asks the database something small, to see whether it answers.
    pub async fn pulse(&self) -> Result<Pulse, StoreError> {
        Err(StoreError::Setup("not built yet".to_owned()))
    }

    /// Closes all connections.
    pub async fn close(&self) {}
}
