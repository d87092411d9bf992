//! What words in a log weigh: how much they speak of a failure, or of none.

/// Words in lower case, with what they weigh.
const WORDS: [(&str, i32); 201] = [
    ("abort", 8),
    ("aborted", 8),
    ("aborting", 8),
    ("absent", 5),
    ("actual", 3),
    ("assert", 8),
    ("assertion", 8),
    ("attempt", -4),
    ("backoff", 6),
    ("bad", 6),
    ("benign", -14),
    ("broken", 6),
    ("cached", -4),
    ("can't", 9),
    ("canceled", 6),
    ("cancelled", 6),
    ("cannot", 9),
    ("caught", -8),
    ("command", 1),
    ("compiling", -4),
    ("completed", -3),
    ("conflict", 8),
    ("conflicting", 8),
    ("conflicts", 8),
    ("continuing", -8),
    ("corrupt", 8),
    ("corrupted", 8),
    ("couldn't", 9),
    ("crash", 9),
    ("crashed", 9),
    ("cycle", 4),
    ("deadline", 7),
    ("debug", -6),
    ("denied", 10),
    ("deprecated", -9),
    ("deprecation", -9),
    ("didn't", 5),
    ("disabled", -4),
    ("disallowed", 8),
    ("doesn't", 5),
    ("done", -3),
    ("downloaded", -6),
    ("downloading", -5),
    ("dummy", -4),
    ("duplicate", 6),
    ("e", 1),
    ("err", 8),
    ("error", 10),
    ("errors", 7),
    ("evicted", 9),
    ("exceeded", 8),
    ("exceeds", 8),
    ("exception", 9),
    ("exhausted", 8),
    ("exited", 4),
    ("expected", 5),
    ("expecting", 6),
    ("expired", 9),
    ("fail", 8),
    ("failed", 9),
    ("failing", 6),
    ("fails", 6),
    ("failure", 8),
    ("failures", 6),
    ("fake", -6),
    ("fallback", -8),
    ("fatal", 12),
    ("fault", 7),
    ("fetching", -4),
    ("fixed", -4),
    ("flaky", -3),
    ("forbidden", 10),
    ("forgot", 3),
    ("got", 2),
    ("handled", -10),
    ("harmless", -14),
    ("hint", 1),
    ("ignored", -8),
    ("ignoring", -10),
    ("illegal", 8),
    ("incompatible", 9),
    ("incorrect", 7),
    ("info", -5),
    ("installed", -4),
    ("installing", -4),
    ("insufficient", 9),
    ("intentional", -12),
    ("intentionally", -12),
    ("invalid", 9),
    ("invalidimagename", 9),
    ("killed", 12),
    ("malformed", 8),
    ("misconfigured", 8),
    ("mismatch", 8),
    ("mismatched", 8),
    ("missing", 8),
    ("mock", -12),
    ("mocked", -12),
    ("must", 3),
    ("neither", 2),
    ("no", 3),
    ("nonexistent", 7),
    ("nonfatal", -14),
    ("nonzero", 3),
    ("not", 3),
    ("notice", -5),
    ("npm", 1),
    ("ok", -5),
    ("oomkilled", 14),
    ("optional", -6),
    ("outdated", 4),
    ("overflow", 7),
    ("panic", 12),
    ("panicked", 14),
    ("passed", -5),
    ("passes", -5),
    ("problem", 7),
    ("problems", 5),
    ("proceeding", -6),
    ("prohibited", 8),
    ("pulling", -2),
    ("quota", 4),
    ("reconnected", -8),
    ("reconnecting", -6),
    ("recovered", -8),
    ("refused", 10),
    ("refusing", 8),
    ("rejected", 10),
    ("required", 4),
    ("requires", 5),
    ("reset", 4),
    ("resolved", -4),
    ("resolving", -2),
    ("retries", -2),
    ("retry", -5),
    ("retrying", -6),
    ("segmentation", 9),
    ("sigkill", 10),
    ("sigsegv", 10),
    ("sigterm", 7),
    ("simulated", -16),
    ("simulating", -16),
    ("skip", -5),
    ("skipped", -4),
    ("skipping", -5),
    ("skips", -5),
    ("stop", 6),
    ("stub", -4),
    ("succeeded", -8),
    ("success", -8),
    ("successful", -8),
    ("successfully", -9),
    ("suppressed", -8),
    ("syntax", 6),
    ("tampered", 8),
    ("terminated", 7),
    ("throttled", 7),
    ("timeout", 8),
    ("tolerated", -12),
    ("tolerating", -10),
    ("toomanyrequests", 9),
    ("trace", -3),
    ("traceback", 4),
    ("unable", 9),
    ("unaffected", -10),
    ("unauthenticated", 9),
    ("unauthorized", 10),
    ("unbound", 8),
    ("uncaught", 9),
    ("unclosed", 8),
    ("undeclared", 9),
    ("undefined", 9),
    ("unexpected", 8),
    ("unhandled", 8),
    ("unknown", 7),
    ("unmet", 8),
    ("unreachable", 8),
    ("unrecognised", 8),
    ("unrecognized", 8),
    ("unresolved", 9),
    ("unsatisfied", 8),
    ("unschedulable", 9),
    ("unsupported", 8),
    ("unterminated", 8),
    ("untrusted", 8),
    ("unused", 4),
    ("unverified", 7),
    ("usage", 1),
    ("verbose", -4),
    ("verifying", -2),
    ("violates", 8),
    ("violation", 8),
    ("violations", 8),
    ("w", -6),
    ("warn", -9),
    ("warning", -9),
    ("warnings", -6),
    ("wrong", 8),
    ("xfail", -12),
    ("xfailed", -12),
    ("xpassed", -8),
];

