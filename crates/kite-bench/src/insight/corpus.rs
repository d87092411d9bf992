//! The logs of `tools/failure-corpus`.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use kite_rules::diagnosis::{self, Passed, Redacted, Tail};
use kite_runtime::redact::redact;
use serde::Deserialize;

/// A log with its answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The kind of failure: those of one kind are the same failure.
    pub kind: String,
    /// What a person calls it.
    pub class: String,
    task: String,
    step: String,
    exit_code: i32,
    reason: String,
    messages: Vec<String>,
    names: Vec<String>,
    /// The whole log.
    pub log: String,
    /// What the same step wrote when it passed last; empty when nobody has kept that.
    pub passed: String,
    /// Numbers of the lines that a person would paste, from 1.
    pub marked: BTreeSet<usize>,
}

/// One half of the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// What weights and rules are tuned on.
    Tuning,
    /// What nobody looks at.
    HeldOut,
}

impl Half {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tuning => "tuning",
            Self::HeldOut => "held out",
        }
    }

    /// Reads it.
    pub fn read(self) -> Result<Vec<Failure>> {
        let file = match self {
            Self::Tuning => "tuning",
            Self::HeldOut => "held-out",
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/failure-corpus/corpus");
        let path = folder.join(format!("{file}.jsonl.gz"));
        let file = File::open(&path).with_context(|| format!("open `{}`", path.display()))?;
        let lines = BufReader::new(GzDecoder::new(file)).lines();
        lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect()
    }
}

impl Failure {
    /// What is known of it besides its log, and what the step wrote when it passed, if that is `kept`.
    pub fn context(&self, kept: bool) -> diagnosis::Context {
        let passed = if kept { Passed::of(&redacted(&self.passed)) } else { Passed::default() };
        diagnosis::Context {
            reason: self.reason.clone(),
            task: self.task.clone(),
            step: self.step.clone(),
            exit_code: Some(self.exit_code),
            messages: self.messages.iter().map(|message| Redacted::by(redact, message)).collect(),
            names: self.names.clone(),
            passed,
        }
    }

    /// Its log, as it is diagnosed.
    pub fn redacted(&self) -> Redacted {
        redacted(&self.log)
    }
}

fn redacted(log: &str) -> Redacted {
    let mut tail = Tail::default();
    tail.push(log.as_bytes());
    tail.redacted_by(redact)
}
