//! Writing: stamped times, one issue per identity, what a group answers.

use kite_core::Reason::{CameBack, FirstFailure, Recovered, ReopenedBy, ResolvedBy, SeenAgain, SeverityRaised};
use kite_core::batch::Verdict;
use kite_core::{Action, Clear, Content, Entry, IssueType, Reach, Severity, State, Submission, Target};
use kite_store::testing::Temporary;
use kite_testing::build::{at, content, decided, each, failing, healthy, identity, scope, scope_in};
use uuid::Uuid;

use crate::{all_in, apply, contract};

contract!(
    a_hundred_first_reports_of_one_identity_by_two_stores_make_one_issue,
    four_hundred_reports_over_twenty_identities_make_twenty_issues,
    reports_without_a_time_take_effect_in_the_order_of_their_arrival,
    a_clear_and_the_first_failure_of_its_scope_at_two_stores_see_each_other,
    nothing_acts_outside_its_own_namespace,
    deleting_leaves_a_mark_and_a_later_failure_is_a_new_issue,
    a_sweep_closes_what_the_anchors_previous_run_reported,
    the_same_delivery_counts_once,
    a_resolved_issue_is_not_touched_by_another_success,
    an_expiry_resolves_only_while_its_run_is_the_newest,
    every_decision_enters_the_history,
);

fn fresh(identity: &kite_core::Identity) -> Entry {
    failing(identity, &Uuid::now_v7().to_string(), None)
}

async fn a_hundred_first_reports_of_one_identity_by_two_stores_make_one_issue(database: Temporary) {
    parallel_first_reports(database, 100, 1, 1).await;
}

async fn four_hundred_reports_over_twenty_identities_make_twenty_issues(database: Temporary) {
    parallel_first_reports(database, 400, 20, 5).await;
}

async fn parallel_first_reports(database: Temporary, reports: usize, identities: usize, group: usize) {
    let one = database.connect().await;
    let other = if database.url.starts_with("sqlite") { one.clone() } else { database.connect().await };
    let sending = (0..reports / group).map(|number| {
        let store = if number % 2 == 0 { one.clone() } else { other.clone() };
        let numbers = (0..group).map(|place| (number * group + place) % identities);
        let entries: Vec<_> = numbers.map(|number| fresh(&identity(scope(&format!("shop-{number}"))))).collect();
        tokio::spawn(async move { apply(&store, each(entries)).await })
    });
    let mut created = 0;
    for answers in sending.collect::<Vec<_>>() {
        let answers = answers.await.expect("the writer lives");
        created += answers.iter().filter(|answer| answer.verdict == Verdict::Created).count();
    }
    let page = all_in(&one, "team-a").await;
    assert_eq!((page.issues.len(), page.total, created), (identities, identities as u64, identities));
    assert_eq!(page.issues.iter().map(|issue| issue.count).sum::<u64>(), reports as u64);
}

async fn reports_without_a_time_take_effect_in_the_order_of_their_arrival(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    let success = || healthy(&builds.scope, &Uuid::now_v7().to_string(), None);
    // Once one by one, once all in one group: the stamps must not depend on the grouping.
    for entry in [fresh(&builds), success(), fresh(&builds), success()] {
        apply(&store, each([entry])).await;
    }
    apply(&store, each([fresh(&builds), success(), fresh(&builds), success(), fresh(&builds)])).await;
    let page = all_in(&store, "team-a").await;
    let issue = &page.issues[0];
    assert_eq!((issue.state, issue.episodes, issue.count), (State::Active, 5, 5));
}

