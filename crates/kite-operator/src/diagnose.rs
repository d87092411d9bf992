//! `kite-operator rules diagnose`: what KITE says of a log, and why.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::Context as _;
use kite_rules::RuleSet;
use kite_rules::cause::{self, Token};
use kite_rules::diagnosis::{Context, Diagnosis, Redacted, Tail};
use kite_runtime::redact::redact;

use crate::args::Diagnose;

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// What is said of a log, in words.
pub fn told(rules: &RuleSet, asked: &Diagnose) -> anyhow::Result<String> {
    let context = Context {
        reason: asked.reason.clone(),
        task: asked.task.clone(),
        step: asked.step.clone(),
        exit_code: asked.exit_code,
        messages: asked.messages.iter().map(|message| Redacted::by(redact, message)).collect(),
        names: asked.names.clone(),
    };
    let log = asked.log.as_deref().map_or(Ok(Redacted::default()), read)?;
    Ok(in_words(&rules.diagnose(&context, &log)))
}

/// Reads the end of a log; `-` is standard input.
fn read(path: &Path) -> anyhow::Result<Redacted> {
    let mut source: Box<dyn io::Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("read `{}`", path.display()))?)
    };
    let (mut tail, mut piece) = (Tail::default(), vec![0; PIECE]);
    loop {
        let length = source.read(&mut piece).with_context(|| format!("read `{}`", path.display()))?;
        if length == 0 {
            return Ok(tail.redacted_by(redact));
        }
        tail.push(piece.get(..length).unwrap_or_default());
    }
}

fn in_words(diagnosis: &Diagnosis) -> String {
    let explanation = cause::explain(diagnosis.class, &diagnosis.step, &diagnosis.message);
    let masked = explanation.tokens.iter().filter_map(|token| match token {
        Token::Masked { text, mask } => Some(format!("{text} ({})", mask.as_str())),
        Token::Kept(_) => None,
    });
    let masked: Vec<_> = masked.collect();
    let mut words = String::new();
    for (what, text) in [
        ("class", format!("{} ({} confidence)", diagnosis.class, diagnosis.confidence)),
        ("summary", diagnosis.summary.clone()),
        ("remedy", diagnosis.remedy.clone().unwrap_or_default()),
        ("fingerprint", explanation.fingerprint.to_string()),
        ("made of", explanation.normal_form),
        ("masked", masked.join(", ")),
    ] {
        if !text.is_empty() {
            let _ = writeln!(words, "{what:<12} {text}");
        }
    }
    for line in &diagnosis.excerpt.lines {
        let _ = write!(words, "\n{:>7} | {}", line.number, line.text);
    }
    words.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_log_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        fs::write(&log, "fetching\ncurl: (6) Could not resolve host: a-1.example.com\npassword=hunter2\n").unwrap();
        let asked = Diagnose { log: Some(log), step: "build".to_owned(), ..Diagnose::default() };
        let words = told(&RuleSet::builtin(), &asked).unwrap();
        assert!(words.starts_with("class        network (high confidence)\n"), "{words}");
        assert!(words.contains("made of      curl <*> could not resolve host <*>\n"), "{words}");
        assert!(words.contains("masked       6 (number), a-1.example.com (host)\n"), "{words}");
        assert!(words.contains("\n      2 | curl: (6) Could not resolve host: a-1.example.com"), "{words}");
        assert!(!words.contains("hunter2"), "{words}");
    }

    #[test]
    fn a_reason_is_enough() {
        let asked = Diagnose { reason: "OOMKilled".to_owned(), ..Diagnose::default() };
        assert!(told(&RuleSet::builtin(), &asked).unwrap().starts_with("class        out_of_memory"));
    }
}
