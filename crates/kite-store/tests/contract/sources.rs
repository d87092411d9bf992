//! Who reports, and when each was heard last.

use kite_core::Reach;
use kite_store::testing::Temporary;
use kite_store::{Source, SourceKind, Store};
use kite_testing::build::at;

use crate::contract;

contract!(
    a_source_is_heard_again_in_any_order,
    sources_out_of_reach_are_not_listed,
    silent_sources_are_forgotten,
    a_namespace_that_is_reported_for_is_known,
    several_writers_note_the_same_sources,
);

fn source(name: &str, namespace: &str, first: i64, last: i64) -> Source {
    Source {
        kind: SourceKind::Api,
        name: name.to_owned(),
        cluster: String::new(),
        namespace: namespace.to_owned(),
        version: format!("1.{last}"),
        first_heard_at: at(first),
        last_heard_at: at(last),
        reports: 2,
    }
}

async fn names(store: &Store, reach: &Reach) -> Vec<String> {
    store.source_list(reach, 100).await.expect("sources").into_iter().map(|source| source.name).collect()
}

async fn a_source_is_heard_again_in_any_order(database: Temporary) {
    let store = database.connect().await;
    let operator = |first, last| Source { kind: SourceKind::Operator, ..source("one", "", first, last) };
    for heard in
        [vec![operator(10, 20), source("one", "", 1, 2)], vec![], vec![operator(30, 40)], vec![operator(5, 15)]]
    {
        store.source_note(&heard).await.expect("noted");
    }
    let found = store.source_list(&Reach::All, 100).await.expect("sources");
    let together = Source { reports: 6, version: "1.40".to_owned(), ..operator(5, 40) };
    assert_eq!(found, [together, source("one", "", 1, 2)], "the last that was heard first");
    assert_eq!(store.source_list(&Reach::All, 1).await.expect("sources").len(), 1);
}

async fn sources_out_of_reach_are_not_listed(database: Temporary) {
    let store = database.connect().await;
    let heard = [source("a", "team-a", 0, 3), source("b", "team-b", 0, 2), source("all", "", 0, 1)];
    store.source_note(&heard).await.expect("noted");
    let only = |namespaces: &[&str]| Reach::Only(namespaces.iter().map(|&name| name.to_owned()).collect());
    assert_eq!(names(&store, &Reach::All).await, ["a", "b", "all"]);
    assert_eq!(names(&store, &only(&["team-a"])).await, ["a", "all"]);
    assert_eq!(names(&store, &only(&["team-c"])).await, ["all"]);
    assert_eq!(names(&store, &only(&[])).await, [""; 0], "who may read nothing hears of nobody");
}

async fn silent_sources_are_forgotten(database: Temporary) {
    let store = database.connect().await;
    store.source_note(&[source("old", "", 0, 10), source("new", "", 0, 20)]).await.expect("noted");
    assert_eq!(store.source_forget(at(20)).await.expect("forgotten"), 1);
    assert_eq!(names(&store, &Reach::All).await, ["new"]);
}

async fn a_namespace_that_is_reported_for_is_known(database: Temporary) {
    let store = database.connect().await;
    store.source_note(&[source("a", "team-a", 0, 3), source("all", "", 0, 1)]).await.expect("noted");
    assert_eq!(store.namespaces().await.expect("namespaces"), ["team-a".to_owned()].into());
}

async fn several_writers_note_the_same_sources(database: Temporary) {
    let one = database.connect().await;
    let other = if database.url.starts_with("sqlite") { one.clone() } else { database.connect().await };
    let notes = (0..20).map(|round| {
        let store = if round % 2 == 0 { one.clone() } else { other.clone() };
        let mut heard: Vec<_> = (0..10).map(|number| source(&format!("s{number}"), "", round, round)).collect();
        if round % 3 == 0 {
            heard.reverse();
        }
        tokio::spawn(async move { store.source_note(&heard).await })
    });
    for note in notes.collect::<Vec<_>>() {
        note.await.expect("the writer lives").expect("noted");
    }
    let found = one.source_list(&Reach::All, 100).await.expect("sources");
    assert_eq!(found.len(), 10);
    assert!(found.iter().all(|source| source.reports == 40 && source.version == "1.19"), "{found:?}");
}
