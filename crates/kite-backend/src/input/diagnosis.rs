//! Why something failed: as a source makes it out, or as rules do.

use std::borrow::Cow;

use kite_api::Diagnosis;
use kite_core::diagnosis::{Context, EXCERPT_LINES, Redacted};
use kite_core::{Class, Content, Identity, ReportedDiagnosis, text};
use kite_rules::RuleSet;

use super::Checks;

const CONFIDENCE: [&str; 3] = ["low", "medium", "high"];

/// A diagnosis as sent; nothing when it says nothing.
pub fn read(checks: &mut Checks, sent: Option<Diagnosis>) -> Option<Box<ReportedDiagnosis>> {
    let sent = sent?;
    let mut name = |field: &str, sent| checks.name(&format!("diagnosis.{field}"), sent).unwrap_or_default();
    let (class, task, step) = (name("class", sent.class), name("task", sent.task), name("step", sent.step));
    let mut confidence = name("confidence", sent.confidence);
    if !confidence.is_empty() && !CONFIDENCE.contains(&confidence.as_str()) {
        checks.let_pass("diagnosis.confidence", "must be one of low, medium, high");
        confidence.clear();
    }
    let read = ReportedDiagnosis {
        class,
        task,
        step,
        confidence,
        summary: checks.remark("diagnosis.summary", sent.summary.as_deref(), text::title),
        remedy: checks.remark("diagnosis.remedy", sent.remedy.as_deref(), text::remark),
        excerpt: checks.remark("diagnosis.excerpt", sent.excerpt.as_deref(), text::excerpt),
        message: checks.remark("diagnosis.message", sent.message.as_deref(), text::remark),
    };
    (read != ReportedDiagnosis::default()).then(|| Box::new(read))
}

/// Lets rules make out why something failed, from what its source says. Nothing when they do not know it either.
///
/// A source that makes it out itself knows more: it has seen the whole log.
pub fn complete(rules: &RuleSet, identity: &Identity, content: &mut Content) {
    if content.diagnosis.is_none() {
        content.diagnosis = recognise(rules, identity, content).map(Box::new);
    }
}

fn recognise(rules: &RuleSet, identity: &Identity, content: &Content) -> Option<ReportedDiagnosis> {
    let label = |key: &str| content.labels.get(key).cloned().unwrap_or_default();
    let scope = &identity.scope;
    let names = [&scope.resource_name, &scope.namespace, &scope.resource_namespace, &identity.variant];
    let known = Context {
        reason: content.reason.clone().unwrap_or_default(),
        task: label("task"),
        step: label("step"),
        names: names.into_iter().cloned().chain(["application", "component", "branch"].map(label)).collect(),
        ..Context::default()
    };
    // Secrets were taken out of it when it was read.
    let said = Redacted::by(|text| Cow::Borrowed(text), &content.description);
    let found = rules.diagnose(&known, &said);
    let is_short = content.description.lines().count() <= EXCERPT_LINES;
    (found.class != Class::Unknown).then(|| ReportedDiagnosis {
        class: found.class.to_string(),
        task: found.task,
        step: found.step,
        summary: text::title(&found.summary).0,
        remedy: found.remedy.unwrap_or_default(),
        confidence: found.confidence.to_string(),
        // The description is what the excerpt would be.
        excerpt: if is_short { String::new() } else { found.excerpt.to_string() },
        message: found.message,
    })
}
