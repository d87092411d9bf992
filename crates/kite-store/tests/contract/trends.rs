//! What was broken when: stretches and counts at a time, against what the issues' histories tell.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kite_core::{Action, Content, Entry, IssueFilter, Reach, Severity, State, Stretch, trend};
use kite_store::testing::Temporary;
use kite_store::{Store, Stretches};
use kite_testing::build::{at, content, decided, each, failing, healthy, identity, scope, scope_in};

use crate::{apply, contract, in_namespace, list};

contract!(
    stretches_are_the_episodes_of_the_issues_that_match,
    the_last_episode_of_a_resolved_issue_is_told_once,
    a_deleted_issue_was_never_broken,
    what_is_out_of_reach_was_never_broken,
    the_worst_and_the_last_to_end_come_first_when_there_are_too_many,
    counts_at_a_time_are_those_of_the_stretches,
    episodes_that_are_told_anew_are_told_once,
);

const MANY: u32 = 1_000;

/// Issues of two namespaces that fail and recover again and again.
async fn fill(store: &Store) {
    for round in 0..3 {
        let failures = (0..24).map(|number| {
            let shop = identity(scope_in(&format!("team-{}", number % 2), &format!("shop-{number}")));
            let labels = BTreeMap::from([
                ("application".to_owned(), format!("app-{}", number % 3)),
                ("component".to_owned(), format!("shop-{number}")),
            ]);
            let severity = Severity::ALL[usize::try_from(number % 4).expect("a small number")];
            let content = Content { severity, labels, ..content(&format!("build {number} failed")) };
            let occurred_at = Some(at(round * 1_000 + number));
            Entry::Failing { identity: shop, run_id: format!("r{round}"), occurred_at, content }
        });
        apply(store, each(failures)).await;
        let recovered = (0..24).filter(|number| round < 2 || number % 3 == 0).map(|number| {
            let shop = scope_in(&format!("team-{}", number % 2), &format!("shop-{number}"));
            healthy(&shop, &format!("g{round}"), at(round * 1_000 + 500 + number))
        });
        apply(store, each(recovered)).await;
    }
}

fn filters() -> Vec<IssueFilter> {
    let all = || IssueFilter::all(Reach::All);
    vec![
        all(),
        in_namespace("team-1"),
        in_namespace("nowhere"),
        IssueFilter { applications: vec!["app-1".to_owned()], ..all() },
        IssueFilter { components: vec!["shop-3".to_owned()], ..in_namespace("team-1") },
        IssueFilter { severities: vec![Severity::Critical, Severity::Minor], ..all() },
        IssueFilter { states: vec![State::Resolved], ..all() },
        IssueFilter { search: Some("build 1".to_owned()), ..all() },
        IssueFilter { search: Some("build 1".to_owned()), ..in_namespace("team-0") },
    ]
}

async fn stretches(store: &Store, filter: &IssueFilter, since: Timestamp) -> Vec<Stretch> {
    let Stretches { stretches, is_complete } = store.stretches(filter, since, MANY).await.expect("stretches");
    assert!(is_complete);
    stretches
}

/// The same, from the issues and their histories.
async fn told(store: &Store, filter: &IssueFilter, since: Timestamp) -> Vec<Stretch> {
    let mut told = Vec::new();
    for issue in list(store, filter.clone()).await.issues {
        let history = store.history(issue.id, None, 1).await.expect("a history").expect("an issue");
        let label = |key: &str| issue.labels.get(key).cloned().unwrap_or_default();
        told.extend(history.episodes.iter().filter(|one| one.ended_at.is_none_or(|ended| ended >= since)).map(
            |episode| Stretch {
                issue_id: issue.id,
                namespace: issue.identity.scope.namespace.clone(),
                application: label("application"),
                component: label("component"),
                severity: issue.severity,
                issue_type: issue.issue_type,
                started_at: episode.started_at,
                ended_at: episode.ended_at,
            },
        ));
    }
    told
}

fn sorted(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_by_key(|one| (one.issue_id, one.started_at));
    stretches
}

async fn stretches_are_the_episodes_of_the_issues_that_match(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    for filter in filters() {
        for since in [at(0), at(510), at(1_512), at(9_000)] {
            let found = sorted(stretches(&store, &filter, since).await);
            assert_eq!(found, sorted(told(&store, &filter, since).await), "{filter:?} since {since}");
        }
    }
    assert_eq!(stretches(&store, &IssueFilter::all(Reach::All), at(0)).await.len(), 24 * 3);
}

