//! Takes secrets out of logs and other texts that people or machines sent.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// What is written instead of a secret.
const REDACTED: &str = "[redacted]";

/// Shapes of secrets. A group named `keep` stays.
const SHAPES: [&str; 10] = [
    // Headers, and what clients print of them.
    r"(?i)(?P<keep>\b(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key)\b[ \t]*[:=][ \t]*)[^\r\n]+",
    r"(?i)(?P<keep>\b(?:bearer|basic)[ \t]+)[A-Za-z0-9+/_.~=-]{8,}",
    // name=value and "name": "value", whatever the name has around it; a quote may be cut off.
    r#"(?i)(?P<keep>[A-Za-z0-9_.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)[A-Za-z0-9_.-]*["']?[ \t]*[:=][ \t]*)("[^"\r\n]*"?|'[^'\r\n]*'?|[^\s"',;]+)"#,
    // Addresses with a password.
    r"(?P<keep>[A-Za-z][A-Za-z0-9+.-]*://)[^\s/@:]*:[^\s/@]+@",
    // Tokens that are known by their beginning.
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}|sha256~[A-Za-z0-9_-]{20,})",
    // JSON Web Tokens.
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    // Private keys, also cut off ones.
    r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
    // Ends of them: the end of a log may begin anywhere.
    r"(?:[A-Za-z0-9+/=]{4,}\s+)+-----END [A-Z ]*PRIVATE KEY-----",
    // Passwords for registries as Docker keeps them, and on command lines.
    r#"(?i)(?P<keep>"auth"\s*:\s*)"[^"]+""#,
    r"(?i)(?P<keep>--?(?:password|passwd|passphrase|token|secret)[ \t]+)[^\s\[-]\S*",
];

/// The shapes, together for a first look and one by one.
static COMPILED: LazyLock<Option<(RegexSet, Vec<Regex>)>> = LazyLock::new(|| {
    let each: Result<Vec<_>, _> = SHAPES.iter().map(|shape| Regex::new(shape)).collect();
    Some((RegexSet::new(SHAPES).ok()?, each.ok()?))
});

/// The text without what looks like a secret; most texts are given back as they are.
pub fn redact(text: &str) -> Cow<'_, str> {
    // A test holds that the shapes compile.
    let Some((any, each)) = &*COMPILED else { return REDACTED.into() };
    if !any.is_match(text) {
        return text.into();
    }
    let with = format!("${{keep}}{REDACTED}");
    each.iter().fold(text.to_owned(), |text, shape| shape.replace_all(&text, with.as_str()).into_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_compiles() {
        assert!(COMPILED.is_some());
    }

    #[test]
    fn secrets_are_taken_out() {
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJl";
        for (text, expected) in [
            ("Authorization: Bearer abc.def.ghi", "Authorization: [redacted]"),
            ("curl -H 'X: Basic dXNlcjpwYXNz'", "curl -H 'X: Basic [redacted]'"),
            ("REGISTRY_PASSWORD=hunter2 make", "REGISTRY_PASSWORD=[redacted] make"),
            (r#"{"apiKey": "s3cr3t", "name": "x"}"#, r#"{"apiKey": [redacted], "name": "x"}"#),
            ("git clone https://bot:hunter2@example.com/a", "git clone https://[redacted]example.com/a"),
            ("using ghp_0123456789abcdefghijABCDEFGHIJ012345 now", "using [redacted] now"),
            (jwt, "[redacted]"),
            ("a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb", "a\n[redacted]\nb"),
            ("-----BEGIN PRIVATE KEY-----\nMIIE", "[redacted]"),
            ("MIIEowIBAAKCAQEA\nAbCd\n-----END RSA PRIVATE KEY-----\nb", "[redacted]\nb"),
            (r#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#, r#"{"auths": {"quay.io": {"auth": [redacted]}}}"#),
            ("PASSWORD=\"hunter2 and more", "PASSWORD=[redacted]"),
            ("podman login --password hunter2 quay.io", "podman login --password [redacted] quay.io"),
        ] {
            assert_eq!(redact(text), expected);
            assert_eq!(redact(expected), expected, "once is enough");
        }
    }

    #[test]
    fn ordinary_lines_stay_as_they_are() {
        for text in [
            "error: cannot find `token` in this scope",
            "step-build exited with code 1",
            "",
            "https://a.b/c:d",
            "Successfully installed path-token\ncurl: (18) transfer closed",
            "checking the token\n: nothing",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