/// What two words weigh one behind the other.
const PAIRS: [(&str, &str, i32); 75] = [
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
    ("build", "failed", -8),
    ("build", "failure", -8),
    ("step", "failed", -8),
    ("job", "failed", -8),
    ("process", "completed", -9),
    ("not", "recoverable", -8),
    ("be", "found", -4),
    ("as", "expected", -18),
    ("expected", "by", -18),
    ("falling", "back", -14),
    ("expected", "exception", -14),
    ("not", "fetched", -10),
    ("are", "dropped", -8),
    ("transfer", "closed", 12),
    ("trying", "again", -12),
    ("using", "default", -8),
    ("using", "the", -2),
    ("not", "required", -8),
    ("be", "ignored", -10),
    ("safely", "ignored", -10),
    ("best", "effort", -8),
    ("known", "issue", -8),
    ("expected", "failure", -14),
    ("expected", "failures", -14),
    ("allowed", "failure", -14),
    ("allowed", "to", -3),
    ("non", "fatal", -24),
    ("will", "retry", -8),
    ("not", "enabled", -6),
    ("not", "needed", -8),
    ("no", "longer", -3),
    ("falls", "back", -14),
    ("fell", "back", -14),
    ("carrying", "on", -12),
    ("going", "on", -10),
    ("moving", "on", -10),
    ("on", "purpose", -16),
    ("by", "design", -12),
];

/// Words that only sum up when a number is beside them.
const COUNTED: [&str; 8] = ["error", "errors", "failure", "failures", "failed", "fail", "warnings", "conflicts"];

/// Slots of a table; more than twice the words, so that few share one.
const SLOTS: usize = 1024;

/// What words and pairs weigh, by their hashes: each word of a log is looked up.
struct Table([(u64, i32); SLOTS]);

static POINTS: Table = Table::of_words();
static PAIR_POINTS: Table = Table::of_pairs();

/// The beginning of every hash.
pub(super) const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of what is hashed so far and one more byte: as little work as can be, since it is done for each.
pub(super) const fn hashed(hash: u64, byte: u8) -> u64 {
    hash.rotate_left(5) ^ byte as u64
}

