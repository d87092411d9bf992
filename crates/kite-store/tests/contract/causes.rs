//! Causes: what several issues have in common, against what the issues themselves tell.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kite_core::affected::{blast_radius, component};
use kite_core::{Action, Content, Entry, Issue, IssueFilter, IssueType, Reach, Severity, State};
use kite_store::testing::Temporary;
use kite_store::{Cause, CausePage, CauseQuery, Spread, Store};
use kite_testing::build::{at, content, decided, each, failing, healthy, identity, scope_in};

use crate::decisions::{decide, merge};
use crate::{apply, contract, in_namespace, list};

contract!(
    causes_are_told_from_the_active_issues_that_match,
    pages_of_causes_show_everything_once_and_what_is_late_first,
    what_is_beyond_reach_is_a_number,
    a_cause_is_over_when_no_issue_is_active_and_back_when_one_returns,
    an_issue_has_the_cause_of_its_newest_failure,
);

fn within(namespaces: &[&str]) -> Reach {
    Reach::Only(namespaces.iter().map(|namespace| (*namespace).to_owned()).collect())
}

fn broken(namespace: &str, name: &str, second: i64, change: impl FnOnce(&mut Content)) -> Entry {
    let mut content = content(&format!("build of {name} failed"));
    change(&mut content);
    let identity = identity(scope_in(namespace, name));
    Entry::Failing { identity, run_id: format!("r{second}"), occurred_at: Some(at(second)), content }
}

/// Issues of four namespaces, most of them with one of seven causes, some with a label.
async fn fill(store: &Store) {
    let failures = (0..60_i64).map(|number| {
        broken(&format!("team-{}", number % 4), &format!("part-{number}"), number, |content| {
            content.cause = (number % 8 > 0).then(|| format!("cause/{}", number % 8));
            content.severity = Severity::ALL[usize::try_from(number % 3).expect("a small number")];
            content.due_at = (number % 11 == 0).then(|| at(number * 100));
            if number % 5 > 0 {
                let part = ("component".to_owned(), format!("part-{}", number % 6));
                content.labels = BTreeMap::from([part, ("application".to_owned(), format!("app-{}", number % 2))]);
            }
        })
    });
    apply(store, each(failures)).await;
    let fixed = (0..60_i64).filter(|number| number % 7 == 3 || number % 8 == 5);
    let fixed = fixed
        .map(|number| healthy(&scope_in(&format!("team-{}", number % 4), &format!("part-{number}")), "g", at(900)));
    apply(store, each(fixed)).await;
}

fn asked(filter: IssueFilter, state: State, limit: u32) -> CauseQuery {
    CauseQuery { filter, state, resolved_since: at(0), now: at(1_000), limit, after: None }
}

async fn causes(store: &Store, filter: &IssueFilter, state: State) -> CausePage {
    store.cause_list(&asked(filter.clone(), state, 100)).await.expect("causes")
}

/// What lists tell of a cause, without its example.
type Told = (String, [u64; 5], Severity, [Option<Timestamp>; 4]);

fn told(cause: &Cause) -> Told {
    let times = [Some(cause.first_seen_at), Some(cause.last_seen_at), cause.resolved_at, cause.due_at];
    let counts = [cause.issues, cause.namespaces, cause.components, cause.radius, cause.overdue];
    (cause.key.clone(), counts, cause.severity, times)
}

/// The same, from issues one by one.
fn expected(key: &str, issues: &[&Issue]) -> Told {
    let namespaces: BTreeSet<_> = issues.iter().map(|issue| &issue.identity.scope.namespace).collect();
    let parts: BTreeSet<_> = issues.iter().map(|issue| (&issue.identity.scope.namespace, component(issue))).collect();
    let severity = issues.iter().map(|issue| issue.severity).max().expect("an issue");
    let (places, parts) = (namespaces.len() as u64, parts.len() as u64);
    let overdue = issues.iter().filter(|issue| issue.due_at.is_some_and(|due| due < at(1_000))).count() as u64;
    let began = || issues.iter().map(|issue| issue.detected_at);
    let resolved = issues.iter().filter_map(|issue| issue.resolved_at).max();
    let due = issues.iter().filter_map(|issue| issue.due_at).min();
    let counts = [issues.len() as u64, places, parts, blast_radius(places, parts, severity), overdue];
    (key.to_owned(), counts, severity, [began().min(), began().max(), resolved, due])
}

