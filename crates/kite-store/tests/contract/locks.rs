//! What is particular to one database: locks held by others, late commits, foreign schemas.

use kite_core::Reach;
use kite_store::testing::Temporary;
use kite_store::{FeedCursor, Options, Store, StoreError};
use kite_testing::build::{at, each, failing, identity, scope, scope_in};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::time::{Duration, Instant};

use crate::{all_in, apply};

async fn postgres() -> Option<(Temporary, Store, PgConnection)> {
    let database = Temporary::postgres().await?;
    let store = database.connect().await;
    let connection = PgConnection::connect(&database.url).await.expect("a connection of another process");
    Some((database, store, connection))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_a_scope_held_by_another_process_fails_alone() {
    let Some((_database, store, mut other)) = postgres().await else {
        return;
    };
    let held = identity(scope("held"));
    apply(&store, each([failing(&held, "r1", at(1))])).await;
    other.execute("BEGIN; SELECT * FROM scopes FOR UPDATE").await.expect("the lock");

    let free = (0..15).map(|number| failing(&identity(scope_in("team-b", &format!("free-{number}"))), "r1", at(1)));
    let group = each(free.chain([failing(&held, "r2", at(2))]));
    let began = Instant::now();
    let outcomes = store.apply(group).await;
    assert!(began.elapsed().as_secs() < 10, "took {:?}", began.elapsed());
    let (failed, stored): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_err);
    assert_eq!((failed.len(), stored.len()), (1, 15));
    assert!(matches!(failed[0], Err(StoreError::Locked(_))), "{failed:?}");
    assert_eq!(all_in(&store, "team-b").await.total, 15);

    other.execute("ROLLBACK").await.expect("the release");
    apply(&store, each([failing(&held, "r2", at(2))])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_a_replica_that_stops_inside_a_transaction_holds_others_up_for_less_than_ten_seconds() {
    let Some((database, store, _)) = postgres().await else {
        return;
    };
    let held = identity(scope("held"));
    apply(&store, each([failing(&held, "r1", at(1))])).await;
    // The time-outs that every connection of a replica carries end its transaction for it.
    let url = format!("{}&options[idle_in_transaction_session_timeout]=5s", database.url);
    let mut stopped = PgConnection::connect(&url).await.expect("a connection");
    stopped.execute("BEGIN; SELECT * FROM scopes FOR UPDATE").await.expect("the lock");
    let began = Instant::now();
    while store.apply(each([failing(&held, "r2", at(2))])).await[0].is_err() {
        assert!(began.elapsed().as_secs() < 10, "took {:?}", began.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_the_feed_waits_for_a_lower_id_that_commits_later() {
    let Some((_database, store, mut other)) = postgres().await else { return };
    let builds = identity(scope("shop"));
    let start = store.feed_end().await.expect("a cursor");
    let issue = apply(&store, each([failing(&builds, "r1", at(1))])).await[0].issue_id.expect("an issue");
    let after_first = feed(&store, start, 1).await.1;

    let late = format!(
        "BEGIN; INSERT INTO changes (at, issue_id, namespace, change) VALUES (now(), '{issue}', 'team-a', '{{\"reason\":13}}')"
    );
    other.execute(AssertSqlSafe(late)).await.expect("a change that is not committed yet");
    apply(&store, each([failing(&builds, "r2", at(2))])).await;
    let meanwhile = store.feed_after(after_first, &Reach::All, 10).await.expect("a page").expect("this database");
    assert!(meanwhile.changes.is_empty(), "what a running transaction may precede is not shown");

    other.execute("COMMIT").await.expect("the commit");
    let (runs, _) = feed(&store, meanwhile.next, 2).await;
    assert_eq!(runs, [None, Some("r2".to_owned())], "both are there, the one that began first in front");
}

/// The runs of the next changes. Transactions in other databases of the server hold the feed back, too.
async fn feed(store: &Store, mut cursor: FeedCursor, changes: usize) -> (Vec<Option<String>>, FeedCursor) {
    let mut runs = Vec::new();
    let reading = async {
        while runs.len() < changes {
            let page = store.feed_after(cursor, &Reach::All, 10).await.expect("a page").expect("this database");
            runs.extend(page.changes.into_iter().map(|(row, _)| row.change.run_id));
            cursor = page.next;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("the changes");
    (runs, cursor)
}

#[tokio::test]
async fn postgres_a_newer_schema_stops_the_start_with_a_sentence() {
    let Some((database, store, mut other)) = postgres().await else {
        return;
    };
    store.close().await;
    other
        .execute("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'future', true, '', 0)")
        .await
        .expect("a schema of the future");
    let error =
        Store::connect(&Options { url: database.url.clone(), max_connections: 2 }).await.expect_err("a refusal");
    assert!(error.to_string().contains("newer KITE"), "{error}");
}

#[tokio::test]
async fn postgres_many_replicas_may_set_up_the_schema_at_once() {
    let Some(database) = Temporary::postgres().await else {
        return;
    };
    let starting = (0..4).map(|_| {
        let options = Options { url: database.url.clone(), max_connections: 2 };
        tokio::spawn(async move { Store::connect(&options).await.map(|_| ()) })
    });
    for started in starting.collect::<Vec<_>>() {
        started.await.expect("the task lives").expect("a connection");
    }
}

#[tokio::test]
async fn sqlite_a_file_belongs_to_one_process() {
    let database = Temporary::sqlite();
    let _store = database.connect().await;
    let error =
        Store::connect(&Options { url: database.url.clone(), max_connections: 1 }).await.expect_err("a refusal");
    assert!(error.to_string().contains("in use by another KITE"), "{error}");
}

#[tokio::test]
async fn sqlite_keeps_everything_over_a_restart() {
    let database = Temporary::sqlite();
    let store = database.connect().await;
    apply(&store, each([failing(&identity(scope("shop")), "r1", at(1))])).await;
    store.close().await;
    drop(store);
    assert_eq!(all_in(&database.connect().await, "team-a").await.total, 1);
}

#[tokio::test]
async fn sqlite_in_memory_works_the_same() {
    let store = Store::connect(&Options { url: "sqlite::memory:".to_owned(), max_connections: 1 })
        .await
        .expect("a database in memory");
    apply(&store, each([failing(&identity(scope("shop")), "r1", at(1))])).await;
    assert_eq!(all_in(&store, "team-a").await.total, 1);
}
