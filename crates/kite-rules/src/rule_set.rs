//! All rules that are in force.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use kite_api::Report;
use kite_core::diagnosis::{Context, Diagnosis, Reading, Redacted};
use serde_json::{Map, Value};

use crate::builtin;
use crate::config::Config;
use crate::detector::{Detector, Selectors, WatchedKind};
use crate::error::{EvalError, RuleError};
use crate::evaluation::Evaluation;
use crate::folder;
use crate::judgement::{Judgement, Surroundings};
use crate::load::{self, Rule};
use crate::paths::Needed;
use crate::patterns::{self, FailurePatterns};
use crate::webhook::Webhook;

/// How a kind of objects is to be watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watching {
    /// The parts of the objects that are read; nothing but names when only deletions matter.
    pub needed: Needed,
    /// Whether the deletion of an object says something.
    pub deletion_matters: bool,
    /// Which objects are asked for: those that all detectors of the kind ask for, otherwise all.
    pub selectors: Selectors,
}

impl Default for Watching {
    fn default() -> Self {
        let mut needed = Needed::nothing();
        for path in
            [&["apiVersion"][..], &["kind"], &["metadata", "name"], &["metadata", "namespace"], &["metadata", "uid"]]
        {
            needed.add(path.iter().copied());
        }
        Self { needed, deletion_matters: false, selectors: Selectors::default() }
    }
}

/// What detectors need to read in a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Kinds that are watched.
    pub watched: BTreeSet<WatchedKind>,
    /// Kinds that are read besides an object of another kind.
    pub read: BTreeSet<WatchedKind>,
    /// Whether logs are read.
    pub logs: bool,
}

/// All rules that are in force. Never changes; a reload gives a new one.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// By `group/kind`, in the order in which they are asked.
    detectors: BTreeMap<String, Vec<Arc<Detector>>>,
    webhooks: BTreeMap<String, Arc<Webhook>>,
    patterns: BTreeMap<String, Arc<FailurePatterns>>,
    /// What each file gave when it was last sound.
    files: BTreeMap<String, Rule>,
}

impl RuleSet {
    /// The rules that come with KITE.
    pub fn builtin() -> Self {
        Self::builtin_with_errors().0.clone()
    }