async fn a_clear_and_the_first_failure_of_its_scope_at_two_stores_see_each_other(database: Temporary) {
    let one = database.connect().await;
    let other = if database.url.starts_with("sqlite") { one.clone() } else { database.connect().await };
    for round in 0..20 {
        let builds = identity(scope(&format!("shop-{round}")));
        let (red, green) = (failing(&builds, "red", at(1)), healthy(&builds.scope, "green", at(2)));
        tokio::join!(apply(&one, each([red])), apply(&other, each([green])));
    }
    let page = all_in(&one, "team-a").await;
    assert_eq!(page.issues.len(), 20);
    assert!(page.issues.iter().all(|issue| issue.state == State::Resolved), "a failure before a success is over");
}

async fn nothing_acts_outside_its_own_namespace(database: Temporary) {
    let store = database.connect().await;
    let theirs = identity(scope_in("team-b", "shop"));
    let mut crossing = scope_in("team-a", "shop");
    "team-b".clone_into(&mut crossing.resource_namespace);
    let gone = Entry::Clear {
        target: Target { scope: crossing.clone(), issue_type: None, variant: None },
        clear: Clear::Gone,
        run_id: "gone".to_owned(),
        occurred_at: None,
    };
    apply(&store, each([fresh(&theirs), healthy(&crossing, "green", None), gone])).await;
    apply(&store, each([decided(&identity(crossing), "p", None, Action::Delete)])).await;
    let page = all_in(&store, "team-b").await;
    assert_eq!(page.issues[0].state, State::Active);
    assert_eq!(all_in(&store, "team-a").await.total, 0);
}

async fn deleting_leaves_a_mark_and_a_later_failure_is_a_new_issue(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    let first = apply(&store, each([failing(&builds, "r1", at(1))])).await[0].issue_id.expect("an issue");
    apply(&store, each([decided(&builds, "d", at(5), Action::Delete)])).await;
    assert_eq!(store.issue_get(&Reach::All, first).await.expect("a read"), None);
    assert_eq!(all_in(&store, "team-a").await.total, 0, "the counters follow");

    apply(&store, each([failing(&builds, "r1", at(1)), failing(&builds, "r2", at(3))])).await;
    assert_eq!(all_in(&store, "team-a").await.total, 0, "what the deletion covered does not come back");

    let second = apply(&store, each([failing(&builds, "r3", at(6))])).await.remove(0);
    assert_eq!(second.verdict, Verdict::Created);
    assert_ne!(second.issue_id, Some(first));
    let issue =
        store.issue_get(&Reach::All, second.issue_id.expect("an issue")).await.expect("a read").expect("it is there");
    assert_eq!((issue.count, issue.episodes, issue.detected_at), (1, 1, at(6)));
}

async fn a_sweep_closes_what_the_anchors_previous_run_reported(database: Temporary) {
    let store = database.connect().await;
    let (anchor, errors, warnings) = (scope("pipeline"), identity(scope("errors")), identity(scope("warnings")));
    apply(&store, each([fresh(&errors)])).await;
    apply(&store, each([fresh(&identity(anchor.clone()))])).await;
    apply(&store, each([fresh(&warnings)])).await;
    let run = Uuid::now_v7().to_string();
    let sweep = Entry::Sweep {
        anchor: anchor.clone(),
        scopes: vec![errors.scope.clone(), warnings.scope.clone()],
        run_id: run.clone(),
        occurred_at: None,
    };
    let success = Submission { entries: vec![healthy(&anchor, &run, None), sweep] };
    let outcome = apply(&store, vec![success]).await.remove(0);
    assert_eq!(outcome.resolved.len(), 2, "the pipeline's own issue and what its previous run reported");
    let active: Vec<_> =
        all_in(&store, "team-a").await.issues.into_iter().filter(|issue| issue.state == State::Active).collect();
    assert_eq!(active.len(), 1);
    assert_eq!(active[0].identity, warnings);
}

