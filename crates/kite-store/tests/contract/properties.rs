//! The properties of the fold, through a real database with two writers at once.

use std::collections::BTreeMap;

use kite_core::{Entry, Identity, IssueType, Severity, State, Submission};
use kite_store::Store;
use kite_store::testing::Temporary;
use kite_testing::{generate, reference};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::{contract, in_namespace, list};

contract!(any_order_repetition_and_batching_by_two_writers_give_the_same_issues);

const CASES: usize = 60;

async fn any_order_repetition_and_batching_by_two_writers_give_the_same_issues(database: Temporary) {
    let one = database.connect().await;
    // A SQLite file belongs to one process; two writers share its store there.
    let other = if database.url.starts_with("sqlite") { one.clone() } else { database.connect().await };
    let mut runner = TestRunner::default();
    for case in 0..CASES {
        let arriving = generate::submissions(12)
            .prop_flat_map(|set| (Just(set.clone()), [set.clone(), set].concat_shuffled(), 1..5_usize));
        let (set, arrived, size) = arriving.new_tree(&mut runner).expect("a set of reports").current();
        let namespace = format!("case-{case}");
        let (set, arrived) = (moved(set, &namespace), moved(arrived, &namespace));
        let (left, right) = arrived.split_at(arrived.len() / 2);
        tokio::join!(send(&one, left, size), send(&other, right, size));
        let expected = expected(&set);
        assert_eq!(stored(&one, &namespace).await, expected, "case {case}: {set:#?}\narrived as {arrived:#?}");
        check_counters(&one, &namespace, &expected).await;
    }
}

trait Shuffled {
    fn concat_shuffled(self) -> BoxedStrategy<Vec<Submission>>;
}

impl Shuffled for [Vec<Submission>; 2] {
    /// Every report twice, in any order.
    fn concat_shuffled(self) -> BoxedStrategy<Vec<Submission>> {
        Just(self.concat()).prop_shuffle().boxed()
    }
}

async fn send(store: &Store, submissions: &[Submission], size: usize) {
    for group in submissions.chunks(size) {
        for outcome in store.apply(group.to_vec()).await {
            outcome.expect("the submission is stored");
        }
    }
}

/// What a reader sees of an issue and its episodes, without what tells of arrival.
#[derive(Debug, PartialEq)]
struct Seen {
    state: State,
    severity: Severity,
    issue_type: IssueType,
    title: String,
    run_id: String,
    count: u64,
    detected_at: jiff::Timestamp,
    resolved_at: Option<jiff::Timestamp>,
    episodes: Vec<(u64, jiff::Timestamp, Option<jiff::Timestamp>, u64)>,
}

fn expected(set: &[Submission]) -> BTreeMap<Identity, Seen> {
    let seen = |whole: reference::Whole| {
        let newest = whole.ledger.newest.expect("an issue has a newest run");
        let open = whole.ledger.open.as_ref().map(|open| (open.number, open.started_at, None, open.count));
        let ended =
            whole.ended.iter().rev().map(|ended| (ended.number, ended.started_at, Some(ended.end.at), ended.count));
        let episodes: Vec<_> = open.into_iter().chain(ended).collect();
        Seen {
            state: if open.is_some() { State::Active } else { State::Resolved },
            severity: whole.view.content.severity,
            issue_type: whole.view.issue_type,
            title: whole.view.content.title,
            run_id: newest.run_id,
            count: whole.ledger.count,
            detected_at: episodes[0].1,
            resolved_at: episodes[0].2,
            episodes,
        }
    };
    reference::issues(set).into_iter().map(|(identity, whole)| (identity, seen(whole))).collect()
}

async fn stored(store: &Store, namespace: &str) -> BTreeMap<Identity, Seen> {
    let mut found = BTreeMap::new();
    for issue in list(store, in_namespace(namespace)).await.issues {
        let history = store.history(issue.id, None, 500).await.expect("a history").expect("the issue is there");
        let episodes = history
            .episodes
            .iter()
            .map(|episode| (episode.number, episode.started_at, episode.ended_at, episode.count));
        let seen = Seen {
            state: issue.state,
            severity: issue.severity,
            issue_type: issue.issue_type,
            title: issue.title,
            run_id: issue.run_id,
            count: issue.count,
            detected_at: issue.detected_at,
            resolved_at: issue.resolved_at,
            episodes: episodes.collect(),
        };
        found.insert(issue.identity, seen);
    }
    found
}

async fn check_counters(store: &Store, namespace: &str, expected: &BTreeMap<Identity, Seen>) {
    let counts = store.counts(&in_namespace(namespace), jiff::Timestamp::UNIX_EPOCH).await.expect("counts");
    let mut wanted = BTreeMap::new();
    for seen in expected.values() {
        *wanted.entry((String::new(), seen.state, seen.severity, seen.issue_type)).or_insert(0) += 1;
    }
    assert_eq!(counts.issues, wanted);
    let without_applications = wanted.into_iter().map(|((_, state, severity, of), n)| ((state, severity, of), n));
    let cube = store.cube(&in_namespace(namespace)).await.expect("counts").expect("counters answer");
    assert_eq!(cube, without_applications.collect());
}

/// The same reports in another namespace, so that cases do not meet.
fn moved(mut submissions: Vec<Submission>, namespace: &str) -> Vec<Submission> {
    let put = |scope: &mut kite_core::Scope| {
        namespace.clone_into(&mut scope.namespace);
        namespace.clone_into(&mut scope.resource_namespace);
    };
    for entry in submissions.iter_mut().flat_map(|submission| &mut submission.entries) {
        match entry {
            Entry::Failing { identity, .. } | Entry::Person { identity, .. } | Entry::Expiry { identity, .. } => {
                put(&mut identity.scope);
            }
            Entry::Clear { target, .. } => put(&mut target.scope),
            Entry::Sweep { anchor, scopes, .. } => {
                put(anchor);
                scopes.iter_mut().for_each(put);
            }
        }
    }
    submissions
}
