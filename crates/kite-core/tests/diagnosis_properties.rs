//! What holds of every log and every message.

use std::borrow::Cow;

use kite_core::cause::{self, Fingerprint};
use kite_core::diagnosis::{Class, Context, Diagnosis, MESSAGE_BYTES, Passed, Reading, Redacted, TAIL_BYTES, Tail};
use kite_core::text::{EXCERPT_BYTES, EXCERPT_LINES};
use proptest::prelude::*;

const SECRET: &str = "hunter2hunter2";

fn redact(text: &str) -> Cow<'_, str> {
    text.replace(SECRET, "[redacted]").into()
}

fn read(pieces: &[&[u8]]) -> Redacted {
    let mut tail = Tail::default();
    for piece in pieces {
        tail.push(piece);
    }
    tail.redacted_by(redact)
}

fn diagnose(log: &str) -> Diagnosis {
    let log = read(&[log.as_bytes()]);
    Diagnosis::of(&Context::default(), &Reading::of(&log, &Passed::default()), None)
}

/// Lines of a build that goes well.
fn irrelevant() -> impl Strategy<Value = String> {
    prop_oneof![
        "Compiling [a-z]{3,9} v[0-9]\\.[0-9]",
        "Downloading [a-z]{3,9}-[0-9]\\.jar \\([0-9]{1,3} kB\\)",
        "[0-9]{1,2} passed, 0 failed, 0 errors",
        "ok  \tmodule/[a-z]{3,9}\t0\\.[0-9]{3}s",
        "\\[[0-9]{2}:[0-9]{2}:[0-9]{2}\\] step done",
    ]
}

/// Bytes such as logs have and should not have.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<Vec<u8>>(),
        ".*".prop_map(String::into_bytes),
        "\u{1b}\\[[0-9;]{0,4}m".prop_map(String::into_bytes),
        "(error|failed|fatal|at |\tat |Caused by|Traceback|E   )[:a-z ./]{0,30}[\r\n]".prop_map(String::into_bytes),
        (any::<u8>(), 1usize..5000).prop_map(|(byte, count)| vec![byte; count]),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn masking_what_is_masked_changes_nothing(text in ".{0,200}") {
        let once = cause::normal_form(&text);
        prop_assert_eq!(cause::normal_form(&once), once);
    }

    #[test]
    fn masking_what_looks_like_messages_is_idempotent(words in prop::collection::vec(
        prop_oneof![
            "[a-zA-Z./:@=-]{1,12}", "[0-9a-f:.-]{1,20}", "https?://[a-z./?=&]{1,20}", "(jan|mon|May|localhost|<\\*>)",
            "[/a-z]{1,9}\\.(rs|py|com)(:[0-9]{1,3}){0,2}", "['\"(<\\[][a-z0-9]{1,5}['\")>\\]]",
        ], 0..20)) {
        let once = cause::normal_form(&words.join(" "));
        prop_assert_eq!(cause::normal_form(&once), once);
    }

    #[test]
    fn the_same_words_around_other_numbers_get_the_same_fingerprint(one in 0u64..1 << 40, other in 0u64..1 << 40) {
        let of = |n: u64| Fingerprint::of(Class::Unknown, "build", &format!("job {n} on 10.0.0.{} failed at /w/{n}/x", n % 256));
        prop_assert_eq!(of(one), of(other));
    }

    #[test]
    fn what_was_said_when_it_passed_is_not_why_it_failed(bytes in bytes()) {
        let log = read(&[&bytes]);
        let passed = Passed::of(&log);
        let context = Context { reason: "Failed".to_owned(), ..Context::default() };
        prop_assert_eq!(Diagnosis::of(&context, &Reading::of(&log, &passed), None).message, "Failed");
        let more = read(&[&bytes, b"\nerror: the flux is inverted\n"]);
        let told = Diagnosis::of(&context, &Reading::of(&more, &passed), None).message;
        prop_assert_eq!(told, "error: the flux is inverted");
    }

    #[test]
    fn any_bytes_are_diagnosed_within_bounds(bytes in bytes()) {
        let log = read(&[&bytes]);
        let diagnosis = Diagnosis::of(&Context::default(), &Reading::of(&log, &Passed::default()), None);
        prop_assert!(diagnosis.excerpt.lines.len() <= EXCERPT_LINES);
        prop_assert!(diagnosis.excerpt.to_string().len() <= EXCERPT_BYTES);
        prop_assert!(diagnosis.message.len() <= MESSAGE_BYTES);
        prop_assert!(!diagnosis.summary.is_empty() && diagnosis.summary.len() < 300);
        let is_ordered = diagnosis.excerpt.lines.is_sorted_by(|a, b| a.number < b.number);
        prop_assert!(is_ordered, "{:?}", diagnosis.excerpt);
        let texts = diagnosis.excerpt.lines.iter().all(|line| !line.text.contains(char::is_control) || line.text.contains('\t'));
        prop_assert!(texts, "{:?}", diagnosis.excerpt);
    }

    #[test]
    fn it_does_not_matter_how_a_log_is_cut(bytes in bytes(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5)) {
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut begin = 0;
        for cut in cuts.into_iter().chain([bytes.len()]) {
            pieces.push(&bytes[begin..cut]);
            begin = cut;
        }
        prop_assert_eq!(read(&pieces), read(&[&bytes]));
    }

    #[test]
    fn irrelevant_lines_change_no_fingerprint(
        before in prop::collection::vec(irrelevant(), 0..30),
        after in prop::collection::vec(irrelevant(), 0..10),
        repeats in 1usize..4,
    ) {
        let failure = "src/cart.rs:12:5: error: cannot find the price of pears";
        let lines = |order: &[String]| order.iter().flat_map(|line| std::iter::repeat_n(line.clone() + "\n", repeats)).collect::<String>();
        let log = format!("{}{failure}\n{}", lines(&before), lines(&after));
        let turned: Vec<_> = before.iter().rev().cloned().collect();
        let other = format!("{}{failure}\n", lines(&turned));
        let alone = Fingerprint::from(&diagnose(failure));
        prop_assert_eq!(Fingerprint::from(&diagnose(&log)), alone);
        prop_assert_eq!(Fingerprint::from(&diagnose(&other)), alone);
    }

    #[test]
    fn no_secret_is_in_an_excerpt_or_in_what_a_fingerprint_is_made_of(before in "[a-z :=]{0,20}", after in "[a-z :=]{0,20}") {
        let diagnosis = diagnose(&format!("{before}\nerror: login failed with {before}{SECRET}{after}\n\u{1b}[31mhunter2\u{1b}[0mhunter2 denied\n"));
        let all = format!("{diagnosis:?}");
        prop_assert!(!all.contains(SECRET), "{}", all);
    }
}

