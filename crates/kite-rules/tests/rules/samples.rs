//! The detectors on real and constructed pipeline runs, when a collection of them is at hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kite_api::Report;
use kite_rules::{Config, RuleSet};
use serde_json::Value;

/// Where we know better than the collection: file, outcome, pull request or not, and why.
const DISAGREEMENTS: [(&str, &str, &str, &str); 2] = [
    (
        "constructed/pipelinerun-mintmaker-cancelled-no-github-app.yaml",
        "FAILED",
        "-",
        "MintMaker cancels its own runs when it gets no token, so a cancelled one is a failed one",
    ),
    (
        "pipelinerun/build-failed-no-reason.json",
        "FAILED",
        "pr",
        "the number of the pull request is in an annotation that only builds of pull requests have",
    ),
];

#[test]
fn samples_agree_with_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let Ok(expected) = fs::read_to_string(folder.join("EXPECTED.tsv")) else {
        eprintln!("skipped: there is no collection of samples in {}", folder.display());
        return;
    };
    let mut lines = 0;
    for line in expected.lines().skip(1) {
        let columns: Vec<_> = line.split('\t').collect();
        let [file, "PipelineRun", outcome, kind, change] = columns.as_slice() else {
            continue;
        };
        lines += 1;
        let object: Value = serde_saphyr::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap();
        let found = RuleSet::builtin().detect(&object, &Config::default()).unwrap();
        let disagreement = DISAGREEMENTS.iter().find(|(name, ..)| name == file);
        let (outcome, change) = disagreement.map_or((*outcome, *change), |known| (known.1, known.2));
        check(file, &found, outcome, kind, change);
    }
    assert_eq!(lines, 38, "pipeline runs in the collection");
}

fn verdict(outcome: &str) -> &'static str {
    match outcome {
        "NOT-DONE" | "CANCELLED(no issue)" => "",
        "SUCCEEDED" => "healthy",
        _ => "failing",
    }
}

fn check(file: &str, reports: &[Report], outcome: &str, kind: &str, change: &str) {
    let verdicts: Vec<_> = reports.iter().filter_map(|report| report.verdict.as_deref()).collect();
    let expected: Vec<_> = [verdict(outcome)].into_iter().filter(|verdict| !verdict.is_empty()).collect();
    assert_eq!(verdicts, expected, "{file}");
    let Some(report) = reports.first() else {
        return;
    };
    let types = BTreeMap::from([("build", "build"), ("test", "test"), ("managed", "release")]);
    let issue_type = types.get(kind).copied().unwrap_or("pipeline");
    assert_eq!(report.issue_type.as_deref(), Some(issue_type), "{file}");
    // The collection looks at labels that only builds have; runs of tests carry copies of them.
    let of_pull_request = kind == "build" && report.variant.as_deref().is_some_and(|variant| variant.contains("pr/"));
    assert_eq!(of_pull_request, change == "pr", "{file}: {:?}", report.variant);
    let critical = report.severity.as_deref() == Some("critical");
    assert_eq!(critical, outcome == "FAILED-NEVER-RAN", "{file}: {:?}", report.severity);
}