async fn causes_are_told_from_the_active_issues_that_match(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    compare(&store).await;
    let over = causes(&store, &IssueFilter::all(Reach::All), State::Resolved).await;
    assert_eq!(over.causes.iter().map(|cause| cause.key.as_str()).collect::<Vec<_>>(), ["cause/5"]);
    // The same holds after people have decided, only with other causes.
    for (cause, into) in [("cause/1", "cause/2"), ("cause/3", "team/own"), ("cause/5", "cause/2")] {
        merge(&store, "team-1", cause, into).await;
    }
    let of_one = IssueFilter { causes: vec!["cause/1".to_owned()], ..in_namespace("team-2") };
    let alone: Vec<_> = list(&store, of_one).await.issues.iter().map(|issue| issue.id).take(2).collect();
    decide(&store, "team-2", "cause/1", "split/one", &alone).await;
    compare(&store).await;
}

/// Compares what is told of causes with the issues, read one by one.
async fn compare(store: &Store) {
    for reach in [Reach::All, within(&["team-1"]), within(&["team-0", "team-2"]), within(&[])] {
        let all = IssueFilter::all(reach.clone());
        let everything = list(store, all.clone()).await.issues;
        let is_active = |key: &str| {
            everything.iter().any(|issue| issue.state == State::Active && issue.cause.as_deref() == Some(key))
        };
        for filter in [
            all.clone(),
            IssueFilter { applications: vec!["app-1".to_owned()], ..all.clone() },
            IssueFilter { components: vec!["part-2".to_owned()], ..all.clone() },
            IssueFilter { severities: vec![Severity::Minor], ..all.clone() },
            IssueFilter { types: vec![IssueType::Test], ..all.clone() },
            IssueFilter { causes: vec!["cause/2".to_owned(), "cause/5".to_owned()], ..all.clone() },
            IssueFilter { search: Some("PART-1".to_owned()), ..all.clone() },
        ] {
            for state in [State::Active, State::Resolved] {
                let mut groups: BTreeMap<&str, Vec<&Issue>> = BTreeMap::new();
                let wanted = everything.iter().filter(|issue| filter.matches(issue) && issue.state == state);
                for issue in wanted {
                    if let Some(key) = issue.cause.as_deref().filter(|key| state == State::Active || !is_active(key)) {
                        groups.entry(key).or_default().push(issue);
                    }
                }
                let page = causes(store, &filter, state).await;
                let found: BTreeSet<_> = page.causes.iter().map(told).collect();
                let expected: BTreeSet<_> = groups.iter().map(|(key, issues)| expected(key, issues)).collect();
                assert_eq!(found, expected, "{filter:?} {state}");
                assert_eq!(page.total, expected.len() as u64);
                for cause in page.causes {
                    assert_eq!((cause.example.cause.as_deref(), cause.example.state), (Some(&*cause.key), state));
                    assert!(reach.includes(&cause.example.identity.scope.namespace));
                }
            }
        }
    }
}

