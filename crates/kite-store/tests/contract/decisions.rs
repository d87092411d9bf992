//! What people decide about causes: each namespace for itself, and it holds for what comes later.

use std::collections::BTreeMap;

use kite_core::{Content, Entry, IssueFilter, Reach, State};
use kite_store::testing::Temporary;
use kite_store::{CauseDecision, CauseQuery, Decided, Spread, Store};
use kite_testing::build::{at, content, each, identity, scope_in};
use uuid::Uuid;

use crate::{apply, contract, in_namespace, list};

contract!(
    a_merge_holds_for_what_comes_later_and_changes_nothing_elsewhere,
    a_merge_takes_along_what_was_merged_before_and_can_be_taken_back,
    an_issue_is_put_down_to_another_cause_as_long_as_it_fails_as_it_did,
    an_issue_goes_back_to_what_its_reports_say,
    who_names_a_cause_that_was_merged_means_what_it_was_merged_into,
    decisions_at_once_are_as_good_as_one_after_the_other,
    a_decision_about_what_is_no_more_is_forgotten,
);

pub(crate) async fn decide(store: &Store, namespace: &str, cause: &str, into: &str, issues: &[Uuid]) -> String {
    let (namespace, cause, into) = (namespace.to_owned(), cause.to_owned(), into.to_owned());
    let decision = CauseDecision { namespace, cause, issues: issues.to_vec(), into, by: Some("ann".into()), at: at(5) };
    let decided = store.cause_decide(&decision, 1_000).await.expect("an answer");
    let holds = if let Decided::Holds(decision) = decided { Some(decision.into) } else { None };
    holds.expect("a decision that holds")
}

pub(crate) async fn merge(store: &Store, namespace: &str, cause: &str, into: &str) -> String {
    decide(store, namespace, cause, into, &[]).await
}

fn broken(namespace: &str, name: &str, second: i64, cause: &str) -> Entry {
    let content = Content { cause: Some(cause.to_owned()), ..content(&format!("build of {name} failed")) };
    let identity = identity(scope_in(namespace, name));
    Entry::Failing { identity, run_id: format!("r{second}"), occurred_at: Some(at(second)), content }
}

/// The active causes and how many issues each has.
async fn causes(store: &Store, filter: IssueFilter) -> Vec<(String, u64)> {
    let state = State::Active;
    let query = CauseQuery { filter, state, resolved_since: at(0), now: at(0), limit: 100, after: None };
    let page = store.cause_list(&query).await.expect("causes");
    let mut causes: Vec<_> = page.causes.into_iter().map(|cause| (cause.key, cause.issues)).collect();
    causes.sort();
    causes
}

fn told(causes: &[(&str, u64)]) -> Vec<(String, u64)> {
    causes.iter().map(|(key, issues)| ((*key).to_owned(), *issues)).collect()
}

/// Two namespaces with two issues of `one` and one of `two`, each.
async fn fill(store: &Store) {
    let of =
        |namespace| [("a", "one"), ("b", "one"), ("c", "two")].map(|(name, cause)| broken(namespace, name, 1, cause));
    apply(store, each(["team-a", "team-b"].into_iter().flat_map(of))).await;
}

/// The issue of this name in `team-a`.
async fn named(store: &Store, name: &str) -> Uuid {
    let found = list(store, in_namespace("team-a")).await.issues;
    found.iter().find(|issue| issue.identity.scope.resource_name == name).expect("the issue").id
}

async fn a_merge_holds_for_what_comes_later_and_changes_nothing_elsewhere(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    let keys = ["one".to_owned(), "two".to_owned()];
    let b = Reach::Only(["team-b".to_owned()].into());
    let elsewhere = async || {
        let spread = store.cause_spread(&b, &keys).await.expect("numbers");
        (causes(&store, in_namespace("team-b")).await, spread)
    };
    let before = elsewhere().await;
    let hidden = |issues, hidden_issues| Spread { issues, namespaces: 1, hidden_issues, hidden_namespaces: 1 };
    assert_eq!(before.1, BTreeMap::from([("one".to_owned(), hidden(2, 2)), ("two".to_owned(), hidden(1, 1))]));

    assert_eq!(merge(&store, "team-a", "one", "two").await, "two");
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("two", 3)]));
    assert_eq!(elsewhere().await, before, "one tenant decides nothing for another");
    assert_eq!(causes(&store, IssueFilter::all(Reach::All)).await, told(&[("one", 2), ("two", 4)]));

    apply(&store, each([broken("team-a", "d", 2, "one"), broken("team-a", "a", 2, "one")])).await;
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("two", 4)]));
    let of = |cause: &str| IssueFilter { causes: vec![cause.to_owned()], ..in_namespace("team-a") };
    let page = list(&store, of("two")).await;
    assert_eq!((page.total, page.issues.len()), (4, 4));
    assert!(page.issues.iter().all(|issue| issue.cause.as_deref() == Some("two")));
    assert_eq!(list(&store, of("one")).await.total, 0);
    assert_eq!(store.stretches(&of("two"), at(0), 9).await.expect("stretches").stretches.len(), 4);
    assert!(
        store.cause_get(&Reach::Only(["team-a".to_owned()].into()), "one", at(0)).await.expect("an answer").is_none()
    );
    // Beyond reach is what fails in the same way as what came together here.
    let a = Reach::Only(["team-a".to_owned()].into());
    let spread = store.cause_spread(&a, &["two".to_owned()]).await.expect("numbers");
    assert_eq!(spread["two"], Spread { issues: 4, namespaces: 1, hidden_issues: 3, hidden_namespaces: 1 });
}

