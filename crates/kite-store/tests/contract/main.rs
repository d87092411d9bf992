//! What the store promises, the same on both databases. Each test is a function over a temporary
//! database; [`contract!`] makes one test per database of it.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod causes;
mod decisions;
mod facets;
mod feed;
mod issues;
mod locks;
mod properties;
mod sources;
mod trends;
mod writing;

use kite_core::batch::Outcome;
use kite_core::{IssueFilter, Reach, Submission};
use kite_store::{ListQuery, Page, Sort, Start, Store};

/// Makes one test per database of each function.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(kite_store::testing::Temporary::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(database) = kite_store::testing::Temporary::postgres().await {
                    super::$name(database).await;
                }
            })+
        }
    };
}
pub(crate) use contract;

/// Applies submissions as one group; all must succeed.
pub(crate) async fn apply(store: &Store, submissions: Vec<Submission>) -> Vec<Outcome> {
    store.apply(submissions).await.into_iter().map(|outcome| outcome.expect("the submission is stored")).collect()
}

/// The first page of everything in a namespace.
pub(crate) async fn all_in(store: &Store, namespace: &str) -> Page {
    list(store, in_namespace(namespace)).await
}

/// The first page of what matches.
pub(crate) async fn list(store: &Store, filter: IssueFilter) -> Page {
    let query = ListQuery { filter, sort: Sort::Newest, limit: 100, start: Start::Offset(0) };
    store.issue_list(&query).await.expect("a page")
}

/// Everything in a namespace.
pub(crate) fn in_namespace(namespace: &str) -> IssueFilter {
    IssueFilter::all(Reach::Only([namespace.to_owned()].into()))
}
