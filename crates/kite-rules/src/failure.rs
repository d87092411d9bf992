//! What only a failing report carries.

use std::collections::BTreeMap;

use kite_api::{LinkInput, Report};

use crate::compiler::Compiler;
use crate::error::EvalError;
use crate::evaluation::{Evaluation, Text};
use crate::file::{Located, ReportSpec};

const SEVERITIES: [&str; 4] = ["info", "minor", "major", "critical"];

/// The compiled parts of a report that say what is wrong.
#[derive(Debug)]
pub(crate) struct FailurePlan {
    title: Option<Text>,
    description: Option<Text>,
    severity: Option<Text>,
    links: Vec<(Text, Text)>,
    labels: Vec<(String, Text)>,
    expires_at: Option<Text>,
    due_at: Option<Text>,
    cause: Option<Text>,
    reason: Option<Text>,
    revision: Option<Text>,
}

impl FailurePlan {
    pub(crate) fn compile(compiler: &mut Compiler<'_>, spec: &ReportSpec) -> Self {
        let severity = spec.severity.as_ref().and_then(|source| compiler.choice("severity", source, &SEVERITIES));
        let mut text =
            |field: &str, source: &Option<Located>| source.as_ref().and_then(|source| compiler.text(field, source));
        let (title, description) = (text("title", &spec.title), text("description", &spec.description));
        let (expires_at, due_at) = (text("expiresAt", &spec.expires_at), text("dueAt", &spec.due_at));
        let (cause, reason) = (text("cause", &spec.cause), text("reason", &spec.reason));
        let revision = text("revision", &spec.revision);
        let links = spec.links.iter().filter_map(|link| {
            let title = compiler.text("links.title", &link.title);
            let url = compiler.text("links.url", &link.url);
            Some((title?, url?))
        });
        let links = links.collect();
        let labels = spec.labels.0.iter().filter_map(|(name, source)| {
            let text = compiler.text(&format!("labels.{}", name.value), source)?;
            Some((name.value.clone(), text))
        });
        Self {
            title,
            description,
            severity,
            links,
            labels: labels.collect(),
            expires_at,
            due_at,
            cause,
            reason,
            revision,
        }
    }

    /// Adds to a report what is wrong.
    pub(crate) fn fill<'r>(&'r self, report: Report, evaluation: &mut Evaluation<'r, '_>) -> Result<Report, EvalError> {
        let mut links = Vec::new();
        for (title, url) in &self.links {
            if let Some(url) = evaluation.optional_text(Some(url))? {
                let title = evaluation.optional_text(Some(title))?;
                links.push(LinkInput { title, url: Some(url) });
            }
        }
        let mut labels = BTreeMap::new();
        for (name, text) in &self.labels {
            if let Some(text) = evaluation.optional_text(Some(text))? {
                labels.insert(name.clone(), text);
            }
        }
        let mut text = |text: &'r Option<Text>| evaluation.optional_text(text.as_ref());
        Ok(Report {
            title: text(&self.title)?,
            description: text(&self.description)?,
            severity: text(&self.severity)?,
            expires_at: text(&self.expires_at)?,
            due_at: text(&self.due_at)?,
            cause: text(&self.cause)?,
            reason: text(&self.reason)?,
            revision: text(&self.revision)?.and_then(|number| number.parse().ok()),
            links,
            labels,
            ..report
        })
    }
}
