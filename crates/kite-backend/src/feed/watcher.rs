//! Somebody who watches the feed.

use std::collections::VecDeque;
use std::sync::Arc;

use kite_core::Reach;
use kite_store::{FeedCursor, Store, StoreError};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use tokio_util::sync::CancellationToken;

use super::stretch::{Happening, Stretch};

/// Where somebody begins to watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// At the end of the feed.
    Now,
    /// Where an earlier watch ended; `None` when that is not understood.
    After(Option<FeedCursor>),
}

/// What a watcher is told.
#[derive(Debug)]
pub enum News {
    /// Something happened.
    Happened(Arc<Happening>),
    /// The place to go on from is of another database, so what was seen counts for nothing. The
    /// feed goes on from here.
    Reset(FeedCursor),
}

/// Nobody can watch now.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// There are as many watchers as there may be.
    #[error("watch the feed: there are too many watchers")]
    Full,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody who watches the feed, and how far they have seen.
#[derive(Debug)]
pub struct Watcher {
    store: Store,
    reach: Reach,
    stretches: broadcast::Receiver<Arc<Stretch>>,
    /// Everything up to here was told, or waits to be.
    seen: FeedCursor,
    waiting: VecDeque<News>,
    /// Reading from the store is due, at least up to here.
    missing_until: Option<FeedCursor>,
    stopping: CancellationToken,
    _place: Place,
}

/// A place among the watchers, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    watching: Gauge,
}

impl Place {
    /// Counts one more watcher.
    pub(super) fn taken(permit: OwnedSemaphorePermit, watching: Gauge) -> Self {
        watching.inc();
        Self { _permit: permit, watching }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.watching.dec();
    }
}

impl Watcher {
    /// A watcher who has seen everything up to the beginning.
    pub(super) fn new(
        store: Store,
        reach: Reach,
        stretches: broadcast::Receiver<Arc<Stretch>>,
        beginning: Beginning,
        end: FeedCursor,
        stopping: CancellationToken,
        place: Place,
    ) -> Self {
        let (seen, missing_until, first) = match beginning {
            Beginning::Now => (end, None, None),
            Beginning::After(Some(seen)) if seen.epoch == end.epoch => (seen, Some(end), None),
            Beginning::After(_) => (end, None, Some(News::Reset(end))),
        };
        let waiting = first.into_iter().collect();
        Self { store, reach, stretches, seen, waiting, missing_until, stopping, _place: place }
    }

    /// How far the watcher has seen.
    pub fn seen(&self) -> FeedCursor {
        self.seen
    }

    /// What happens next; `None` when the service stops.
    pub async fn next(&mut self) -> Option<Result<News, StoreError>> {
        let stopping = self.stopping.clone();
        stopping.run_until_cancelled(self.wait()).await.flatten()
    }

    async fn wait(&mut self) -> Option<Result<News, StoreError>> {
        loop {
            if let Some(news) = self.waiting.pop_front() {
                return Some(Ok(news));
            }
            if let Some(until) = self.missing_until {
                if let Err(error) = self.read(until).await {
                    return Some(Err(error));
                }
                continue;
            }
            match self.stretches.recv().await {
                Ok(stretch) if stretch.joins(self.seen) => self.take(&stretch),
                Ok(stretch) => self.missing_until = Some(stretch.until()),
                // The stretch after those that were lost will not join on.
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    fn take(&mut self, stretch: &Stretch) {
        self.waiting.extend(stretch.news(self.seen, &self.reach).map(News::Happened));
        self.seen = self.seen.max(stretch.until());
    }

    /// Reads what is missing.
    async fn read(&mut self, until: FeedCursor) -> Result<(), StoreError> {
        let Some(stretch) = Stretch::read(&self.store, self.seen, &self.reach).await? else {
            self.seen = self.store.feed_end().await?;
            self.missing_until = None;
            self.waiting.push_back(News::Reset(self.seen));
            return Ok(());
        };
        self.take(&stretch);
        if stretch.is_empty() {
            // The rest up to there is out of reach.
            self.seen = self.seen.max(until);
            self.missing_until = None;
        }
        Ok(())
    }
}
