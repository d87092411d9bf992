//! Fingerprints: the same failure in other components, branches and hours gets the same one.
//!
//! A fingerprint is a hash of the class, the failing step and the message in its normal form: what differs between
//! two tellings (addresses, paths, hosts, times, every word with a digit) is masked. It needs nothing but the failure
//! itself, so it does not depend on what was seen before, and [`explain`] shows what went into it.

mod kinds;
mod mask;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

pub use kinds::Mask;
pub use mask::Token;

use crate::diagnosis::{Class, Diagnosis};

/// The present way of making fingerprints. Another way gets another number; those of all ways can be told apart.
pub const VERSION: u8 = 1;

/// Words that say no more than that it failed.
const TELLING_NOTHING: [&str; 21] = [
    "a",
    "and",
    "build",
    "code",
    "compilation",
    "err",
    "error",
    "errors",
    "exit",
    "fail",
    "failed",
    "failure",
    "fatal",
    "for",
    "in",
    "info",
    "is",
    "of",
    "on",
    "the",
    "to",
];

/// Names the failure that several issues share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    version: u8,
    hash: u128,
}

impl Fingerprint {
    /// The fingerprint of a failure. All of it is stored, so another version can make another one of it.
    pub fn of(class: Class, step: &str, message: &str) -> Self {
        Self::made_of(class, step, &normal_form(message))
    }

    /// The fingerprint of a failure that was recognised and says enough to be told apart from others: "failed" is said
    /// by many that have nothing in common.
    pub fn telling(class: Class, step: &str, message: &str) -> Option<Self> {
        let form = normal_form(message);
        let words: BTreeSet<_> = form.split_whitespace().filter(|word| *word != mask::PLACEHOLDER).collect();
        // The name of an exception says enough by itself.
        let is_exception = |word: &str| word != "error" && word.ends_with("error");
        let is_telling =
            words.iter().any(|word| is_exception(word) || words.len() > 1 && !TELLING_NOTHING.contains(word));
        (class != Class::Unknown && is_telling).then(|| Self::made_of(class, step, &form))
    }

    fn made_of(class: Class, step: &str, message: &str) -> Self {
        let input = format!("{VERSION}\n{class}\n{}\n{message}", normal_form(step));
        Self { version: VERSION, hash: Uuid::new_v5(&Uuid::NAMESPACE_OID, input.as_bytes()).as_u128() }
    }
}

impl From<&Diagnosis> for Fingerprint {
    fn from(diagnosis: &Diagnosis) -> Self {
        Self::of(diagnosis.class, &diagnosis.step, &diagnosis.message)
    }
}

impl fmt::Display for Fingerprint {
    /// Such as `f1-0c5b…`: a word for URLs and keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "f{}-{:032x}", self.version, self.hash)
    }
}

/// A text that is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no fingerprint")]
pub struct NoFingerprint;

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let (version, hash) = text.strip_prefix('f').and_then(|text| text.split_once('-')).ok_or(NoFingerprint)?;
        let is_hash = hash.len() == 32 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let version = version.parse().ok().filter(|_| is_hash && version.bytes().all(|b| b.is_ascii_digit()));
        let hash = u128::from_str_radix(hash, 16).map_err(|_| NoFingerprint)?;
        Ok(Self { version: version.ok_or(NoFingerprint)?, hash })
    }
}

/// What a fingerprint was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The fingerprint; none when the failure says too little for one.
    pub fingerprint: Option<Fingerprint>,
    /// The class of the failure.
    pub class: Class,
    /// The step that failed, in its normal form.
    pub step: String,
    /// The message in its normal form.
    pub normal_form: String,
    /// The pieces of the message: what was kept and what was masked.
    pub tokens: Vec<Token>,
}

/// Shows what the fingerprint of a failure is made of.
pub fn explain(class: Class, step: &str, message: &str) -> Explanation {
    let tokens = mask::tokens(message);
    Explanation {
        fingerprint: Fingerprint::telling(class, step, message),
        class,
        step: normal_form(step),
        normal_form: mask::normal_form(&tokens),
        tokens,
    }
}

