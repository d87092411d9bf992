//! Why something failed, as a source makes it out.

use kite_api::Diagnosis;
use kite_core::{ReportedDiagnosis, text};

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
