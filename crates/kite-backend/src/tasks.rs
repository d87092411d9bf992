//! What is done from time to time: expiries are noticed, texts sorted into the index, old clears forgotten.

use std::time::Duration;

use jiff::SignedDuration;
use kite_core::{Entry, Submission};
use kite_runtime::shutdown::Shutdown;
use kite_store::{Due, Store, StoreError};
use tokio::time::{MissedTickBehavior, interval};

use crate::ingest::Ingest;

const EXPIRE_EVERY: Duration = Duration::from_secs(15);
const TIDY_EVERY: Duration = Duration::from_secs(1);
const PRUNE_EVERY: Duration = Duration::from_mins(10);
/// Rows of one step; the next step follows at once while there are more.
const STEP: u32 = 500;

/// Starts the tasks; they end with the shutdown. Without `keep_clears`, nothing is forgotten.
pub fn start(store: &Store, ingest: &Ingest, keep_clears: Option<SignedDuration>, shutdown: &Shutdown) {
    let (stop, expiring) = (shutdown.token(), expire(store.clone(), ingest.clone()));
    shutdown.spawn(async move { stop.run_until_cancelled(expiring).await });
    let (stop, tidying) = (shutdown.token(), tidy(store.clone()));
    shutdown.spawn(async move { stop.run_until_cancelled(tidying).await });
    if let Some(keep) = keep_clears {
        let (stop, pruning) = (shutdown.token(), prune(store.clone(), keep));
        shutdown.spawn(async move { stop.run_until_cancelled(pruning).await });
    }
}

async fn expire(store: Store, ingest: Ingest) {
    let mut ticks = interval(EXPIRE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        while let Some(due) = found(store.due(STEP).await) {
            let expired: Vec<Submission> = due.into_iter().map(expiry).collect();
            let count = expired.len();
            let outcomes = ingest.submit_all(expired).await;
            // What could not be stored now is due again at the next tick.
            if !outcomes.is_ok_and(|outcomes| outcomes.iter().all(Result::is_ok)) || count < STEP as usize {
                break;
            }
        }
    }
}

fn found(due: Result<Vec<Due>, StoreError>) -> Option<Vec<Due>> {
    match due {
        Ok(due) => Some(due).filter(|due| !due.is_empty()),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "expiries cannot be looked for now");
            None
        }
    }
}

fn expiry(Due { identity, run_id, at }: Due) -> Submission {
    Submission { entries: vec![Entry::Expiry { identity, run_id, at }] }
}

async fn tidy(store: Store) {
    let mut ticks = interval(TIDY_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = store.tidy().await {
            tracing::debug!(error = &error as &dyn std::error::Error, "the search index cannot be tidied now");
        }
    }
}

async fn prune(store: Store, keep: SignedDuration) {
    let mut ticks = interval(PRUNE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = prune_all(&store, keep).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "old healthy reports cannot be removed now");
        }
    }
}

async fn prune_all(store: &Store, keep: SignedDuration) -> Result<(), StoreError> {
    let now = store.now().await?;
    let before = now.saturating_sub(keep).unwrap_or(now);
    while store.prune(before, STEP).await? == u64::from(STEP) {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kite_core::{Content, IssueFilter, Reach, State};
    use kite_store::testing::Temporary;
    use kite_testing::build::{at, content, each, identity, scope};

    #[tokio::test]
    async fn an_expired_issue_is_resolved() {
        let database = Temporary::sqlite();
        let store = database.connect().await;
        let ingest = Ingest::new(store.clone());
        let expiring = Entry::Failing {
            identity: identity(scope("shop")),
            run_id: "r1".to_owned(),
            occurred_at: Some(at(1)),
            content: Content { expires_at: Some(at(100)), ..content("failed") },
        };
        ingest.submit_all(each([expiring])).await.unwrap();
        let shutdown = Shutdown::new();
        let mut wakeups = store.feed_wakeups();
        wakeups.mark_unchanged();
        start(&store, &ingest, None, &shutdown);
        wakeups.changed().await.unwrap();
        let active = IssueFilter { states: vec![State::Active], ..IssueFilter::all(Reach::All) };
        let counts = store.counts(&active, at(0)).await.unwrap();
        assert!(counts.issues.is_empty());
        shutdown.trigger();
        shutdown.drain(Duration::from_secs(5)).await.unwrap();
    }
}