/// The text in its normal form. That of a normal form is itself.
pub fn normal_form(text: &str) -> String {
    mask::normal_form(&mask::tokens(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_between_two_tellings_is_masked() {
        for (text, wanted) in [
            ("Could not resolve host: registry-4.example.com", "could not resolve host <*>"),
            ("dial tcp 10.0.0.7:443: i/o timeout", "dial tcp <*> i o timeout"),
            ("GET https://a.b/c?d=e#f - Not Found", "get <*> not found"),
            ("open '/var/lib/x y': No such file", "open <*> y no such file"),
            ("src/main.rs:12:5: error[E0425]: cannot find value `total`", "<*> error <*> cannot find value total"),
            ("at 12:30:45 on Fri Nov 27 2026 it failed after 3.5s", "at <*> on <*> it failed after <*>"),
            ("tests/test_a.py::test_total - assert 3 == 4", "<*> test total assert <*>"),
            ("java.lang.NullPointerException: x is null", "java lang nullpointerexception x is null"),
            (
                "npm ERR! 404 '@acme/left-pad@*' is not in this registry",
                "npm err <*> acme left pad is not in this registry",
            ),
            ("sha256:0f3a9c and 550e8400-e29b-41d4-a716-446655440000", "<*> and <*>"),
            ("may fail", "may fail"),
            ("", ""),
        ] {
            assert_eq!(normal_form(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_says_too_little_has_no_fingerprint() {
        for (class, message, wanted) in [
            (Class::Network, "dial tcp 10.0.0.7:443: no route to host", true),
            (Class::Unknown, "dial tcp 10.0.0.7:443: no route to host", false),
            (Class::UserError, "the pipeline run failed with reason: failed", true),
            (Class::TestFailure, "TestFail", false),
            (Class::TestFailure, "--- FAIL: TestTotal (0.00s)", true),
            (Class::TestFailure, "12 failed", false),
            (Class::OutOfMemory, "MemoryError", true),
            (Class::UserError, "Error", false),
            (Class::Compile, "/src/a.c:1:2 /src/b.c:3:4 /src/c.c:5:6 failed", false),
            (Class::Compile, "[ERROR] COMPILATION ERROR : [INFO] -----", false),
        ] {
            assert_eq!(Fingerprint::telling(class, "build", message).is_some(), wanted, "{message}");
        }
    }

    #[test]
    fn class_and_step_tell_failures_apart() {
        let one = Fingerprint::of(Class::Network, "build", "no route to host");
        assert_eq!(one, Fingerprint::of(Class::Network, "build", "No route   to host!"));
        assert_ne!(one, Fingerprint::of(Class::Unknown, "build", "no route to host"));
        assert_ne!(one, Fingerprint::of(Class::Network, "test", "no route to host"));
    }

    #[test]
    fn a_fingerprint_is_a_word_that_leads_back_to_it() {
        let one = Fingerprint::of(Class::Network, "build", "no route to host");
        assert_eq!(one.to_string().parse(), Ok(one));
        for text in
            ["", "f1", "f1-", "f-00000000000000000000000000000000", "x1-00000000000000000000000000000000", "f1-0"]
        {
            assert_eq!(text.parse::<Fingerprint>(), Err(NoFingerprint), "{text}");
        }
    }

    #[test]
    fn an_explanation_names_what_is_kept_and_what_is_masked() {
        let explanation = explain(Class::Network, "build", "connection to a.example.com failed");
        let host = Token::Masked { text: "a.example.com".to_owned(), mask: Mask::Host };
        let kept = |word: &str| Token::Kept(word.to_owned());
        assert_eq!(explanation.tokens, [kept("connection"), kept("to"), host, kept("failed")]);
        assert_eq!(explanation.normal_form, "connection to <*> failed");
        let made = Fingerprint::of(Class::Network, "build", "connection to b.example.com failed");
        assert_eq!(explanation.fingerprint, Some(made));
        assert_eq!(explain(Class::Network, "build", "a.example.com failed").fingerprint, None);
    }
}
