//! Judges objects in tests, and says what a set of reports amounts to.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use kite_api::Report;
use kite_rules::{Config, Judgement, RuleSet, Surroundings, WatchedKind};
use serde_json::{Map, Value};

fn config() -> Config {
    Config::new("https://ui.example.com", "/logs/")
}

/// Judges at a time (`""` as in a dump), with what was read beside the object.
pub(crate) fn judge(object: &Value, now: &str, related: &Value) -> Judgement {
    let (config, nothing) = (config(), Map::new());
    let now = (!now.is_empty()).then(|| now.parse().unwrap());
    let related = related.as_object().unwrap_or(&nothing);
    let surroundings = Surroundings { config: &config, now, related };
    let judgement = RuleSet::builtin().judge(object, surroundings).unwrap();
    let trimmed = RuleSet::builtin().judge(&trimmed(object), surroundings).unwrap();
    assert_eq!(judgement, trimmed, "what is said to be needed of an object is enough");
    judgement
}

/// What is left of an object when only what detectors need of it is read.
pub(crate) fn trimmed(object: &Value) -> Value {
    let text = |field: &str| object[field].as_str().unwrap_or_default().to_owned();
    let group = text("apiVersion").rsplit_once('/').map_or_else(String::new, |(group, _)| group.to_owned());
    let kinds = RuleSet::builtin().kinds(|_| true);
    let Some(watching) = kinds.get(&WatchedKind { group, kind: text("kind") }) else { return object.clone() };
    watching.needed.read(&object.to_string()).unwrap()
}

/// What is said of an object at a time.
pub(crate) fn reports_at(object: &Value, now: &str) -> Vec<Report> {
    judge(object, now, &Value::Null).said.into_iter().map(|said| said.report).collect()
}

/// What is said of an object in a dump.
pub(crate) fn reports(object: &Value) -> Vec<Report> {
    reports_at(object, "")
}

/// The only report of an object.
pub(crate) fn report(object: &Value) -> Report {
    let [report] = <[Report; 1]>::try_from(reports(object)).unwrap();
    report
}

/// What the deletion of an object says.
pub(crate) fn deleted(object: &Value, now: &str) -> Vec<Report> {
    let (config, nothing) = (config(), Map::new());
    let now = Some(now.parse().unwrap());
    let judgement = RuleSet::builtin().judge_deleted(object, Surroundings { config: &config, now, related: &nothing });
    judgement.unwrap().said.into_iter().map(|said| said.report).collect()
}

/// Verdict, namespace, issue type, scope and variant in one line; `*` stands for all.
pub(crate) fn identity(report: &Report) -> String {
    let scope = report.scope.clone().unwrap();
    let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "*".to_owned());
    format!(
        "{} {} {} {}/{} {}",
        part(&report.verdict),
        part(&report.namespace),
        part(&report.issue_type),
        part(&scope.resource_type),
        part(&scope.resource_name),
        part(&report.variant),
    )
}

pub(crate) fn identities(reports: &[Report]) -> Vec<String> {
    reports.iter().map(identity).collect()
}

/// The title of a report that has one.
pub(crate) fn title(report: &Report) -> &str {
    report.title.as_deref().unwrap()
}

/// The verdict that stands for one identity after reports arrived in this order, by the rules of the
/// backend: equal runs and verdicts are one report with the smallest time; what has no time gets
/// that of its arrival; the newest verdict counts. Also how many failed runs there were.
pub(crate) fn outcome(arrived: &[Report]) -> (String, usize) {
    let mut known: BTreeMap<(String, usize), Timestamp> = BTreeMap::new();
    let arrival = "2030-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
    for (index, report) in arrived.iter().enumerate() {
        let verdict = report.verdict.as_deref().unwrap();
        let rank = ["failing", "healthy", "gone"].iter().position(|known| *known == verdict).unwrap();
        let stamped = arrival + SignedDuration::from_secs(i64::try_from(index).unwrap());
        let at = report.occurred_at.as_ref().map_or(stamped, |time| time.parse().unwrap());
        let run = report.run_id.clone().unwrap_or_else(|| format!("delivery {index}"));
        known.entry((run, rank)).and_modify(|known| *known = at.min(*known)).or_insert(at);
    }
    let failed = known.keys().filter(|(_, rank)| *rank == 0).count();
    let newest = known.into_iter().map(|((run, rank), at)| (at, run, rank)).max();
    let verdicts = ["failing", "healthy", "gone"];
    (newest.map_or_else(String::new, |(.., rank)| verdicts[rank].to_owned()), failed)
}
