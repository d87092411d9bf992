//! Why something failed: its class, the lines of the log that say so, one sentence.
//!
//! The way of a log: [`Tail`] (its end, as it streams in) → [`Redacted`] (no secrets, no colours) →
//! [`Reading`] (what each line weighs: nothing if it was there when the step [`Passed`]) → rules recognise one of
//! its [`Candidate`]s, or something in the [`Context`], as a [`Finding`] → [`Diagnosis`]. What rules recognise is not known here: they are
//! files. Without a finding the weights alone choose the lines, and the class is unknown.
//!
//! Everything is the same for the same input, and takes time that grows with its length only.

mod class;
mod context;
mod excerpt;
mod line;
mod passed;
mod reading;
mod tail;
mod weight;
mod words;

pub use class::Class;
pub use context::Context;
pub use excerpt::{Excerpt, ExcerptLine};
pub use passed::Passed;
pub use reading::{Candidate, Reading};
pub use tail::{LINE_BYTES, Redacted, TAIL_BYTES, Tail};

use crate::issue::words;
use crate::text::head;
use context::without_names;

/// What stands between what happened and the end of a log, in a text that holds both.
pub const LOG_HEADING: &str = "The end of its log:";
/// Most bytes of the text that a fingerprint is made of.
pub const MESSAGE_BYTES: usize = 1024;

words! {
    /// How sure a diagnosis is.
    Confidence {
        /// Nothing was recognised: the lines are chosen by their weights.
        Low = 1 "low",
        /// A rule recognised a line that is not the heaviest one.
        Medium = 2 "medium",
        /// A rule recognised the heaviest line or the context.
        High = 3 "high",
    }
}

/// What a rule recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The rule's class.
    pub class: Class,
    /// The rule's sentence.
    pub summary: String,
    /// What helps, when the rule says.
    pub remedy: Option<String>,
    /// Where it was recognised.
    pub evidence: Evidence<'a>,
}

/// What a rule was recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence<'a> {
    /// A line of the log.
    Line(Candidate<'a>),
    /// A message of the context.
    Message(&'a str),
    /// A word or number of the context: a reason, an exit code.
    Fact,
}

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What kind of failure it is.
    pub class: Class,
    /// The task that failed; empty when there is none.
    pub task: String,
    /// The step of the task that failed; empty when there is none.
    pub step: String,
    /// The lines that a person would paste. Secrets are gone, but it is still part of a log: show it to those
    /// who may read logs where it was written, and to nobody else.
    pub excerpt: Excerpt,
    /// What went wrong, in one sentence.
    pub summary: String,
    /// What helps, when a rule says.
    pub remedy: Option<String>,
    /// How sure that is.
    pub confidence: Confidence,
    /// What went wrong in the words of the log, or of the context: what the fingerprint is made of, without the
    /// names that only this attempt has. As confidential as the excerpt.
    pub message: String,
}

impl Diagnosis {
    /// Puts together what is known of a failure.
    pub fn of(context: &Context, log: &Reading<'_>, finding: Option<Finding<'_>>) -> Self {
        let evidence = finding.as_ref().map(|finding| finding.evidence);
        let loudest = log.heavy().first().copied();
        let headline = match evidence {
            Some(Evidence::Line(line)) => Some(line.index),
            _ => loudest,
        };
        let said = match evidence {
            Some(Evidence::Message(message)) => Some(message.to_owned()),
            // Whatever the log holds: what Kubernetes says of its reason is why.
            Some(Evidence::Fact) => context.about_reason().map(str::to_owned),
            _ => headline
                .and_then(|index| told(log, index))
                .or_else(|| Some(context.messages.first()?.as_str().to_owned())),
        };
        let confidence = match evidence {
            None => Confidence::Low,
            Some(Evidence::Line(line)) if loudest != Some(line.index) => Confidence::Medium,
            Some(_) => Confidence::High,
        };
        let message =
            said.as_deref().map_or_else(|| context.reason.clone(), |said| without_names(said, &context.names));
        let (class, summary, remedy) = match finding {
            Some(Finding { class, summary, remedy, .. }) => (class, summary, remedy),
            None => (Class::Unknown, plain_summary(said.as_deref(), context), None),
        };
        Self {
            class,
            task: context.task.clone(),
            step: context.step.clone(),
            excerpt: excerpt::choose(log, headline),
            summary,
            remedy,
            confidence,
            message: head(&message, MESSAGE_BYTES).to_owned(),
        }
    }
}

/// What a line says, with the next one when it announces that: `thread 'main' panicked at a.rs:3:5:`.
fn told(log: &Reading<'_>, index: usize) -> Option<String> {
    let text = |index: usize| log.lines.get(index).map(|line| line.text.trim());
    let line = text(index)?;
    match text(index + 1).filter(|_| line.ends_with(':')) {
        Some(next) => Some(format!("{line} {next}")),
        None => Some(line.to_owned()),
    }
}

/// A sentence for what no rule knows.
fn plain_summary(said: Option<&str>, context: &Context) -> String {
    /// Longer ones are no sentences.
    const BYTES: usize = 200;
    match said.map(str::trim).filter(|said| !said.is_empty()) {
        Some(said) if said.len() <= BYTES => said.to_owned(),
        Some(said) => format!("{}…", head(said, BYTES)),
        None => match (context.reason.as_str(), context.exit_code) {
            ("", None) => "It failed and nothing says why.".to_owned(),
            ("", Some(code)) => format!("It failed with exit code {code}."),
            (reason, _) => format!("It failed: {reason}."),
        },
    }
}
