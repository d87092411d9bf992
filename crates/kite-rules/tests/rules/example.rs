//! The dump in `examples/`, which documentation and demonstrations start from.

use std::collections::BTreeMap;

use kite_api::Report;
use kite_rules::{Config, RuleSet};
use serde_json::Value;

const DUMP: &str = include_str!("../../../../examples/cluster-dump.yaml");

fn reports() -> Vec<Report> {
    let dump: Value = serde_saphyr::from_str(DUMP).unwrap();
    let rules = RuleSet::builtin();
    let entries = dump["items"].as_array().unwrap().iter();
    entries.flat_map(|run| rules.detect(run, &Config::default()).unwrap()).collect()
}

#[test]
fn the_example_leaves_five_problems() {
    let mut newest: BTreeMap<_, Report> = BTreeMap::new();
    for report in reports() {
        let scope = report.scope.clone().unwrap();
        let identity = (report.namespace.clone(), scope.resource_type, scope.resource_name, report.variant.clone());
        let known = newest.get(&identity).and_then(|known| known.occurred_at.clone());
        if known < report.occurred_at {
            newest.insert(identity, report);
        }
    }
    let failing = newest.into_values().filter(|report| report.verdict.as_deref() == Some("failing"));
    let today = failing.filter(|report| report.expires_at.is_none());
    let mut problems: Vec<_> =
        today.map(|report| format!("{} {}", report.severity.unwrap(), report.title.unwrap())).collect();
    problems.sort();
    assert_eq!(
        problems,
        [
            "critical Build of ledger (push to main) never started",
            "major Build of cart-api (push to main) failed",
            "major Integration test payments-enterprise-contract of gateway (push to main) failed",
            "major Pipeline nightly-backup failed",
            "major The managed release pipeline of payments failed",
        ]
    );
}

#[test]
fn a_red_run_is_listed_after_a_later_green_one() {
    let builds: Vec<_> = reports()
        .into_iter()
        .filter(|report| report.issue_type.as_deref() == Some("build"))
        .filter(|report| report.scope.as_ref().unwrap().resource_name.as_deref() == Some("storefront"))
        .take(2)
        .map(|report| (report.verdict.unwrap(), report.occurred_at.unwrap()))
        .collect();
    let [(first, green), (second, red)] = builds.as_slice() else {
        panic!("{builds:?}");
    };
    assert_eq!((first.as_str(), second.as_str()), ("healthy", "failing"));
    assert!(green > red);
}
