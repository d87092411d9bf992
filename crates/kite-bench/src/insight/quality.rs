//! How often what is said of failures is right.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use kite_core::Fingerprint;
use kite_rules::{RuleSet, diagnosis::Diagnosis};

use super::{
    corpus::{Failure, Half},
    pairs::Pairs,
};

/// Lines of an excerpt, and of the plain tail that it is compared with.
const LINES: usize = 20;
/// Confusions that are listed.
const WORST: usize = 10;

/// A half of the corpus, and what is said of each failure in it.
#[derive(Debug)]
pub struct Quality {
    /// The failures.
    pub failures: Vec<(Failure, Diagnosis)>,
}

impl Quality {
    /// Diagnoses a half of the corpus, with what steps wrote when they passed if that is `kept`.
    pub fn of(half: Half, kept: bool) -> Result<Self> {
        let rules = RuleSet::builtin();
        let failures = half.read()?.into_iter().map(|failure| {
            let diagnosis = rules.diagnose(&failure.context(kept), &failure.redacted());
            (failure, diagnosis)
        });
        Ok(Self { failures: failures.collect() })
    }

    /// The part of the excerpts that have a marked line.
    pub fn any_at_20(&self) -> f64 {
        self.part(|(failure, diagnosis)| shows(failure, diagnosis))
    }

    /// The part of the logs whose last 20 lines have a marked line.
    pub fn plain_tail(&self) -> f64 {
        self.part(|(failure, _)| {
            let lines = failure.log.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            let numbers: Vec<_> = lines.map(|(index, _)| index + 1).collect();
            numbers.iter().rev().take(LINES).any(|number| failure.marked.contains(number))
        })
    }

    /// The part of the classes that are right.
    pub fn right(&self) -> f64 {
        self.part(|(failure, diagnosis)| diagnosis.class.as_str() == failure.class)
    }

    /// The part of the classes that are unknown.
    pub fn unknown(&self) -> f64 {
        self.part(|(_, diagnosis)| diagnosis.class.as_str() == "unknown")
    }

    /// How well fingerprints tell failures apart.
    pub fn pairs(&self) -> Pairs {
        Pairs::among(self.failures.iter().enumerate().map(|(place, (failure, diagnosis))| {
            // What has no fingerprint is a failure of its own.
            (&failure.kind, fingerprint(diagnosis).ok_or(place))
        }))
    }

    /// What is said wrongly most often, worst first.
    pub fn worst(&self) -> Vec<String> {
        let mut counts = BTreeMap::<String, u64>::new();
        for (failure, diagnosis) in &self.failures {
            let said = diagnosis.class.as_str();
            if said != failure.class {
                *counts.entry(format!("{}: {said} instead of {}", failure.kind, failure.class)).or_default() += 1;
            }
            if !shows(failure, diagnosis) {
                *counts.entry(format!("{}: no marked line in the excerpt", failure.kind)).or_default() += 1;
            }
        }
        for (what, count) in self.mixed_up() {
            counts.insert(what, count);
        }
        let mut worst: Vec<_> = counts.into_iter().map(|(what, count)| (count, what)).collect();
        worst.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.cmp(y)));
        worst.into_iter().take(WORST).map(|(count, what)| format!("{count} × {what}")).collect()
    }

    /// Kinds that share a fingerprint, and kinds that have several.
    fn mixed_up(&self) -> BTreeMap<String, u64> {
        let (mut kinds, mut fingerprints) =
            (BTreeMap::<_, BTreeSet<&str>>::new(), BTreeMap::<&str, BTreeSet<_>>::new());
        for (place, (failure, diagnosis)) in self.failures.iter().enumerate() {
            let fingerprint = fingerprint(diagnosis).ok_or(place);
            kinds.entry(fingerprint).or_default().insert(&failure.kind);
            fingerprints.entry(&failure.kind).or_default().insert(fingerprint);
        }
        let shared = kinds.into_values().filter(|kinds| kinds.len() > 1);
        let shared = shared.map(|kinds| (kinds.into_iter().collect::<Vec<_>>().join(", "), 1));
        let mut mixed = BTreeMap::new();
        for (kinds, count) in shared {
            *mixed.entry(format!("one fingerprint for {kinds}")).or_default() += count;
        }
        for (kind, fingerprints) in fingerprints.iter().filter(|(_, fingerprints)| fingerprints.len() > 1) {
            mixed.insert(format!("{kind}: several fingerprints"), fingerprints.len() as u64 - 1);
        }
        mixed
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer failures than a float can count")]
    fn part(&self, is_good: impl Fn(&&(Failure, Diagnosis)) -> bool) -> f64 {
        self.failures.iter().filter(is_good).count() as f64 / self.failures.len().max(1) as f64
    }
}

/// The fingerprint that makes a cause, as the service does.
fn fingerprint(diagnosis: &Diagnosis) -> Option<Fingerprint> {
    Fingerprint::telling(diagnosis.class, &diagnosis.step, &diagnosis.message)
}

/// Whether the excerpt has a line that a person would paste.
pub fn shows(failure: &Failure, diagnosis: &Diagnosis) -> bool {
    diagnosis.excerpt.lines.iter().any(|line| failure.marked.contains(&line.number))
}
