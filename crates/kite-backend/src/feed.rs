//! What happens, as it happens, for everybody who watches.
//!
//! One task reads the feed once for the whole process and hands each stretch of it to all
//! watchers. A stretch says where it begins and where it ends, so a watcher knows whether
//! it joins on to what it has seen. If not, because it lagged behind or has just come, it reads
//! the missing part from the store. Nothing is missed, and nothing comes twice.

mod stretch;
mod watched;
mod watcher;

use std::sync::Arc;
use std::time::Duration;

use kite_core::Reach;
use kite_runtime::shutdown::Shutdown;
use kite_store::{FeedCursor, Store, StoreError};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{Semaphore, broadcast};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub use stretch::Happening;
pub use watched::Watched;
pub use watcher::{Beginning, News, WatchError, Watcher};

use stretch::Stretch;
use watcher::Place;

/// Watchers at once.
const PLACES: usize = 1000;
/// Stretches that a watcher may lag behind before it reads from the store.
const BACKLOG: usize = 64;
/// Rows of other transactions may become visible without a wake-up.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What happens, as it happens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Feed {
    store: Store,
    stretches: broadcast::Sender<Arc<Stretch>>,
    places: Arc<Semaphore>,
    watching: Gauge,
    stopping: CancellationToken,
}

impl Feed {
    /// Follows the feed until the shutdown; `watching` shows how many do.
    pub fn start(store: Store, watching: Gauge, shutdown: &Shutdown) -> Self {
        let (stretches, _) = broadcast::channel(BACKLOG);
        let stopping = shutdown.token();
        let feed = Self { store, stretches, places: Arc::new(Semaphore::new(PLACES)), watching, stopping };
        let reader = feed.clone();
        shutdown.spawn(async move { reader.stopping.run_until_cancelled(reader.follow()).await });
        feed
    }

    /// Watches what happens within reach, until the watcher is dropped.
    pub async fn watch(&self, reach: Reach, beginning: Beginning) -> Result<Watcher, WatchError> {
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(|_| WatchError::Full)?;
        let place = Place::taken(permit, self.watching.clone());
        // Subscribed before the end of the feed is read, so that nothing falls in between.
        let stretches = self.stretches.subscribe();
        let end = self.store.feed_end().await?;
        Ok(Watcher::new(self.store.clone(), reach, stretches, beginning, end, self.stopping.clone(), place))
    }

    async fn follow(&self) {
        let mut wakeups = self.store.feed_wakeups();
        let mut seen = None;
        loop {
            if let Err(error) = self.catch_up(&mut seen).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the feed cannot be read now");
            }
            // Either way it is time to look again; a closed channel means that the store is gone.
            if matches!(timeout(LOOK_EVERY, wakeups.changed()).await, Ok(Err(_))) {
                return;
            }
        }
    }

    /// Tells all that happened since. While nobody watches, nothing is read.
    async fn catch_up(&self, seen: &mut Option<FeedCursor>) -> Result<(), StoreError> {
        if self.stretches.receiver_count() == 0 {
            *seen = None;
            return Ok(());
        }
        let mut after = if let Some(after) = *seen {
            after
        } else {
            let end = self.store.feed_end().await?;
            // Whoever has seen less than this must hear of it, even if nothing happens now.
            self.tell(Stretch::nothing_at(end));
            end
        };
        loop {
            *seen = Some(after);
            let Some(stretch) = Stretch::read(&self.store, after, &Reach::All).await? else {
                *seen = None;
                return Ok(());
            };
            if stretch.is_empty() {
                return Ok(());
            }
            after = stretch.until();
            self.tell(stretch);
        }
    }

    fn tell(&self, stretch: Stretch) {
        // It fails when the last watcher has left, who does not want to know.
        let _ = self.stretches.send(Arc::new(stretch));
    }
}