async fn pages_of_causes_show_everything_once_and_what_is_late_first(database: Temporary) {
    let store = database.connect().await;
    let failures = (0..25_i64).flat_map(|number| {
        (0..=number % 4).map(move |part| {
            broken("team-a", &format!("part-{number}-{part}"), number, |content| {
                content.cause = Some(format!("cause/{number:02}"));
                content.due_at = (number % 9 == 1).then(|| at(number));
            })
        })
    });
    apply(&store, each(failures)).await;
    let mut query = asked(in_namespace("team-a"), State::Active, 4);
    let mut found = Vec::new();
    loop {
        let page = store.cause_list(&query).await.expect("causes");
        assert_eq!(page.total, 25);
        found.extend(page.causes);
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    let ranks: Vec<_> =
        found.iter().map(|cause| (std::cmp::Reverse((cause.overdue > 0, cause.radius)), cause.key.clone())).collect();
    assert_eq!(ranks.len(), 25);
    assert!(ranks.is_sorted(), "{ranks:?}");
    assert_eq!(found.iter().filter(|cause| cause.overdue > 0).count(), 3);
}

async fn what_is_beyond_reach_is_a_number(database: Temporary) {
    let store = database.connect().await;
    let entries = ["team-a", "team-b", "team-b", "team-c"].into_iter().enumerate().map(|(number, namespace)| {
        broken(namespace, &format!("part-{number}"), 10, |content| content.cause = Some("shared".to_owned()))
    });
    let secret = broken("team-b", "other", 10, |content| content.cause = Some("secret".to_owned()));
    apply(&store, each(entries.chain([secret]))).await;
    let (shared, secret) = ("shared".to_owned(), "secret".to_owned());
    let a = within(&["team-a"]);
    let spread = store.cause_spread(&a, &[shared.clone(), secret.clone()]).await.expect("numbers");
    assert_eq!(spread[&shared], Spread { issues: 1, namespaces: 1, hidden_issues: 3, hidden_namespaces: 2 });
    assert_eq!(spread[&secret], Spread { hidden_issues: 1, hidden_namespaces: 1, ..Spread::default() });
    assert!(store.cause_get(&a, &secret, at(0)).await.expect("an answer").is_none(), "nothing of it is within reach");
    assert!(store.cause_get(&within(&[]), &shared, at(0)).await.expect("an answer").is_none());
    let cause = store.cause_get(&a, &shared, at(0)).await.expect("an answer").expect("a cause");
    assert_eq!((cause.issues, cause.example.identity.scope.namespace.as_str()), (1, "team-a"));
    let everywhere = store.cause_spread(&Reach::All, std::slice::from_ref(&shared)).await.expect("numbers");
    assert_eq!(everywhere[&shared], Spread { issues: 4, namespaces: 3, ..Spread::default() });
    assert_eq!(store.cause_spread(&a, &[]).await.expect("numbers"), BTreeMap::new());
}

async fn a_cause_is_over_when_no_issue_is_active_and_back_when_one_returns(database: Temporary) {
    let store = database.connect().await;
    let cause = |content: &mut Content| content.cause = Some("flaky/registry".to_owned());
    let standing = async || {
        let cause = store.cause_get(&Reach::All, "flaky/registry", at(0)).await.expect("an answer")?;
        Some((cause.state, cause.issues, cause.resolved_at))
    };
    assert_eq!(standing().await, None);
    apply(&store, each([broken("team-a", "one", 1, cause), broken("team-b", "two", 2, cause)])).await;
    assert_eq!(standing().await, Some((State::Active, 2, None)));
    apply(&store, each([healthy(&scope_in("team-a", "one"), "g", at(3))])).await;
    assert_eq!(standing().await, Some((State::Active, 1, None)));
    apply(&store, each([healthy(&scope_in("team-b", "two"), "g", at(4))])).await;
    assert_eq!(standing().await, Some((State::Resolved, 2, Some(at(4)))));
    apply(&store, each([broken("team-b", "two", 5, cause)])).await;
    assert_eq!(standing().await, Some((State::Active, 1, None)));
    let builds = ["one", "two"].into_iter().zip(["team-a", "team-b"]);
    let deletions = builds.map(|(name, team)| decided(&identity(scope_in(team, name)), "d", at(9), Action::Delete));
    apply(&store, each(deletions)).await;
    assert_eq!(standing().await, None);
}

async fn an_issue_has_the_cause_of_its_newest_failure(database: Temporary) {
    let store = database.connect().await;
    let cause = |key: &'static str| move |content: &mut Content| content.cause = Some(key.to_owned());
    apply(&store, each([broken("team-a", "one", 1, cause("old"))])).await;
    apply(&store, each([broken("team-a", "one", 5, cause("new"))])).await;
    // Late, so it says nothing new.
    apply(&store, each([broken("team-a", "one", 3, cause("late"))])).await;
    let keys = async |state| {
        let page = causes(&store, &in_namespace("team-a"), state).await;
        page.causes.into_iter().map(|cause| cause.key).collect::<Vec<_>>()
    };
    assert_eq!(keys(State::Active).await, ["new"]);
    assert_eq!(keys(State::Resolved).await, [""; 0]);
    apply(&store, each([failing(&identity(scope_in("team-a", "one")), "r9", at(9))])).await;
    assert_eq!(keys(State::Active).await, [""; 0], "the newest failure names none");
    assert_eq!(list(&store, in_namespace("team-a")).await.issues[0].cause, None);
}
