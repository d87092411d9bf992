//! Whom a cause concerns.

use kite_core::affected::{Movement, Suspicion, blast_radius, suspicions};
use kite_core::{Issue, Severity};
use kite_testing::build;

#[test]
fn what_is_worse_and_reaches_further_comes_first() {
    assert_eq!(blast_radius(6, 14, Severity::Critical), 6 * 14 * 8);
    assert_eq!(blast_radius(1, 1, Severity::Info), 1);
    assert_eq!(blast_radius(u64::MAX, 2, Severity::Minor), u64::MAX);
    assert!(blast_radius(2, 2, Severity::Minor) < blast_radius(2, 2, Severity::Major));
}

fn issue(labels: &[(&str, &str)]) -> Issue {
    let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Issue { labels, ..build::issue("shop") }
}

#[test]
fn what_all_affected_have_and_others_have_not_is_suspected() {
    let affected = |part| issue(&[("image", "sha256:1"), ("branch", "main"), ("component", "cart"), ("part", part)]);
    let affected = ["a", "b", "c"].map(affected);
    let others: Vec<_> = (0..10).map(|_| issue(&[("branch", "main")])).collect();
    let suspected = Suspicion { what: "image".to_owned(), value: "sha256:1".to_owned(), elsewhere: 0 };
    assert_eq!(suspicions(&affected, &others), [suspected]);
    assert_eq!(suspicions(&affected[..2], &others), [], "two have much in common by chance");
    assert_eq!(suspicions(&affected, &affected), [], "others have it, too");
}

#[test]
fn more_than_before_is_spreading() {
    let ways = [(1, 2), (2, 2), (2, 1)].map(|(before, now)| Movement::between(before, now));
    assert_eq!(ways, [Movement::Spreading, Movement::Steady, Movement::Shrinking]);
}
