//! Reading issues: pages, filters, search, totals, relations.

use std::collections::{BTreeMap, BTreeSet};

use kite_core::{Action, Content, Edit, Entry, IssueFilter, Reach, Severity, State};
use kite_store::testing::Temporary;
use kite_store::{Dimension, ListQuery, Relating, Sort, Start, Store};
use kite_testing::build::{at, content, decided, each, failing, healthy, identity, scope, scope_in};
use uuid::Uuid;

use crate::{all_in, apply, contract, in_namespace, list};

contract!(
    pages_by_cursor_and_by_offset_show_everything_once,
    filters_and_totals_agree,
    search_finds_any_part_of_a_text_whatever_its_case,
    a_search_counts_what_is_there_and_not_what_was_deleted,
    labels_are_filters,
    what_is_out_of_reach_is_neither_listed_nor_counted,
    relations_stay_inside_a_namespace_and_go_with_the_issue,
    an_edit_shows_until_something_newer_fails,
    a_large_total_across_namespaces_is_a_lower_bound,
    old_clears_of_scopes_without_issues_are_forgotten_but_for_the_newest,
);

async fn fill(store: &Store, count: usize) {
    let entries = (0..count).map(|number| {
        let builds = identity(scope_in(&format!("team-{}", number % 2), &format!("shop-{number}")));
        let severity = Severity::ALL[number % 4];
        Entry::Failing {
            identity: builds,
            run_id: "r1".to_owned(),
            // Several issues of one moment, so that the id must decide.
            occurred_at: Some(at(i64::try_from(number / 3).expect("a small number"))),
            content: Content {
                severity,
                due_at: (number % 5 == 0).then(|| at(i64::try_from(number).expect("a small number"))),
                cause: (number % 4 > 0).then(|| format!("cause/{}", number % 4)),
                ..content(&format!("build {number} failed"))
            },
        }
    });
    apply(store, each(entries)).await;
}

async fn pages(store: &Store, sort: Sort, by_cursor: bool) -> Vec<Uuid> {
    let mut found = Vec::new();
    let mut start = Start::Offset(0);
    loop {
        let query = ListQuery { filter: IssueFilter::all(Reach::All), sort, limit: 7, start };
        let page = store.issue_list(&query).await.expect("a page");
        assert_eq!(page.total, 50);
        found.extend(page.issues.iter().map(|issue| issue.id));
        start = match page.next {
            None => return found,
            Some(cursor) if by_cursor => Start::After(cursor),
            Some(_) => Start::Offset(found.len() as u64),
        };
    }
}

async fn pages_by_cursor_and_by_offset_show_everything_once(database: Temporary) {
    let store = database.connect().await;
    fill(&store, 50).await;
    for sort in [Sort::Newest, Sort::Worst] {
        let by_cursor = pages(&store, sort, true).await;
        assert_eq!(by_cursor, pages(&store, sort, false).await);
        assert_eq!(by_cursor.iter().collect::<BTreeSet<_>>().len(), 50);
    }
    let worst = list(&store, IssueFilter::all(Reach::All)).await;
    assert!(worst.issues.is_sorted_by(|left, right| left.detected_at >= right.detected_at));
}

async fn filters_and_totals_agree(database: Temporary) {
    let store = database.connect().await;
    fill(&store, 40).await;
    apply(
        &store,
        each((0..10).map(|number| {
            healthy(&scope_in(&format!("team-{}", number % 2), &format!("shop-{number}")), "g", at(900))
        })),
    )
    .await;
    let filters = [
        in_namespace("team-0"),
        IssueFilter { states: vec![State::Resolved], ..in_namespace("team-0") },
        IssueFilter {
            states: vec![State::Active],
            severities: vec![Severity::Major, Severity::Critical],
            ..IssueFilter::all(Reach::All)
        },
        IssueFilter { due_before: Some(at(21)), ..IssueFilter::all(Reach::All) },
        IssueFilter { causes: vec!["cause/1".to_owned(), "cause/3".to_owned()], ..IssueFilter::all(Reach::All) },
        IssueFilter {
            causes: vec!["cause/2".to_owned()],
            search: Some("build 1".to_owned()),
            ..in_namespace("team-0")
        },
        IssueFilter { resource_names: vec!["shop-7".to_owned()], ..IssueFilter::all(Reach::All) },
        IssueFilter { search: Some("BUILD 1".to_owned()), ..in_namespace("team-1") },
        IssueFilter { detected_from: Some(at(10)), detected_before: Some(at(20)), ..IssueFilter::all(Reach::All) },
    ];
    let everything = list(&store, IssueFilter::all(Reach::All)).await.issues;
    for filter in filters {
        let page = list(&store, filter.clone()).await;
        let wanted: Vec<_> = everything.iter().filter(|issue| filter.matches(issue)).cloned().collect();
        assert!(!wanted.is_empty(), "{filter:?} finds something");
        assert_eq!(page.issues, wanted, "{filter:?}");
        assert_eq!((page.total, page.total_is_lower_bound), (wanted.len() as u64, false), "{filter:?}");
        let late = |before| {
            let is_late = |issue: &&kite_core::Issue| issue.due_at.is_some_and(|due| due < before);
            wanted.iter().filter(|issue| issue.state == State::Active).filter(is_late).count() as u64
        };
        let due = store.due_counts(&filter, at(11), at(31)).await.expect("counts");
        assert_eq!(due, (late(at(11)), late(at(31))), "{filter:?}");
        let counts = store.counts(&filter, at(900)).await.expect("counts");
        assert_eq!(counts.issues.values().sum::<u64>(), wanted.len() as u64, "{filter:?}");
        let resolved = wanted.iter().filter(|issue| issue.state == State::Resolved).count();
        assert_eq!(counts.resolved_since, resolved as u64, "{filter:?}");
    }
}

