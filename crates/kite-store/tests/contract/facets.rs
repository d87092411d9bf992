//! Counts beside filters, what was resolved last, failed attempts: what pages show besides lists.

use std::collections::BTreeMap;

use kite_core::{Content, Entry, IssueFilter, Reach, Severity, State, Submission};
use kite_store::testing::Temporary;
use kite_store::{Dimension, Store};
use kite_testing::build::{at, content, each, failing, healthy, identity, scope_in};

use crate::{apply, contract, in_namespace, list};

contract!(
    counts_beside_filters_are_those_of_the_lists_behind_them,
    nothing_out_of_reach_is_counted_or_shown,
    what_was_resolved_last_comes_first,
    failed_attempts_come_newest_first,
);

fn failing_in(namespace: &str, number: u8) -> Entry {
    let labels = BTreeMap::from([
        ("application".to_owned(), format!("app-{}", number % 3)),
        ("component".to_owned(), format!("part-{}", number % 5)),
    ]);
    let severity = Severity::ALL[usize::from(number % 4)];
    Entry::Failing {
        identity: identity(scope_in(namespace, &format!("shop-{number}"))),
        run_id: "r1".to_owned(),
        occurred_at: Some(at(i64::from(number))),
        content: Content { severity, labels, ..content("failed") },
    }
}

async fn fill(store: &Store) {
    let entries = (0..30).map(|number| failing_in(["team-a", "team-b"][usize::from(number % 2)], number));
    apply(store, each(entries)).await;
    let fixed = [("team-a", "shop-0", 900), ("team-a", "shop-4", 896), ("team-b", "shop-7", 893)];
    let fixed = fixed.map(|(namespace, name, second)| healthy(&scope_in(namespace, name), "g", at(second)));
    for clear in fixed {
        apply(store, vec![Submission { entries: vec![clear] }]).await;
    }
}

async fn counts_beside_filters_are_those_of_the_lists_behind_them(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    for reach in [Reach::All, Reach::Only(["team-b".to_owned()].into())] {
        let all = IssueFilter::all(reach);
        // What is chosen of a facet does not matter to the counts beside its values.
        let chosen = IssueFilter { severities: vec![Severity::Info], states: vec![State::Resolved], ..all.clone() };
        let cube = store.cube(&chosen).await.expect("counts").expect("counters answer");
        assert_eq!(cube, store.cube(&all).await.expect("counts").expect("counters answer"));
        for (&(state, severity, issue_type), &n) in &cube {
            let behind =
                IssueFilter { states: vec![state], severities: vec![severity], types: vec![issue_type], ..all.clone() };
            assert_eq!(list(&store, behind).await.total, n);
        }
        assert_eq!(cube.values().sum::<u64>(), list(&store, all.clone()).await.total);
        let active = IssueFilter { states: vec![State::Active], ..all.clone() };
        for (application, n) in store.top(&active, Dimension::Application, 100).await.expect("values") {
            let behind = IssueFilter { applications: vec![application], ..active.clone() };
            assert_eq!(list(&store, behind).await.total, n);
        }
        let components = store.top(&active, Dimension::Component, 100).await.expect("values");
        assert_eq!(components.len(), 5);
        assert!(components.is_sorted_by(|left, right| left.1 >= right.1), "{components:?}");
        for (component, n) in components {
            let behind = IssueFilter { components: vec![component], ..active.clone() };
            assert_eq!(list(&store, behind).await.total, n);
        }
        let counted_one_by_one = IssueFilter { components: vec!["part-1".to_owned()], ..all };
        assert_eq!(store.cube(&counted_one_by_one).await.expect("counts"), None);
    }
}

async fn nothing_out_of_reach_is_counted_or_shown(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    for reach in [Reach::Only(std::collections::BTreeSet::default()), Reach::Only(["team-c".to_owned()].into())] {
        let filter = IssueFilter::all(reach);
        assert!(store.cube(&filter).await.expect("counts").expect("counters answer").is_empty());
        for dimension in [Dimension::Application, Dimension::Component] {
            assert_eq!(store.top(&filter, dimension, 100).await.expect("values"), []);
        }
        assert_eq!(store.resolved_list(&filter, at(0), 100).await.expect("issues"), []);
    }
}

async fn what_was_resolved_last_comes_first(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    let names = |issues: Vec<kite_core::Issue>| -> Vec<_> {
        issues.into_iter().map(|issue| issue.identity.scope.resource_name).collect()
    };
    let all = IssueFilter::all(Reach::All);
    assert_eq!(names(store.resolved_list(&all, at(0), 100).await.expect("issues")), ["shop-0", "shop-4", "shop-7"]);
    assert_eq!(names(store.resolved_list(&all, at(895), 1).await.expect("issues")), ["shop-0"]);
    assert_eq!(names(store.resolved_list(&in_namespace("team-b"), at(0), 9).await.expect("issues")), ["shop-7"]);
}

async fn failed_attempts_come_newest_first(database: Temporary) {
    let store = database.connect().await;
    let (one, other) = (identity(scope_in("team-a", "shop")), identity(scope_in("team-a", "cart")));
    let attempts = [3, 1, 2].map(|second| failing(&one, &format!("r{second}"), at(second)));
    apply(&store, each(attempts.into_iter().chain([failing(&other, "r9", at(9))]))).await;
    let found = store.occurrences(&one, 2).await.expect("attempts");
    let found: Vec<_> = found.iter().map(|attempt| (attempt.run_id.as_str(), attempt.occurred_at)).collect();
    assert_eq!(found, [("r3", at(3)), ("r2", at(2))]);
}
