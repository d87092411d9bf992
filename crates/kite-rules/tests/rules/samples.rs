//! The detectors on real and constructed objects, when a collection of them is at hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kite_api::Report;
use serde_json::Value;

use crate::judging::reports;

/// Where we know better than the collection: file, outcome, pull request or not, and why.
const DISAGREEMENTS: [(&str, &str, &str, &str); 3] = [
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
    (
        "pipelinerun/test-succeeded-2.json",
        "NOT-DONE",
        "-",
        "it says nothing about the outcome of its test, so its Snapshot has to",
    ),
];

/// The kinds of the collection, and how many of each there are.
const KINDS: [(&str, usize); 4] = [("PipelineRun", 38), ("Release", 8), ("Snapshot", 5), ("TaskRun", 9)];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    if folder.join("EXPECTED.tsv").exists() {
        return Some(folder);
    }
    eprintln!("skipped: there is no collection of samples in {}", folder.display());
    None
}

fn detect(file: &Path) -> Vec<Report> {
    let object: Value = serde_saphyr::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    reports(&object)
}

#[test]
fn samples_agree_with_expected() {
    let Some(folder) = folder() else { return };
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let expected = fs::read_to_string(folder.join("EXPECTED.tsv")).unwrap();
    for line in expected.lines().skip(1) {
        let columns: Vec<_> = line.split('\t').collect();
        let [file, kind, outcome, part, change] = columns.as_slice() else { panic!("{line}") };
        let (kind, _) = KINDS.iter().find(|(known, _)| known == kind).unwrap();
        *kinds.entry(kind).or_default() += 1;
        let found = detect(&folder.join(file));
        let disagreement = DISAGREEMENTS.iter().find(|(name, ..)| name == file);
        let (outcome, change) = disagreement.map_or((*outcome, *change), |known| (known.1, known.2));
        match *kind {
            "PipelineRun" => check_run(file, &found, outcome, part, change),
            "Release" => check_release(file, &found, outcome, part),
            "Snapshot" => check_snapshot(file, &found, outcome, part),
            // What a task says is part of what its run says.
            _ => assert_eq!(found, [], "{file}"),
        }
    }
    assert_eq!(kinds, BTreeMap::from(KINDS), "objects in the collection");
}

fn check_run(file: &str, found: &[Report], outcome: &str, kind: &str, change: &str) {
    // Beside the run itself, a build may say that its pipeline could be started, and of its Snapshot.
    let of_run = |report: &&Report| {
        report.scope.as_ref().unwrap().resource_type.as_deref() != Some("repository")
            && !report.variant.as_deref().unwrap_or_default().starts_with("snapshot/")
    };
    let found: Vec<_> = found.iter().filter(of_run).collect();
    let verdicts: Vec<_> = found.iter().filter_map(|report| report.verdict.as_deref()).collect();
    let expected = match outcome {
        "NOT-DONE" | "CANCELLED(no issue)" => vec![],
        "SUCCEEDED" => vec!["healthy"],
        _ => vec!["failing"],
    };
    assert_eq!(verdicts, expected, "{file}");
    let Some(report) = found.first() else {
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

fn check_release(file: &str, found: &[Report], outcome: &str, phase: &str) {
    let verdicts: Vec<_> = found.iter().filter_map(|report| report.verdict.as_deref()).collect();
    let expected = match outcome {
        "NOT-DONE" => vec![],
        "SUCCEEDED" => vec!["healthy"],
        _ => vec!["failing"],
    };
    assert_eq!(verdicts, expected, "{file}");
    if phase == "TenantPipelineProcessed" {
        assert_eq!(found[0].labels["phase"], "tenant", "{file}");
    }
}

/// The collection tells of the Snapshot as a whole, in which optional scenarios do not count, and
/// says beside it whether any scenario failed. We report scenarios: a test that fails is broken,
/// even when it blocks nothing. Then it is minor.
fn check_snapshot(file: &str, found: &[Report], outcome: &str, scenarios: &str) {
    let failing: Vec<_> = found.iter().filter(|report| report.verdict.as_deref() == Some("failing")).collect();
    assert_eq!(!failing.is_empty(), scenarios == "scenario-failed", "{file}: {found:?}");
    let blocks = failing.iter().any(|report| !report.labels.contains_key("optional"));
    match outcome {
        "FAILED" => assert!(blocks, "{file}"),
        "PASSED" => assert!(!blocks, "{file}"),
        // Still under test; what failed so far is known all the same.
        _ => assert_eq!(outcome, "NOT-DONE", "{file}"),
    }
}

#[test]
fn every_other_sample_is_coped_with() {
    let Some(folder) = folder() else { return };
    let mut found = BTreeMap::new();
    for kind in ["component", "imagerepository", "integrationtestscenario", "dependencyupdatecheck", "constructed"] {
        for entry in fs::read_dir(folder.join(kind)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if name.starts_with("kite-webhook")
                || ["pipelinerun-", "release-", "snapshot-"].iter().any(|of| name.starts_with(of))
            {
                continue;
            }
            let reports = detect(&path).into_iter().filter(|report| report.verdict.as_deref() == Some("failing"));
            found.insert(name, reports.map(|report| report.title.unwrap()).collect::<Vec<_>>());
        }
    }
    found.retain(|_, titles| !titles.is_empty());
    let found: Vec<_> = found.iter().map(|(name, titles)| format!("{name}: {}", titles.join(", "))).collect();
    assert_eq!(
        found,
        [
            "component-konflux-ci.dev-onboarding-failed.yaml: Onboarding of testrepo (version main) failed",
            "component-onboarding-error-70.yaml: Onboarding of testrepo-d69b0 failed",
            "event-pac-plr-creation-denied.yaml: The pipeline testrepo-d69b0-on-push of the repository testrepo-d69b0 could not be started",
            "its-git-invalid-v1beta1.json: Integration test example-git is invalid",
            "its-mock-2.json: Integration test component-integration-test-one is invalid",
        ]
    );
}
