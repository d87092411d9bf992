//! What words in a log weigh: how much they speak of a failure, or of none.

/// Words by their first letter, in lower case, with what they weigh.
const WORDS: [&[(&str, i32)]; 26] = [
    &[("abort", 8), ("aborted", 8), ("aborting", 8), ("absent", 5), ("assert", 8), ("assertion", 8), ("actual", 3)],
    &[("bad", 6), ("broken", 6), ("backoff", 6)],
    &[
        ("cannot", 9),
        ("can't", 9),
        ("cancelled", 6),
        ("canceled", 6),
        ("conflict", 8),
        ("conflicts", 8),
        ("conflicting", 8),
        ("corrupt", 8),
        ("corrupted", 8),
        ("couldn't", 9),
        ("crash", 9),
        ("crashed", 9),
        ("cycle", 4),
        ("compiling", -4),
        ("command", 1),
        ("continuing", -8),
        ("completed", -3),
    ],
    &[
        ("denied", 10),
        ("doesn't", 5),
        ("didn't", 5),
        ("duplicate", 6),
        ("deadline", 7),
        ("disallowed", 8),
        ("debug", -6),
        ("deprecated", -9),
        ("deprecation", -9),
        ("downloading", -5),
        ("downloaded", -6),
        ("done", -3),
    ],
    &[
        ("error", 10),
        ("errors", 7),
        ("err", 8),
        ("exception", 9),
        ("exceeded", 8),
        ("exceeds", 8),
        ("expired", 9),
        ("expected", 5),
        ("evicted", 9),
        ("exhausted", 8),
        ("exited", 4),
        ("e", 1),
    ],
    &[
        ("fail", 8),
        ("fails", 6),
        ("failed", 9),
        ("failing", 6),
        ("failure", 8),
        ("failures", 6),
        ("fatal", 12),
        ("fault", 7),
        ("forbidden", 10),
        ("forgot", 3),
        ("fetching", -4),
    ],
    &[("got", 2)],
    &[("hint", 1)],
    &[
        ("illegal", 8),
        ("incompatible", 9),
        ("incorrect", 7),
        ("insufficient", 9),
        ("invalid", 9),
        ("invalidimagename", 9),
        ("info", -5),
        ("ignored", -8),
        ("ignoring", -10),
        ("installing", -4),
        ("installed", -4),
    ],
    &[],
    &[("killed", 12)],
    &[],
    &[("malformed", 8), ("mismatch", 8), ("mismatched", 8), ("missing", 8), ("must", 3), ("misconfigured", 8)],
    &[("nonexistent", 7), ("nonzero", 3), ("notice", -5), ("npm", 1), ("not", 3), ("no", 3), ("neither", 2)],
    &[("oomkilled", 14), ("optional", -6), ("overflow", 7), ("outdated", 4), ("ok", -5)],
    &[
        ("problem", 7),
        ("problems", 5),
        ("panic", 12),
        ("panicked", 14),
        ("prohibited", 8),
        ("passed", -5),
        ("pulling", -2),
    ],
    &[("quota", 4)],
    &[
        ("refused", 10),
        ("refusing", 8),
        ("rejected", 10),
        ("required", 4),
        ("requires", 5),
        ("reset", 4),
        ("retry", -5),
        ("retrying", -6),
        ("retries", -2),
        ("resolving", -2),
    ],
    &[
        ("segmentation", 9),
        ("sigkill", 10),
        ("sigsegv", 10),
        ("sigterm", 7),
        ("syntax", 6),
        ("stop", 6),
        ("skipped", -4),
        ("skipping", -5),
        ("success", -8),
        ("succeeded", -8),
        ("successful", -8),
        ("successfully", -9),
    ],
    &[
        ("timeout", 8),
        ("terminated", 7),
        ("traceback", 4),
        ("throttled", 7),
        ("tampered", 8),
        ("toomanyrequests", 9),
        ("trace", -3),
    ],
    &[
        ("unable", 9),
        ("unauthorized", 10),
        ("unauthenticated", 9),
        ("unbound", 8),
        ("unclosed", 8),
        ("unterminated", 8),
        ("unused", 4),
        ("undeclared", 9),
        ("undefined", 9),
        ("unexpected", 8),
        ("unhandled", 8),
        ("uncaught", 9),
        ("unknown", 7),
        ("unmet", 8),
        ("unreachable", 8),
        ("unrecognized", 8),
        ("unrecognised", 8),
        ("unresolved", 9),
        ("unsatisfied", 8),
        ("unschedulable", 9),
        ("unsupported", 8),
        ("untrusted", 8),
        ("unverified", 7),
        ("usage", 1),
    ],
    &[("violation", 8), ("violations", 8), ("violates", 8), ("verifying", -2)],
    &[("w", -6), ("wrong", 8), ("warning", -9), ("warn", -9), ("warnings", -6)],
    &[],
    &[],
    &[],
];

