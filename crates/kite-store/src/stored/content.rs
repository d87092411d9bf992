//! A failure's content, as reports and issues keep it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kite_core::{Content, Link, ReportedDiagnosis, Severity};
use serde::{Deserialize, Serialize};

/// A failed report's content.
#[derive(Serialize, Deserialize)]
pub struct ContentJson {
    title: String,
    description: String,
    severity: i16,
    #[serde(flatten)]
    details: DetailsJson,
}

/// A content without title, description and severity, which have columns of their own.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DetailsJson {
    #[serde(skip_serializing_if = "is_default")]
    revision: u32,
    #[serde(skip_serializing_if = "is_default")]
    ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "is_default")]
    links: Vec<(String, String)>,
    #[serde(skip_serializing_if = "is_default")]
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "is_default")]
    due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "is_default")]
    cause: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    diagnosis: Option<DiagnosisJson>,
}

/// Why an attempt failed.
#[derive(Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct DiagnosisJson {
    #[serde(skip_serializing_if = "is_default")]
    class: String,
    #[serde(skip_serializing_if = "is_default")]
    task: String,
    #[serde(skip_serializing_if = "is_default")]
    step: String,
    #[serde(skip_serializing_if = "is_default")]
    summary: String,
    #[serde(skip_serializing_if = "is_default")]
    remedy: String,
    #[serde(skip_serializing_if = "is_default")]
    confidence: String,
    #[serde(skip_serializing_if = "is_default")]
    excerpt: String,
    #[serde(skip_serializing_if = "is_default")]
    message: String,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl From<&Content> for DetailsJson {
    fn from(content: &Content) -> Self {
        Self {
            revision: content.revision,
            ended_at: content.ended_at,
            links: links_json(&content.links),
            labels: content.labels.clone(),
            expires_at: content.expires_at,
            due_at: content.due_at,
            cause: content.cause.clone(),
            reason: content.reason.clone(),
            diagnosis: content.diagnosis.as_deref().cloned().map(DiagnosisJson::from),
        }
    }
}

impl From<&Content> for ContentJson {
    fn from(content: &Content) -> Self {
        Self {
            title: content.title.clone(),
            description: content.description.clone(),
            severity: content.severity.code(),
            details: content.into(),
        }
    }
}

impl DetailsJson {
    /// The content, together with what has columns of its own.
    pub fn content(self, title: String, description: String, severity: Severity) -> Content {
        let Self { revision, ended_at, links, labels, expires_at, due_at, cause, reason, diagnosis } = self;
        let links = links.into_iter().filter_map(|(title, url)| Link::parse(title, &url).ok()).collect();
        let diagnosis = diagnosis.map(|diagnosis| Box::new(diagnosis.into()));
        Content {
            revision,
            ended_at,
            title,
            description,
            severity,
            links,
            labels,
            expires_at,
            due_at,
            cause,
            reason,
            diagnosis,
        }
    }
}

impl From<ReportedDiagnosis> for DiagnosisJson {
    fn from(diagnosis: ReportedDiagnosis) -> Self {
        let ReportedDiagnosis { class, task, step, summary, remedy, confidence, excerpt, message } = diagnosis;
        Self { class, task, step, summary, remedy, confidence, excerpt, message }
    }
}

impl From<DiagnosisJson> for ReportedDiagnosis {
    fn from(diagnosis: DiagnosisJson) -> Self {
        let DiagnosisJson { class, task, step, summary, remedy, confidence, excerpt, message } = diagnosis;
        Self { class, task, step, summary, remedy, confidence, excerpt, message }
    }
}

impl ContentJson {
    /// The content.
    pub fn content(self) -> Option<Content> {
        let severity = Severity::from_code(self.severity)?;
        Some(self.details.content(self.title, self.description, severity))
    }
}

/// Titles and addresses.
pub(super) fn links_json(links: &[Link]) -> Vec<(String, String)> {
    links.iter().map(|link| (link.title.clone(), link.url().to_owned())).collect()
}