    fn builtin_with_errors() -> &'static (Self, Vec<RuleError>) {
        static BUILTIN: LazyLock<(RuleSet, Vec<RuleError>)> = LazyLock::new(|| {
            let (loaded, errors) = load::load_builtin(builtin_files());
            (RuleSet::of(loaded), errors)
        });
        &BUILTIN
    }

    /// The built-in rules and those of a folder, with what is wrong in it.
    pub fn load(folder: &Path) -> (Self, Vec<RuleError>) {
        Self::builtin().reload(folder)
    }

    /// The built-in rules and those of a folder; a broken file keeps its present version.
    ///
    /// When the folder cannot be read at all, everything stays as it is.
    pub fn reload(&self, folder: &Path) -> (Self, Vec<RuleError>) {
        match folder::read(folder) {
            Err(error) => (self.clone(), vec![folder::unreadable(folder, &error)]),
            Ok((files, mut errors)) => {
                let (rules, found) = self.with_files(files);
                errors.extend(found);
                (rules, errors)
            }
        }
    }

    /// The built-in rules and those of the given files (name and text).
    ///
    /// A rule replaces the built-in one of the same kind and name. A file that is broken keeps
    /// the version that it has in `self`.
    pub fn with_files(&self, files: impl IntoIterator<Item = (String, String)>) -> (Self, Vec<RuleError>) {
        let builtin = &Self::builtin_with_errors().0.files;
        let added = files.into_iter().collect();
        let (loaded, mut errors) = load::load(builtin, builtin_files, added, &self.files);
        errors.sort();
        (Self::of(loaded), errors)
    }

    fn of(loaded: load::Loaded) -> Self {
        let mut rules = Self { files: loaded.files, ..Self::default() };
        for rule in loaded.in_force.into_values() {
            match rule {
                Rule::Library(_) => {}
                Rule::Webhook(webhook) => {
                    rules.webhooks.insert(webhook.name().to_owned(), webhook);
                }
                Rule::FailurePatterns(patterns) => {
                    rules.patterns.insert(patterns.name.clone(), patterns);
                }
                Rule::Detector(detector) => {
                    for watched in detector.watches.keys() {
                        let key = key(&watched.group, &watched.kind);
                        let detectors = rules.detectors.entry(key).or_default();
                        detectors.push(Arc::clone(&detector));
                    }
                }
            }
        }
        for detectors in rules.detectors.values_mut() {
            detectors.sort_by(|a, b| (a.priority, &a.name).cmp(&(b.priority, &b.name)));
        }
        rules
    }

    /// What an object says by itself; empty when no detector is interested or there is nothing to say.
    pub fn detect(&self, object: &Value, config: &Config) -> Result<Vec<Report>, EvalError> {
        let judgement = self.judge(object, Surroundings { config, now: None, related: &Map::new() })?;
        Ok(judgement.said.into_iter().map(|said| said.report).collect())
    }

    /// Judges an object.
    ///
    /// The detectors of the object's kind are asked in order of priority, and the first one
    /// whose `when` holds decides.
    pub fn judge(&self, object: &Value, surroundings: Surroundings<'_>) -> Result<Judgement, EvalError> {
        let related = surroundings.related;
        self.decide(object, surroundings, |detector, evaluation| detector.judge(evaluation, related))
    }

    /// What the deletion of an object says, given its last state.
    pub fn judge_deleted(&self, object: &Value, surroundings: Surroundings<'_>) -> Result<Judgement, EvalError> {
        self.decide(object, surroundings, Detector::judge_deleted)
    }

    /// Why something failed, by the end of its log and what else is known.
    pub fn diagnose(&self, context: &Context, log: &Redacted) -> Diagnosis {
        let reading = Reading::of(log, &context.passed);
        let files: Vec<_> = self.patterns.values().map(Arc::as_ref).collect();
        let finding = patterns::recognise(&files, context, &reading);
        Diagnosis::of(context, &reading, finding)
    }

    fn decide<'r>(
        &'r self,
        object: &'r Value,
        surroundings: Surroundings<'r>,
        judge: impl FnOnce(&'r Detector, &mut Evaluation<'r, '_>) -> Result<Judgement, EvalError>,
    ) -> Result<Judgement, EvalError> {
        let text = |field| object.get(field).and_then(Value::as_str).unwrap_or_default();
        let group = text("apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
        let detectors = self.detectors.get(&key(group, text("kind"))).map_or(&[][..], Vec::as_slice);
        let Some(first) = detectors.first() else {
            return Ok(Judgement::default());
        };
        let mut evaluation = Evaluation::new(first.rule(), "object", object, surroundings.config);
        let now = surroundings.now.map(|now| now.to_string()).unwrap_or_default();
        evaluation.set_owned("now", now.into());
        for detector in detectors {
            if detector.wants(&mut evaluation, surroundings.related)? {
                return judge(detector, &mut evaluation);
            }
        }
        Ok(Judgement::default())
    }

    /// The kinds of objects that detectors judge, or whose deletion tells them something; as far as
    /// the detectors are on.
    pub fn kinds(&self, is_on: impl Fn(&str) -> bool) -> BTreeMap<WatchedKind, Watching> {
        let mut kinds = BTreeMap::<_, Watching>::new();
        let mut wanted = BTreeMap::<_, BTreeSet<&Selectors>>::new();
        for detector in self.detectors.values().flatten().filter(|detector| is_on(&detector.name)) {
            for (kind, selectors) in &detector.watches {
                wanted.entry(kind.clone()).or_default().insert(selectors);
                let watching = kinds.entry(kind.clone()).or_default();
                watching.deletion_matters |= detector.judges_deletions();
                // One that is off still decides which objects are its own.
                for other in self.detectors.get(&key(&kind.group, &kind.kind)).into_iter().flatten() {
                    watching.needed.merge(&other.needed);
                }
            }
            for owner in detector.owners() {
                kinds.entry(owner.clone()).or_default().deletion_matters = true;
            }
        }
        for (kind, watching) in &mut kinds {
            // An object that does not match any more looks as if it were deleted.
            if let Some([only]) = wanted.get(kind).map(|all| all.iter().copied().collect::<Vec<_>>()).as_deref()
                && !watching.deletion_matters
            {
                watching.selectors = (*only).clone();
            }
        }
        kinds
    }

    /// What the detectors need to read, as far as they are on.
    pub fn access(&self, is_on: impl Fn(&str) -> bool) -> Access {
        let mut access = Access::default();
        for detector in self.detectors.values().flatten().filter(|detector| is_on(&detector.name)) {
            access.watched.extend(detector.watches.keys().chain(detector.owners()).cloned());
            access.read.extend(detector.reads().into_iter().cloned());
            access.logs |= detector.reads_logs();
        }
        access
    }

    /// Name and text of the files that come with KITE.
    pub fn builtin_files() -> impl Iterator<Item = (&'static str, &'static str)> {
        builtin::FILES.iter().copied()
    }

    /// The names of all detectors, in order.
    pub fn detector_names(&self) -> BTreeSet<&str> {
        self.detectors.values().flatten().map(|detector| detector.name.as_str()).collect()
    }

    /// The webhook of that name.
    pub fn webhook(&self, name: &str) -> Option<&Webhook> {
        self.webhooks.get(name).map(Arc::as_ref)
    }

    /// The names of all webhooks, in order.
    pub fn webhook_names(&self) -> impl Iterator<Item = &str> {
        self.webhooks.keys().map(String::as_str)
    }
}

fn builtin_files() -> Vec<load::Source> {
    builtin::FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn key(group: &str, kind: &str) -> String {
    format!("{group}/{kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_that_come_with_kite_are_sound() {
        assert_eq!(RuleSet::builtin_with_errors().1, []);
    }
}
