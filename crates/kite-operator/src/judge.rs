//! Detectors with the installation's wishes: what is said about an object, as it is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use kite_api::{LinkInput, Report};
use kite_rules::{Config, EvalError, Judgement, RuleSet, Surroundings};
use serde_json::{Map, Value};

use crate::settings::{Override, Settings};

/// Path of a run's logs below the cluster's user interface.
const LOGS_ENDPOINT: &str = "/logs/pipelineruns/";

/// Judges objects. Never changes; other rules or settings make another judge.
#[derive(Debug)]
pub struct Judge {
    rules: Arc<RuleSet>,
    config: Config,
    cluster: Option<String>,
    overrides: BTreeMap<String, Override>,
}

impl Judge {
    /// Judges by these rules and settings.
    pub fn new(rules: Arc<RuleSet>, settings: &Settings) -> Self {
        let cluster_url = if settings.cluster_url.is_empty() { "https://konflux.dev" } else { &settings.cluster_url };
        Self {
            rules,
            config: Config::new(cluster_url, LOGS_ENDPOINT),
            cluster: (!settings.cluster.is_empty()).then(|| settings.cluster.clone()),
            overrides: settings.detectors.clone(),
        }
    }

    /// What is said about an object, given what was read beside it.
    pub fn judge(&self, object: &Value, now: Timestamp, related: &Map<String, Value>) -> Result<Judgement, EvalError> {
        let judgement = self.rules.judge(object, self.surroundings(now, related))?;
        Ok(self.finish(judgement))
    }

    /// What the deletion of an object says.
    pub fn judge_deleted(&self, object: &Value, now: Timestamp) -> Result<Judgement, EvalError> {
        let nothing = Map::new();
        let judgement = self.rules.judge_deleted(object, self.surroundings(now, &nothing))?;
        Ok(self.finish(judgement))
    }

    /// Names the cluster, unless the detector did.
    fn of_this_cluster(&self, mut report: Report) -> Report {
        if report.cluster.is_none() {
            report.cluster.clone_from(&self.cluster);
        }
        report
    }

    fn surroundings<'a>(&'a self, now: Timestamp, related: &'a Map<String, Value>) -> Surroundings<'a> {
        Surroundings { config: &self.config, now: Some(now), related }
    }

    fn finish(&self, mut judgement: Judgement) -> Judgement {
        let wish = self.overrides.get(&judgement.detector);
        if wish.is_some_and(|wish| !wish.enabled) {
            return Judgement { detector: judgement.detector, ..Judgement::default() };
        }
        for said in &mut judgement.said {
            let report = self.of_this_cluster(std::mem::take(&mut said.report));
            said.report = match wish {
                Some(wish) if report.verdict.as_deref() == Some("failing") => with_wish(report, wish),
                _ => report,
            };
        }
        judgement
    }
}

fn with_wish(mut report: Report, wish: &Override) -> Report {
    if let Some(severity) = wish.severity {
        report.severity = serde_json::to_value(severity).ok().and_then(|text| text.as_str().map(str::to_owned));
    }
    report.title = wish.title.clone().or(report.title);
    report.description = wish.description.clone().or(report.description);
    report.labels.extend(wish.labels.clone());
    let links = wish.links.iter();
    report.links.extend(links.map(|(title, url)| LinkInput { title: Some(title.clone()), url: Some(url.clone()) }));
    report
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DETECTOR: &str = "
apiVersion: kite.dev/v1alpha1
kind: Detector
metadata: {name: lamp}
spec:
  watches: [{group: house, kind: Lamp}]
  reports:
    - failing: object.broken
      healthy: '!object.broken'
      namespace: ${object.metadata.namespace}
      issueType: pipeline
      scope: {resourceType: lamp, resourceName: '${object.metadata.name}'}
      title: The lamp is broken
      description: It is dark
      severity: minor
";

    fn reports(broken: bool, spec: &str) -> Vec<Report> {
        let (rules, errors) = RuleSet::builtin().with_files([("lamp.yaml".to_owned(), DETECTOR.to_owned())]);
        assert_eq!(errors, []);
        let text = format!("apiVersion: kite.dev/v1alpha1\nkind: OperatorConfig\nspec: {spec}");
        let settings = Settings::parse(&text).unwrap();
        let object = json!({"apiVersion": "house/v1", "kind": "Lamp", "broken": broken,
            "metadata": {"name": "hall", "namespace": "home"}});
        let judge = Judge::new(Arc::new(rules), &settings);
        let judgement = judge.judge(&object, Timestamp::UNIX_EPOCH, &Map::new()).unwrap();
        assert_eq!(judgement.detector, "lamp");
        judgement.said.into_iter().map(|said| said.report).collect()
    }

    #[test]
    fn wishes_change_failing_reports_only() {
        let spec = "{cluster: east, detectors: {lamp: {severity: critical, title: Dark, labels: {room: hall}, links: {Shop: 'https://l'}}}}";
        let report = reports(true, spec).remove(0);
        assert_eq!(report.severity.as_deref(), Some("critical"));
        assert_eq!((report.title.as_deref(), report.description.as_deref()), (Some("Dark"), Some("It is dark")));
        assert_eq!((report.labels["room"].as_str(), report.links.len()), ("hall", 1));
        assert_eq!(report.cluster.as_deref(), Some("east"));
        let report = reports(false, spec).remove(0);
        assert_eq!((report.title, report.severity, report.cluster.as_deref()), (None, None, Some("east")));
    }

    #[test]
    fn a_detector_can_be_switched_off() {
        assert!(reports(true, "{detectors: {lamp: {enabled: false}}}").is_empty());
        assert_eq!(reports(true, "{}").len(), 1);
    }
}