async fn the_same_delivery_counts_once(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    let entry = failing(&builds, "r1", at(1));
    let verdicts = |outcomes: Vec<kite_core::batch::Outcome>| {
        outcomes.into_iter().map(|outcome| outcome.verdict).collect::<Vec<_>>()
    };
    assert_eq!(
        verdicts(apply(&store, each([entry.clone(), entry.clone()])).await),
        [Verdict::Created, Verdict::Duplicate]
    );
    assert_eq!(verdicts(apply(&store, each([entry])).await), [Verdict::Duplicate]);
    let longer = Entry::Failing {
        identity: builds.clone(),
        run_id: "r1".to_owned(),
        occurred_at: Some(at(1)),
        content: Content { revision: 1, ..content("the build failed: out of memory") },
    };
    apply(&store, each([longer])).await;
    let page = all_in(&store, "team-a").await;
    assert_eq!((page.issues[0].count, page.issues[0].title.as_str()), (1, "the build failed: out of memory"));
}

async fn a_resolved_issue_is_not_touched_by_another_success(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    apply(&store, each([failing(&builds, "r1", at(1)), healthy(&builds.scope, "r2", at(2))])).await;
    let before = all_in(&store, "team-a").await.issues.remove(0);
    apply(&store, each([healthy(&builds.scope, "r3", at(3))])).await;
    assert_eq!(all_in(&store, "team-a").await.issues, [before]);
}

async fn an_expiry_resolves_only_while_its_run_is_the_newest(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    let expiring = Entry::Failing {
        identity: builds.clone(),
        run_id: "r1".to_owned(),
        occurred_at: Some(at(1)),
        content: Content { expires_at: Some(at(100)), ..content("the build failed") },
    };
    apply(&store, each([expiring])).await;
    let due = store.due(10).await.expect("what is due").remove(0);
    assert_eq!((due.run_id.as_str(), due.at), ("r1", at(100)));
    apply(&store, each([Entry::Expiry { identity: due.identity, run_id: due.run_id, at: due.at }])).await;
    assert_eq!(all_in(&store, "team-a").await.issues[0].state, State::Resolved);
    assert!(store.due(10).await.expect("what is due").is_empty());

    apply(&store, each([failing(&builds, "r2", at(50))])).await;
    let issue = all_in(&store, "team-a").await.issues.remove(0);
    assert_eq!((issue.state, issue.episodes), (State::Active, 1), "it failed again before it expired");
}

async fn every_decision_enters_the_history(database: Temporary) {
    let (store, builds) = (database.connect().await, identity(scope("shop")));
    let worse = Entry::Failing {
        identity: builds.clone(),
        run_id: "r2".to_owned(),
        occurred_at: Some(at(2)),
        content: Content { severity: Severity::Critical, ..content("worse") },
    };
    let entries = [
        failing(&builds, "r1", at(1)),
        worse,
        healthy(&builds.scope, "r3", at(3)),
        failing(&builds, "r4", at(4)),
        decided(&builds, "p5", at(5), Action::Resolve { note: Some("known".to_owned()) }),
        decided(&builds, "p6", at(6), Action::Reopen),
        failing(&builds, "r0", at(0)),
    ];
    for entry in entries {
        apply(&store, each([entry])).await;
    }
    let issue = all_in(&store, "team-a").await.issues.remove(0);
    assert_eq!(issue.issue_type, IssueType::Build);
    let history = store.history(issue.id, None, 100).await.expect("a history").expect("the issue is there");
    let reasons: Vec<_> = history.changes.iter().rev().map(|row| row.change.reason).collect();
    assert_eq!(reasons, [FirstFailure, SeverityRaised, Recovered, CameBack, ResolvedBy, ReopenedBy, SeenAgain]);
    assert_eq!(history.changes[2].change.note.as_deref(), Some("known"));
    assert_eq!(history.episodes.len(), 3);

    let page = store
        .history(issue.id, Some(history.changes[1].cursor.id), 2)
        .await
        .expect("a history")
        .expect("the issue is there");
    assert_eq!((page.changes.len(), page.more), (2, true));
    assert_eq!(page.changes[0], history.changes[2]);
}
