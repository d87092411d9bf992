//! A log with any bytes is diagnosed: within bounds, the same however it is cut, and without secrets.

#![no_main]

use std::borrow::Cow;
use std::sync::LazyLock;

use kite_core::Fingerprint;
use kite_core::cause::{explain, normal_form};
use kite_core::diagnosis::{Context, MESSAGE_BYTES, Redacted, Tail};
use kite_core::text::{EXCERPT_BYTES, EXCERPT_LINES};
use kite_rules::RuleSet;
use libfuzzer_sys::fuzz_target;

/// Stands for a secret.
const SECRET: &str = "hunter2";
static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

fuzz_target!(|bytes: &[u8]| {
    let log = read(&[bytes]);
    let (first, second) = bytes.split_at(bytes.len() / 2);
    assert_eq!(read(&[first, second]), log, "it does not matter how a log is cut");
    let context = Context { exit_code: Some(1), ..Context::default() };
    let diagnosis = RULES.diagnose(&context, &log);
    assert_eq!(RULES.diagnose(&context, &log), diagnosis, "the same log is told the same way");
    let excerpt = diagnosis.excerpt.to_string();
    assert!(diagnosis.excerpt.lines.len() <= EXCERPT_LINES && excerpt.len() <= EXCERPT_BYTES, "{excerpt}");
    assert!(diagnosis.excerpt.lines.is_sorted_by(|a, b| a.number < b.number), "{excerpt}");
    assert!(diagnosis.message.len() <= MESSAGE_BYTES && !diagnosis.summary.is_empty());
    let said = format!("{diagnosis:?}");
    assert!(!said.contains(SECRET), "{said}");
    let explanation = explain(diagnosis.class, &diagnosis.step, &diagnosis.message);
    let fingerprint = Fingerprint::from(&diagnosis);
    assert!(explanation.fingerprint.is_none_or(|telling| telling == fingerprint));
    assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
    assert_eq!(normal_form(&explanation.normal_form), explanation.normal_form, "masking twice changes nothing");
});

fn read(pieces: &[&[u8]]) -> Redacted {
    let mut tail = Tail::default();
    for piece in pieces {
        tail.push(piece);
    }
    tail.redacted_by(redact)
}

fn redact(text: &str) -> Cow<'_, str> {
    text.replace(SECRET, "[redacted]").into()
}
