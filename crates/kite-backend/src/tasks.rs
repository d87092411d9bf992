//! What is done from time to time: expiries are noticed, texts sorted into the index, old clears
//! and sources forgotten.

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
const FORGET_EVERY: Duration = Duration::from_hours(1);
/// How long a source is remembered that is not heard of any more.
const KEEP_SOURCES: SignedDuration = SignedDuration::from_hours(30 * 24);
/// So long a decision about an issue is kept when it fails in another way: it may fail again as before.
const KEEP_DECISIONS: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Rows of one step; the next step follows at once while there are more.
const STEP: u32 = 500;

/// Starts the tasks; they end with the shutdown. Without `keep_clears`, nothing is forgotten.
pub fn start(store: &Store, ingest: &Ingest, keep_clears: Option<SignedDuration>, shutdown: &Shutdown) {
    let (stop, expiring) = (shutdown.token(), expire(store.clone(), ingest.clone()));
    shutdown.spawn(async move { stop.run_until_cancelled(expiring).await });
    let (stop, tidying) = (shutdown.token(), tidy(store.clone()));
    shutdown.spawn(async move { stop.run_until_cancelled(tidying).await });
    let (stop, forgetting) = (shutdown.token(), forget(store.clone()));
    shutdown.spawn(async move { stop.run_until_cancelled(forgetting).await });
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

async fn forget(store: Store) {
    let mut ticks = interval(FORGET_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = forget_old(&store).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "what is long over cannot be forgotten now");
        }
    }
}

/// Forgets silent sources, and decisions about issues that fail in another way by now.
async fn forget_old(store: &Store) -> Result<(), StoreError> {
    let now = store.now().await?;
    store.source_forget(now.saturating_sub(KEEP_SOURCES).unwrap_or(now)).await?;
    store.cause_decision_forget(now.saturating_sub(KEEP_DECISIONS).unwrap_or(now)).await.map(drop)
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
    use kite_store::{Source, SourceKind};
    use kite_testing::build::{at, content, each, identity, scope};

    #[tokio::test]
    async fn who_was_not_heard_for_a_month_is_forgotten() {
        let database = Temporary::sqlite();
        let store = database.connect().await;
        let now = store.now().await.unwrap();
        let source = |days: i64| Source {
            kind: SourceKind::Api,
            name: days.to_string(),
            cluster: String::new(),
            namespace: String::new(),
            version: String::new(),
            first_heard_at: at(0),
            last_heard_at: now - SignedDuration::from_hours(24 * days),
            reports: 1,
        };
        store.source_note(&[source(29), source(31)]).await.unwrap();
        forget_old(&store).await.unwrap();
        let left = store.source_list(&Reach::All, 10).await.unwrap();
        assert_eq!(left.iter().map(|source| source.name.as_str()).collect::<Vec<_>>(), ["29"]);
    }

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