/// What two words weigh one behind the other.
const PAIRS: [(&str, &str, i32); 45] = [
    ("not", "found", 6),
    ("not", "exist", 6),
    ("not", "resolve", 9),
    ("not", "connect", 7),
    ("not", "allowed", 7),
    ("not", "permitted", 8),
    ("not", "recognized", 6),
    ("not", "match", 6),
    ("not", "in", 3),
    ("not", "satisfy", 6),
    ("no", "such", 7),
    ("no", "space", 9),
    ("no", "matching", 7),
    ("no", "rule", 7),
    ("no", "module", 7),
    ("could", "not", 8),
    ("timed", "out", 9),
    ("out", "of", 3),
    ("of", "memory", 8),
    ("core", "dumped", 5),
    ("command", "failed", -6),
    ("previous", "error", -8),
    ("previous", "errors", -8),
    ("complete", "log", -10),
    ("exception", "occurred", -8),
    ("exit", "code", -5),
    ("exit", "status", -5),
    ("due", "to", -6),
    ("wrote", "only", 8),
    ("does", "not", 4),
    ("did", "not", 4),
    ("is", "not", 3),
    ("was", "not", 4),
    ("not", "contain", 4),
    ("not", "used", 6),
    ("not", "ok", 14),
    ("aborting", "due", -8),
    ("as", "expected", -10),
    ("build", "failed", -8),
    ("build", "failure", -8),
    ("step", "failed", -8),
    ("job", "failed", -8),
    ("process", "completed", -9),
    ("not", "recoverable", -8),
    ("be", "found", -4),
];

/// Words that only sum up when a number is beside them.
const COUNTED: [&str; 8] = ["error", "errors", "failure", "failures", "failed", "fail", "warnings", "conflicts"];

/// What a word in lower case weighs.
pub(super) fn points(word: &str) -> i32 {
    let letter = word.as_bytes().first().map_or(usize::MAX, |first| usize::from(first.wrapping_sub(b'a')));
    let words = WORDS.get(letter).copied().unwrap_or_default();
    words.iter().find(|(known, _)| *known == word).map_or(0, |(_, points)| *points)
}

/// What a word adds to the one before it, both in lower case.
pub(super) fn pair_points(before: &str, word: &str) -> i32 {
    PAIRS.iter().find(|(first, second, _)| *second == word && *first == before).map_or(0, |(_, _, points)| *points)
}

/// Whether a number beside the word makes it a sum: of none, or of what was told before.
pub(super) fn is_counted(word: &str) -> bool {
    COUNTED.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_under_its_letter() {
        for (letter, words) in (b'a'..=b'z').zip(WORDS) {
            for (word, _) in words {
                assert_eq!(word.as_bytes()[0], letter, "{word}");
                assert_ne!(points(word), 0, "{word}");
            }
        }
        assert_eq!((points("tree"), points("1"), points("")), (0, 0, 0));
    }
}