async fn a_merge_takes_along_what_was_merged_before_and_can_be_taken_back(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    merge(&store, "team-a", "one", "two").await;
    assert_eq!(merge(&store, "team-a", "two", "known/flaky").await, "known/flaky");
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("known/flaky", 3)]));
    apply(&store, each([broken("team-a", "d", 2, "three")])).await;
    assert_eq!(merge(&store, "team-a", "three", "one").await, "known/flaky", "what `one` was merged into");
    let into = store.cause_decision_list(&Reach::All, Some("known/flaky"), 9).await.expect("decisions");
    let mut sources: Vec<_> = into.iter().map(|decision| decision.cause.as_str()).collect();
    sources.sort_unstable();
    assert_eq!((sources, into[0].by.as_deref()), (vec!["one", "three", "two"], Some("ann")));
    assert_eq!(store.cause_decision_list(&Reach::Only([].into()), None, 9).await.expect("decisions"), []);

    assert_eq!(merge(&store, "team-a", "one", "one").await, "one");
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("known/flaky", 2), ("one", 2)]));
    assert_eq!(merge(&store, "team-a", "two", "two").await, "two");
    assert_eq!(
        causes(&store, in_namespace("team-a")).await,
        told(&[("known/flaky", 1), ("one", 2), ("two", 1)]),
        "`three` was put down to `known/flaky`, whatever led there"
    );
}

async fn an_issue_is_put_down_to_another_cause_as_long_as_it_fails_as_it_did(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    let issue = named(&store, "a").await;
    decide(&store, "team-a", "one", "split/1", &[issue]).await;
    let elsewhere = CauseDecision {
        namespace: "team-b".to_owned(),
        cause: "one".to_owned(),
        issues: vec![issue],
        into: "split/1".to_owned(),
        by: None,
        at: at(5),
    };
    assert_eq!(store.cause_decide(&elsewhere, 1_000).await.expect("an answer"), Decided::NoSuchIssue);
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("one", 1), ("split/1", 1), ("two", 1)]));
    assert_eq!(causes(&store, in_namespace("team-b")).await, told(&[("one", 2), ("two", 1)]));
    merge(&store, "team-a", "one", "two").await;
    apply(&store, each([broken("team-a", "a", 2, "one")])).await;
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("split/1", 1), ("two", 2)]), "it stays apart");
    apply(&store, each([broken("team-a", "a", 3, "three")])).await;
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("three", 1), ("two", 2)]), "another failure");
}

async fn an_issue_goes_back_to_what_its_reports_say(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    let issue = named(&store, "a").await;
    // Into the cause that it has now, as with a merge; or into that of its reports.
    for back in ["split/1", "one"] {
        assert_eq!(decide(&store, "team-a", "one", "split/1", &[issue]).await, "split/1");
        assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("one", 1), ("split/1", 1), ("two", 1)]));
        assert_eq!(decide(&store, "team-a", "split/1", back, &[issue]).await, "one");
        assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("one", 2), ("two", 1)]));
    }
    merge(&store, "team-a", "one", "two").await;
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("two", 3)]), "nothing keeps it apart");
    decide(&store, "team-a", "two", "split/2", &[issue]).await;
    merge(&store, "team-a", "split/2", "three").await;
    merge(&store, "team-a", "split/2", "split/2").await;
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("split/2", 1), ("two", 2)]), "only the merge is");
    assert_eq!(decide(&store, "team-a", "split/2", "split/2", &[issue]).await, "two", "as all of its cause");
    merge(&store, "team-a", "one", "one").await;
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("one", 2), ("two", 1)]), "nothing holds it back");
}

async fn who_names_a_cause_that_was_merged_means_what_it_was_merged_into(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    merge(&store, "team-a", "one", "known/flaky").await;
    let issue = named(&store, "c").await;
    assert_eq!(decide(&store, "team-a", "two", "one", &[issue]).await, "known/flaky");
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("known/flaky", 3)]));
}

async fn decisions_at_once_are_as_good_as_one_after_the_other(database: Temporary) {
    let store = database.connect().await;
    let teams: Vec<_> = (0..20).map(|number| format!("team-{number}")).collect();
    apply(&store, each(teams.iter().map(|team| broken(team, "a", 1, "one")))).await;
    for team in &teams {
        tokio::join!(merge(&store, team, "one", "two"), merge(&store, team, "two", "three"));
    }
    assert_eq!(causes(&store, IssueFilter::all(Reach::All)).await, told(&[("three", 20)]));
}

async fn a_decision_about_what_is_no_more_is_forgotten(database: Temporary) {
    let store = database.connect().await;
    fill(&store).await;
    let issues = [named(&store, "a").await, named(&store, "b").await];
    decide(&store, "team-a", "one", "split/1", &issues).await;
    merge(&store, "team-a", "nobody/has", "two").await;
    apply(&store, each([broken("team-a", "a", 3, "three")])).await;
    assert_eq!(store.cause_decision_forget(at(5)).await.expect("an answer"), 0, "it was decided just then");
    assert_eq!(store.cause_decision_forget(at(6)).await.expect("an answer"), 1);
    assert_eq!(causes(&store, in_namespace("team-a")).await, told(&[("split/1", 1), ("three", 1), ("two", 1)]));
}