#[test]
fn a_line_of_ten_megabytes_is_no_trouble() {
    let mut log = b"error: it is here\n".to_vec();
    log.extend(vec![b'x'; 10 << 20]);
    log.extend(b"\nok\n");
    let log = read(&[&log]);
    assert!(log.as_str().len() < TAIL_BYTES / 100);
    let diagnosis = Diagnosis::of(&Context::default(), &Reading::of(&log, &Passed::default()), None);
    assert_eq!(diagnosis.message, "error: it is here");
}

#[test]
fn a_log_of_short_lines_only_is_no_trouble() {
    let log = read(&[&b"e\n".repeat(2 << 20)]);
    let diagnosis = Diagnosis::of(&Context::default(), &Reading::of(&log, &Passed::default()), None);
    assert!(diagnosis.excerpt.lines.len() <= EXCERPT_LINES);
}

#[test]
fn without_a_log_the_context_speaks() {
    let context = Context {
        reason: "PipelineRunTimeout".to_owned(),
        messages: vec![Redacted::by(redact, r#"PipelineRun "shop-on-push-xk" failed to finish within "1h0m0s""#)],
        names: vec!["shop-on-push-xk".to_owned()],
        ..Context::default()
    };
    let empty = Redacted::default();
    let diagnosis = Diagnosis::of(&context, &Reading::of(&empty, &Passed::default()), None);
    assert_eq!(diagnosis.message, r#"PipelineRun "<*>" failed to finish within "1h0m0s""#);
    assert_eq!((diagnosis.class, diagnosis.excerpt.lines.len()), (Class::Unknown, 0));
    let nothing = Diagnosis::of(&Context::default(), &Reading::of(&empty, &Passed::default()), None);
    assert_eq!(nothing.summary, "It failed and nothing says why.");
}