async fn search_finds_any_part_of_a_text_whatever_its_case(database: Temporary) {
    let store = database.connect().await;
    let texts = ["100% of builds", "100 builds", "a_b", "aXb", "ŻÓŁĆ gęślą", "it's \"quoted\" \\ back", "tail"];
    let entries = texts.iter().enumerate().map(|(number, text)| Entry::Failing {
        identity: identity(scope(&format!("shop-{number}"))),
        run_id: "r1".to_owned(),
        occurred_at: Some(at(1)),
        content: Content { description: format!("{}{text}", " ".repeat(100)), ..content("failed") },
    });
    apply(&store, each(entries)).await;
    let cases = [
        ("100%", 1),
        ("100% ", 1),
        ("a_b", 1),
        ("żółć", 1),
        ("GĘŚL", 1),
        ("\"quoted\"", 1),
        ("\\ back", 1),
        ("it's", 1),
        ("nowhere", 0),
        ("failed", 7),
    ];
    for reach in [Reach::Only(["team-a".to_owned()].into()), Reach::All] {
        for (wanted, found) in cases {
            let page =
                list(&store, IssueFilter { search: Some(wanted.to_owned()), ..IssueFilter::all(reach.clone()) }).await;
            assert_eq!((page.issues.len(), page.total), (found, found as u64), "{wanted:?} within {reach:?}");
        }
    }
    let short = list(&store, IssueFilter { search: Some("%".to_owned()), ..in_namespace("team-a") }).await;
    assert_eq!(short.total, 1);
}

async fn a_search_counts_what_is_there_and_not_what_was_deleted(database: Temporary) {
    let store = database.connect().await;
    let identities: Vec<_> = (0..5).map(|number| identity(scope(&format!("shop-{number}")))).collect();
    let fails = |number: usize, second: i64| failing(&identities[number], &format!("r{second}"), at(second));
    let deleted = |number: usize, second: i64| decided(&identities[number], "d", at(second), Action::Delete);
    // There, deleted, deleted and back, deleted after it was known that something older failed, only decided about.
    apply(&store, each([fails(0, 1), fails(1, 1), deleted(1, 5), fails(2, 1), deleted(2, 5), fails(2, 6)])).await;
    apply(&store, each([deleted(3, 5)])).await;
    apply(&store, each([fails(3, 1), decided(&identities[4], "e", at(5), Action::Resolve { note: None })])).await;
    for reach in [Reach::Only(["team-a".to_owned()].into()), Reach::All] {
        let all = list(&store, IssueFilter::all(reach.clone())).await;
        let found =
            list(&store, IssueFilter { search: Some("BUILD FAILED".to_owned()), ..IssueFilter::all(reach) }).await;
        assert_eq!((all.total, found.total, found.issues), (2, 2, all.issues));
    }
}

async fn labels_are_filters(database: Temporary) {
    let store = database.connect().await;
    let entries = ["shop", "cart"].map(|name| {
        let labels = BTreeMap::from([
            ("application".to_owned(), name.to_owned()),
            ("component".to_owned(), format!("{name}-api")),
            ("git.branch".to_owned(), "main".to_owned()),
        ]);
        Entry::Failing {
            identity: identity(scope(name)),
            run_id: "r1".to_owned(),
            occurred_at: Some(at(1)),
            content: Content { labels, ..content("failed") },
        }
    });
    apply(&store, each(entries)).await;
    let by_application = IssueFilter { applications: vec!["shop".to_owned()], ..in_namespace("team-a") };
    assert_eq!(list(&store, by_application).await.total, 1);
    let by_component = IssueFilter { components: vec!["cart-api".to_owned()], ..in_namespace("team-a") };
    assert_eq!(list(&store, by_component).await.total, 1);
    let branch = |value: &str| IssueFilter {
        labels: BTreeMap::from([("git.branch".to_owned(), vec![value.to_owned()])]),
        ..in_namespace("team-a")
    };
    assert_eq!(list(&store, branch("main")).await.total, 2);
    assert_eq!(list(&store, branch("next")).await.total, 0);
    let counts = store.counts(&in_namespace("team-a"), at(0)).await.expect("counts");
    assert_eq!(
        counts.issues.keys().map(|(application, ..)| application.as_str()).collect::<Vec<_>>(),
        ["cart", "shop"]
    );
}