async fn the_last_episode_of_a_resolved_issue_is_told_once(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    apply(&store, each([failing(&builds, "r1", at(10)), healthy(&builds.scope, "g1", at(20))])).await;
    let times = |found: &[Stretch]| found.iter().map(|one| (one.started_at, one.ended_at)).collect::<Vec<_>>();
    let found = stretches(&store, &in_namespace("team-a"), at(0)).await;
    assert_eq!(times(&found), [(at(10), Some(at(20)))]);
    assert_eq!(times(&stretches(&store, &in_namespace("team-a"), at(20)).await).len(), 1, "at that time");
    assert_eq!(times(&stretches(&store, &in_namespace("team-a"), at(21)).await).len(), 0);
    apply(&store, each([failing(&builds, "r2", at(30))])).await;
    let found = stretches(&store, &in_namespace("team-a"), at(0)).await;
    assert_eq!(times(&found), [(at(30), None), (at(10), Some(at(20)))]);
}

async fn a_deleted_issue_was_never_broken(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    apply(&store, each([failing(&builds, "r1", at(10)), healthy(&builds.scope, "g1", at(20))])).await;
    apply(&store, each([failing(&builds, "r2", at(30)), decided(&builds, "d", at(40), Action::Delete)])).await;
    let everything = IssueFilter::all(Reach::All);
    assert_eq!(stretches(&store, &everything, at(0)).await, []);
    assert_eq!(store.active_at(&everything, at(15)).await.expect("counts"), BTreeMap::new());
    apply(&store, each([failing(&builds, "r3", at(50))])).await;
    let found = stretches(&store, &everything, at(0)).await;
    assert_eq!(found.iter().map(|one| one.started_at).collect::<Vec<_>>(), [at(50)]);
}

async fn what_is_out_of_reach_was_never_broken(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    let nothing = IssueFilter::all(Reach::Only([].into()));
    assert_eq!(stretches(&store, &nothing, at(0)).await, []);
    assert_eq!(store.active_at(&nothing, at(100)).await.expect("counts"), BTreeMap::new());
    let found = stretches(&store, &in_namespace("team-0"), at(0)).await;
    assert!(!found.is_empty() && found.iter().all(|one| one.namespace == "team-0"), "{found:?}");
    let counted = store.active_at(&in_namespace("team-0"), at(100)).await.expect("counts");
    assert_eq!(counted.values().sum::<u64>(), 12);
    let ids: Vec<_> =
        stretches(&store, &IssueFilter::all(Reach::All), at(0)).await.iter().map(|one| one.issue_id).collect();
    let issues = store.issue_get_all(&Reach::Only(["team-1".to_owned()].into()), &ids).await.expect("issues");
    assert_eq!(issues.len(), 12);
    assert!(issues.iter().all(|issue| issue.identity.scope.namespace == "team-1"));
}

async fn the_worst_and_the_last_to_end_come_first_when_there_are_too_many(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    let everything = IssueFilter::all(Reach::All);
    let all = stretches(&store, &everything, at(0)).await;
    let Stretches { stretches: few, is_complete } = store.stretches(&everything, at(0), 5).await.expect("stretches");
    assert!(!is_complete);
    let (open, ended): (Vec<_>, Vec<_>) = few.iter().partition(|one| one.ended_at.is_none());
    assert_eq!((open.len(), ended.len()), (5, 5));
    let rank = |one: &&Stretch| (one.severity, one.started_at);
    assert!(open.iter().map(rank).is_sorted_by(|left, right| left >= right), "{open:?}");
    assert_eq!(
        open.iter().map(rank).max(),
        all.iter().filter(|one| one.ended_at.is_none()).map(|one| rank(&one)).max()
    );
    assert!(ended.iter().map(|one| one.ended_at).is_sorted_by(|left, right| left >= right), "{ended:?}");
    assert_eq!(ended[0].ended_at, all.iter().filter_map(|one| one.ended_at).max());
    assert!(store.stretches(&everything, at(0), 56).await.expect("stretches").is_complete, "as many as there are");
}

async fn counts_at_a_time_are_those_of_the_stretches(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    for filter in filters() {
        let all = stretches(&store, &filter, at(0)).await;
        for time in [at(-1), at(0), at(12), at(505), at(800), at(1_020), at(2_510), at(2_900)] {
            let counted = store.active_at(&filter, time).await.expect("counts");
            assert_eq!(counted, trend::active_at(&all, time), "{filter:?} at {time}");
        }
    }
}

async fn episodes_that_are_told_anew_are_told_once(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    for (run, second) in [("1", 10), ("2", 30), ("3", 50)] {
        apply(&store, each([failing(&builds, &format!("r{run}"), at(second))])).await;
        apply(&store, each([healthy(&builds.scope, &format!("g{run}"), at(second + 10))])).await;
    }
    // Something late splits the first stretch in two.
    apply(&store, each([failing(&builds, "late", at(17)), healthy(&builds.scope, "late", at(15))])).await;
    let found = stretches(&store, &in_namespace("team-a"), at(0)).await;
    assert_eq!(sorted(found.clone()), sorted(told(&store, &in_namespace("team-a"), at(0)).await));
    assert_eq!(found.len(), 4, "{found:?}");
}