/// The hash of two hashes.
pub(super) const fn joined(hash: u64, next: u64) -> u64 {
    (hash.rotate_left(5) ^ next).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// The hash of a word in lower case.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which has no other way")]
const fn hash_of(word: &str) -> u64 {
    let bytes = word.as_bytes();
    let (mut hash, mut at) = (EMPTY, 0);
    while at < bytes.len() {
        hash = hashed(hash, bytes[at]);
        at += 1;
    }
    hash
}

#[expect(clippy::indexing_slicing, reason = "slots are taken modulo their number")]
impl Table {
    const fn of_words() -> Self {
        let mut table = Self([(0, 0); SLOTS]);
        let mut at = 0;
        while at < WORDS.len() {
            let (word, points) = WORDS[at];
            table.put(hash_of(word), points);
            at += 1;
        }
        table
    }

    const fn of_pairs() -> Self {
        let mut table = Self([(0, 0); SLOTS]);
        let mut at = 0;
        while at < PAIRS.len() {
            let (first, second, points) = PAIRS[at];
            table.put(joined(hash_of(first), hash_of(second)), points);
            at += 1;
        }
        table
    }

    const fn put(&mut self, hash: u64, points: i32) {
        let mut slot = slot_of(hash);
        while self.0[slot].1 != 0 {
            slot = (slot + 1) % SLOTS;
        }
        self.0[slot] = (hash, points);
    }

    fn get(&self, hash: u64) -> i32 {
        let mut slot = slot_of(hash);
        loop {
            let (known, points) = self.0[slot];
            if known == hash || points == 0 {
                return points;
            }
            slot = (slot + 1) % SLOTS;
        }
    }
}

const fn slot_of(hash: u64) -> usize {
    (joined(hash, 0) >> 54) as usize
}

/// A bit for each word that is in one of the tables: most words of a log are in none, and this fits into fewer lines of
/// the processor's cache.
static KNOWN: [u64; 64] = known_bits();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which has no other way")]
const fn known_bits() -> [u64; 64] {
    let mut bits = [0; 64];
    let mut at = 0;
    while at < WORDS.len() + PAIRS.len() {
        let word = if at < WORDS.len() { WORDS[at].0 } else { PAIRS[at - WORDS.len()].1 };
        let (place, bit) = bit_of(hash_of(word));
        bits[place] |= bit;
        at += 1;
    }
    bits
}

const fn bit_of(hash: u64) -> (usize, u64) {
    let mixed = joined(hash, 1) >> 52;
    ((mixed >> 6) as usize, 1 << (mixed & 63))
}

/// Whether the word may be in one of the tables.
pub(super) fn may_be_known(word: u64) -> bool {
    let (place, bit) = bit_of(word);
    KNOWN.get(place).is_some_and(|bits| bits & bit != 0)
}

/// What a word weighs, by its hash.
pub(super) fn points(word: u64) -> i32 {
    POINTS.get(word)
}

/// What a word adds to the one before it, by their hashes.
pub(super) fn pair_points(before: u64, word: u64) -> i32 {
    PAIR_POINTS.get(joined(before, word))
}

/// Whether it is this word.
pub(super) fn is_word(hash: u64, word: &str) -> bool {
    hash == hash_of(word)
}

/// Whether a number beside the word makes it a sum: of none, or of what was told before.
pub(super) fn is_counted(word: u64) -> bool {
    COUNTED.iter().any(|counted| is_word(word, counted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_and_pair_is_found() {
        assert!(WORDS.iter().all(|(word, _)| may_be_known(hash_of(word))));
        assert!(PAIRS.iter().all(|(_, word, _)| may_be_known(hash_of(word))));
        for (word, weight) in WORDS {
            assert_eq!(points(hash_of(word)), weight, "{word}");
        }
        for (before, word, weight) in PAIRS {
            assert_eq!(pair_points(hash_of(before), hash_of(word)), weight, "{before} {word}");
        }
        assert_eq!((points(hash_of("tree")), points(EMPTY)), (0, 0));
    }
}