async fn what_is_out_of_reach_is_neither_listed_nor_counted(database: Temporary) {
    let store = database.connect().await;
    fill(&store, 10).await;
    assert_eq!(all_in(&store, "team-0").await.total, 5);
    let nothing = IssueFilter::all(Reach::Only(BTreeSet::new()));
    assert_eq!(list(&store, nothing.clone()).await.total, 0);
    assert!(list(&store, nothing.clone()).await.issues.is_empty());
    assert_eq!(store.counts(&nothing, at(0)).await.expect("counts"), kite_store::Counts::default());
}

async fn relations_stay_inside_a_namespace_and_go_with_the_issue(database: Temporary) {
    let store = database.connect().await;
    let (one, other, foreign) =
        (identity(scope("one")), identity(scope("other")), identity(scope_in("team-b", "shop")));
    let ids = apply(&store, each([&one, &other, &foreign].map(|identity| failing(identity, "r1", at(1))))).await;
    let ids: Vec<Uuid> = ids.iter().map(|outcome| outcome.issue_id.expect("an issue")).collect();
    assert_eq!(store.relation_add(ids[0], ids[2]).await.expect("an answer"), Relating::Missing);
    assert_eq!(store.relation_add(ids[0], Uuid::now_v7()).await.expect("an answer"), Relating::Missing);
    assert_eq!(store.relation_add(ids[0], ids[1]).await.expect("an answer"), Relating::Added);
    assert_eq!(store.relation_add(ids[1], ids[0]).await.expect("an answer"), Relating::Exists);
    let relations = store.relation_list(&ids[..1]).await.expect("relations");
    assert_eq!((relations[0].source.id, relations[0].target.id), (ids[0], ids[1]));
    assert!(store.issue_get(&Reach::All, ids[1]).await.expect("a read").expect("it is there").related);

    apply(&store, each([decided(&one, "d", at(5), Action::Delete)])).await;
    assert!(store.relation_list(&ids).await.expect("relations").is_empty());
    assert!(!store.relation_remove(ids[0], ids[1]).await.expect("an answer"));
}

async fn an_edit_shows_until_something_newer_fails(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    apply(&store, each([failing(&builds, "r1", at(1))])).await;
    let edit = Edit { title: Some("known: flaky disk".to_owned()), severity: Some(Severity::Minor), ..Edit::default() };
    apply(&store, each([decided(&builds, "e", at(2), Action::Edit(edit))])).await;
    let issue = all_in(&store, "team-a").await.issues.remove(0);
    assert_eq!((issue.title.as_str(), issue.severity), ("known: flaky disk", Severity::Minor));
    assert_eq!(list(&store, IssueFilter { search: Some("flaky".to_owned()), ..in_namespace("team-a") }).await.total, 1);
    assert_eq!(
        list(&store, IssueFilter { severities: vec![Severity::Minor], ..in_namespace("team-a") }).await.total,
        1
    );
    apply(&store, each([failing(&builds, "r2", at(3))])).await;
    let issue = all_in(&store, "team-a").await.issues.remove(0);
    assert_eq!((issue.title.as_str(), issue.severity), ("the build failed", Severity::Major));
}

async fn a_large_total_across_namespaces_is_a_lower_bound(database: Temporary) {
    let store = database.connect().await;
    let numbers: Vec<usize> = (0..10_050).collect();
    for group in numbers.chunks(1_000) {
        let entries = group.iter().map(|number| Entry::Failing {
            identity: identity(scope_in(&format!("team-{}", number % 2), &format!("shop-{number}"))),
            run_id: "r1".to_owned(),
            occurred_at: Some(at(1)),
            content: Content {
                labels: [("component".to_owned(), format!("part-{}", number % 7))].into(),
                ..content("the build failed")
            },
        });
        apply(&store, each(entries)).await;
    }
    let parts = async |filter: &IssueFilter| store.top(filter, Dimension::Component, 9).await.expect("values").len();
    assert_eq!(parts(&IssueFilter::all(Reach::All)).await, 0, "too many to count one by one");
    assert_eq!(parts(&in_namespace("team-1")).await, 7);
    let everywhere = IssueFilter { search: Some("failed".to_owned()), ..IssueFilter::all(Reach::All) };
    let page = list(&store, everywhere).await;
    assert_eq!((page.total, page.total_is_lower_bound), (10_000, true));
    assert_eq!(list(&store, IssueFilter::all(Reach::All)).await.total, 10_050, "the counters know");
    let one = IssueFilter { search: Some("failed".to_owned()), ..in_namespace("team-1") };
    assert_eq!(list(&store, one).await.total, 5_025);
}

async fn old_clears_of_scopes_without_issues_are_forgotten_but_for_the_newest(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    apply(&store, each((1..=5).map(|second| healthy(&builds.scope, &format!("g{second}"), at(second))))).await;
    let later = store.now().await.expect("the time") + jiff::SignedDuration::from_secs(60);
    assert_eq!(store.prune(later, 100).await.expect("a count"), 4);
    assert_eq!(store.prune(later, 100).await.expect("a count"), 0);
    apply(&store, each([failing(&builds, "r4", at(4))])).await;
    assert_eq!(all_in(&store, "team-a").await.issues[0].state, State::Resolved, "a late failure is born resolved");
}
