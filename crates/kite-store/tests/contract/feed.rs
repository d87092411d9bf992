//! The feed: every change once, in an order that never misses one that commits late.

use kite_core::Reach;
use kite_core::Reason::{FirstFailure, Recovered, SeenAgain};
use kite_store::FeedCursor;
use kite_store::testing::Temporary;
use kite_testing::build::{at, each, failing, healthy, identity, scope, scope_in};
use uuid::Uuid;

use crate::{apply, contract};

contract!(
    the_feed_shows_every_change_once_and_in_order,
    a_cursor_of_another_database_is_refused,
    the_feed_shows_nothing_out_of_reach,
    a_commit_wakes_the_readers,
);

async fn the_feed_shows_every_change_once_and_in_order(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    let start = store.feed_end().await.expect("a cursor");
    for second in 0..5 {
        apply(&store, each([failing(&builds, &format!("r{second}"), at(second))])).await;
    }
    apply(&store, each([healthy(&builds.scope, "g", at(10))])).await;
    let mut cursor = start;
    let mut reasons = Vec::new();
    while reasons.len() < 6 {
        let page = store.feed_after(cursor, &Reach::All, 2).await.expect("a page").expect("this database");
        assert!(page.changes.iter().all(|(_, issue)| issue.is_some()));
        reasons.extend(page.changes.iter().map(|(row, _)| row.change.reason));
        cursor = page.next;
    }
    assert_eq!(reasons, [FirstFailure, SeenAgain, SeenAgain, SeenAgain, SeenAgain, Recovered]);
    let page = store.feed_after(cursor, &Reach::All, 2).await.expect("a page").expect("this database");
    assert!(page.changes.is_empty() && page.next == cursor);
}

async fn a_cursor_of_another_database_is_refused(database: Temporary) {
    let store = database.connect().await;
    let cursor = FeedCursor { epoch: Uuid::now_v7(), ..store.feed_end().await.expect("a cursor") };
    assert!(store.feed_after(cursor, &Reach::All, 10).await.expect("an answer").is_none());
}

async fn the_feed_shows_nothing_out_of_reach(database: Temporary) {
    let store = database.connect().await;
    let start = store.feed_end().await.expect("a cursor");
    apply(
        &store,
        each(["team-a", "team-b"].map(|namespace| failing(&identity(scope_in(namespace, "shop")), "r", at(1)))),
    )
    .await;
    let reach = Reach::Only(["team-b".to_owned()].into());
    // Transactions in other databases of the server hold the feed back.
    let page = loop {
        let page = store.feed_after(start, &reach, 10).await.expect("a page").expect("this database");
        if !page.changes.is_empty() {
            break page;
        }
    };
    assert_eq!(page.changes.iter().map(|(row, _)| row.namespace.as_str()).collect::<Vec<_>>(), ["team-b"]);
}

async fn a_commit_wakes_the_readers(database: Temporary) {
    let store = database.connect().await;
    let wakeups = store.feed_wakeups();
    let waking = async {
        // A listener that is just connecting may miss the first.
        while !wakeups.has_changed().expect("the store lives") {
            apply(&store, each([failing(&identity(scope("shop")), &Uuid::now_v7().to_string(), None)])).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), waking).await.expect("a wake-up");
}
