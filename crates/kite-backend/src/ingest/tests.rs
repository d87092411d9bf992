//! The queue in front of a store that takes as long, or fails, as the test says.

use std::sync::atomic::{AtomicBool, Ordering};

use kite_core::{IssueFilter, Reach};
use kite_store::testing::Temporary;
use kite_testing::build::{each, failing, identity, scope};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;

/// A group that reached the store: how many submissions, and how to let it end.
type Begun = (usize, oneshot::Sender<Answers>);

fn report(name: &str) -> Submission {
    each([failing(&identity(scope(name)), "r1", None)]).remove(0)
}

fn reports(prefix: &str, count: usize) -> Vec<Submission> {
    (0..count).map(|number| report(&format!("{prefix}-{number}"))).collect()
}

/// A queue whose groups end when the test says so.
fn watched(options: Options) -> (Ingest, mpsc::UnboundedReceiver<Begun>) {
    let (begun, groups) = mpsc::unbounded_channel();
    let apply = move |submissions: Vec<Submission>| {
        let (end, ended) = oneshot::channel();
        begun.send((submissions.len(), end)).unwrap();
        async move { ended.await.unwrap() }.boxed()
    };
    (Ingest::over(Box::new(apply), options, IngestMetrics::default()), groups)
}

/// Ends a group well.
fn end((count, end): Begun) {
    end.send((0..count).map(|_| Ok(Outcome::default())).collect()).unwrap();
}

/// Submits, and returns once the submission is in the queue.
async fn submitting(ingest: &Ingest, submissions: Vec<Submission>) -> JoinHandle<usize> {
    let ingest = ingest.clone();
    let task = tokio::spawn(async move { ingest.submit_all(submissions).await.unwrap().len() });
    tokio::task::yield_now().await;
    task
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_a_group_is_in_flight_gathers_to_the_next() {
    let (ingest, mut groups) = watched(Options::default());
    let first = submitting(&ingest, vec![report("shop")]).await;
    let begun = groups.recv().await.unwrap();
    assert_eq!(begun.0, 1, "the first goes at once");
    let others = [submitting(&ingest, vec![report("cart")]).await, submitting(&ingest, vec![report("till")]).await];
    end(begun);
    assert_eq!(first.await.unwrap(), 1);
    let begun = groups.recv().await.unwrap();
    assert_eq!(begun.0, 2);
    end(begun);
    for other in others {
        assert_eq!(other.await.unwrap(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_is_held_up_holds_up_nobody_else() {
    let (ingest, mut groups) = watched(Options::default());
    let held = submitting(&ingest, vec![report("shop")]).await;
    let held_group = groups.recv().await.unwrap();
    let behind = submitting(&ingest, vec![report("shop")]).await;
    let other = submitting(&ingest, vec![report("cart")]).await;
    let begun = groups.recv().await.unwrap();
    assert_eq!(begun.0, 1, "only the other scope goes beside");
    end(begun);
    assert_eq!(other.await.unwrap(), 1);
    assert!(!behind.is_finished());
    end(held_group);
    assert_eq!(held.await.unwrap(), 1);
    end(groups.recv().await.unwrap());
    assert_eq!(behind.await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_and_answers_what_it_took_in() {
    let (ingest, mut groups) = watched(Options { submissions: 5, ..Options::default() });
    let first = submitting(&ingest, vec![report("shop")]).await;
    let begun = groups.recv().await.unwrap();
    let waiting = submitting(&ingest, vec![report("shop"); 4]).await;
    assert!(matches!(ingest.submit_all(vec![report("shop"); 2]).await, Err(IngestError::Full)));
    assert_eq!(ingest.shared.metrics.refused.get(), 2);
    let last = submitting(&ingest, vec![report("shop")]).await;
    end(begun);
    end(groups.recv().await.unwrap());
    assert_eq!((first.await.unwrap(), waiting.await.unwrap(), last.await.unwrap()), (1, 4, 1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_reaches_only_whom_it_concerns() {
    let (ingest, mut groups) = watched(Options::default());
    let both = {
        let ingest = ingest.clone();
        tokio::spawn(async move { ingest.submit_all(reports("shop", 2)).await.unwrap() })
    };
    let (_, end) = groups.recv().await.unwrap();
    let failed = StoreError::Inconsistent { table: "issues", column: "state" };
    end.send(vec![Err(failed), Ok(Outcome::default())]).unwrap();
    let both = both.await.unwrap();
    assert!(matches!(both[..], [Err(IngestError::Store(StoreError::Inconsistent { .. })), Ok(_)]));
}

#[tokio::test(start_paused = true)]
async fn a_group_that_panics_leaves_the_way_free() {
    let is_first = AtomicBool::new(true);
    let apply = move |submissions: Vec<Submission>| {
        let panics = is_first.swap(false, Ordering::Relaxed);
        async move {
            assert!(!panics, "as the test wants");
            submissions.iter().map(|_| Ok(Outcome::default())).collect()
        }
        .boxed()
    };
    let ingest = Ingest::over(Box::new(apply), Options::default(), IngestMetrics::default());
    assert!(ingest.submit(report("shop")).await.is_err());
    assert!(ingest.submit(report("shop")).await.is_ok(), "its scope is free again");
}

#[tokio::test(start_paused = true)]
async fn a_closed_queue_answers_what_it_accepted_and_refuses_the_rest() {
    let (ingest, mut groups) = watched(Options::default());
    let first = submitting(&ingest, vec![report("shop")]).await;
    let second = submitting(&ingest, vec![report("shop")]).await;
    let closing = {
        let ingest = ingest.clone();
        tokio::spawn(async move { ingest.close().await })
    };
    tokio::task::yield_now().await;
    assert!(matches!(ingest.submit(report("cart")).await, Err(IngestError::Stopping)));
    end(groups.recv().await.unwrap());
    assert_eq!(first.await.unwrap(), 1);
    assert!(!closing.is_finished(), "one is still waiting");
    end(groups.recv().await.unwrap());
    assert_eq!(second.await.unwrap(), 1);
    closing.await.unwrap();
}

#[tokio::test]
async fn what_is_accepted_is_stored_even_if_nobody_waits() {
    let database = Temporary::sqlite();
    let store = database.connect().await;
    let ingest = Ingest::new(store.clone());
    for submission in reports("shop", 50) {
        let waiting = ingest.submit(submission);
        // Polled once, then given up.
        tokio::select! {
            biased;
            _ = waiting => {}
            () = std::future::ready(()) => {}
        }
    }
    ingest.close().await;
    let counts = store.counts(&IssueFilter::all(Reach::All), jiff::Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(counts.issues.values().sum::<u64>(), 50);
}
