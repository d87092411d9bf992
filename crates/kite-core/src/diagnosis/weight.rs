//! How much a line of a log speaks of a failure.

use super::line::{is_blob, is_frame};
use super::words::{EMPTY, hashed, is_counted, is_word, joined, may_be_known, pair_points, points};

/// Bytes of a line that are weighed.
const WEIGHED_BYTES: usize = 1024;
/// Bytes at its beginning in which a place or a program is named.
const NAME_BYTES: usize = 160;
/// A word that says by itself that something is wrong.
const LOUD: i32 = 7;
/// What one line can weigh at most: long sentences are no worse than short ones.
const MOST_POINTS: i32 = 40;
/// Of a line that begins with what is wrong.
const AT_THE_BEGINNING: i32 = 7;
/// Of a line that begins with a place in a file, as compilers write: `main.go:3:5: `, `run.sh: line 3: `.
const PLACE: i32 = 8;
/// Of stars at the beginning or behind the name of a program: `make: *** `.
const STARS: i32 = 6;
/// What a word weighs less when it only sums up: `3 failed`.
const SUM: i32 = 3;
/// Of the name of an exception with its message; more when its stack trace is there.
const EXCEPTION: i32 = 9;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weight {
    /// How much it speaks of a failure; 0 for not at all, less when it says that there is none.
    pub(super) points: i32,
    /// The same for lines that differ in numbers, names of files and the like only; 0 for those that say nothing.
    pub(super) template: u64,
}

/// A run of letters and digits, and the bytes around it.
struct Word<'a> {
    text: &'a [u8],
    /// Of the word in lower case.
    hash: u64,
    digits: usize,
    before: u8,
    after: &'a [u8],
}

/// Weighs a line that has no marks before it.
pub(super) fn weigh(line: &str) -> Weight {
    let bytes = line.as_bytes();
    let bytes = bytes.get(..WEIGHED_BYTES).unwrap_or(bytes);
    let mut scale = Scale { points: 0, before: EMPTY, number: None, began: false, place: 0 };
    let mut at = 0;
    while let Some(word) = next_word(bytes, &mut at) {
        scale.put(&word);
    }
    if begins_with_place(bytes) {
        scale.points += PLACE;
    }
    if bytes.starts_with(b"*** ") {
        scale.points += STARS;
    }
    if scale.points <= 0 || is_frame(line) || is_blob(line) {
        return Weight { points: scale.points.min(0), template: 0 };
    }
    Weight { points: scale.points.min(MOST_POINTS), template: template_of(bytes) }
}

/// What lines have in common that differ in numbers, names of files and the like only.
pub(super) fn template(line: &str) -> u64 {
    let bytes = line.as_bytes();
    template_of(bytes.get(..WEIGHED_BYTES).unwrap_or(bytes))
}

/// Of the words, with one mask for all that are numbers or parts of names.
fn template_of(bytes: &[u8]) -> u64 {
    let (mut template, mut at) = (EMPTY, 0);
    while let Some(word) = next_word(bytes, &mut at) {
        template = joined(template, if word.digits > 0 || word.is_part() { 0 } else { word.hash });
    }
    template
}

/// `name:12: …`, `name:12:3: …`, `name: line 12: …`.
fn begins_with_place(bytes: &[u8]) -> bool {
    let head = bytes.get(..NAME_BYTES).unwrap_or(bytes).trim_ascii_start();
    let Some(colon) = head.iter().position(|byte| *byte == b':') else { return false };
    let (name, rest) = head.split_at(colon);
    let rest = rest.get(1..).unwrap_or_default();
    let rest = rest.strip_prefix(b" line ").unwrap_or(rest);
    let digits = rest.iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
    // A time of day begins like that, too.
    let is_name = name.iter().any(|byte| !byte.is_ascii_digit()) && !name.contains(&b' ');
    (1..7).contains(&digits) && rest.get(digits) == Some(&b':') && is_name
}

fn next_word<'a>(bytes: &'a [u8], at: &mut usize) -> Option<Word<'a>> {
    let rest = bytes.get(*at..)?;
    let begin = *at + rest.iter().position(|byte| is_of_word(*byte))?;
    let rest = bytes.get(begin..)?;
    let (mut hash, mut digits, mut length) = (EMPTY, 0, 0);
    for byte in rest {
        let lower = lower(*byte);
        if lower == 0 {
            break;
        }
        hash = hashed(hash, lower);
        digits += usize::from(lower.is_ascii_digit());
        length += 1;
    }
    // An apostrophe inside, as in `can't`.
    if let Some([b'\'', b't', tail @ ..]) = rest.get(length..)
        && !tail.first().is_some_and(|byte| is_of_word(*byte))
    {
        hash = hashed(hashed(hash, b'\''), b't');
        length += 2;
    }
    *at = begin + length;
    let before = begin.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b' ');
    Some(Word { text: rest.get(..length)?, hash, digits, before, after: rest.get(length..)? })
}

fn is_of_word(byte: u8) -> bool {
    lower(byte) != 0
}

/// The byte in lower case if it is part of a word, 0 otherwise.
fn lower(byte: u8) -> u8 {
    LOWER.get(usize::from(byte)).copied().unwrap_or_default()
}

static LOWER: [u8; 256] = lower_bytes();

#[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "evaluated by the compiler")]
const fn lower_bytes() -> [u8; 256] {
    let mut lower = [0; 256];
    let mut byte = 0;
    while byte < lower.len() {
        let letter = byte as u8;
        if letter.is_ascii_alphanumeric() || letter >= 0x80 {
            lower[byte] = letter.to_ascii_lowercase();
        }
        byte += 1;
    }
    lower
}

/// Adds up words.
struct Scale {
    points: i32,
    /// The word before, by its hash.
    before: u64,
    /// The word before, if it is a number.
    number: Option<Number>,
    /// Whether it began with what is wrong.
    began: bool,
    /// How many words there were.
    place: usize,
}

impl Scale {
    fn put(&mut self, word: &Word<'_>) {
        // Most words are of no interest beyond the beginning of a line, and this is done for each word of a log.
        if self.place < 2 || word.digits > 0 || word.is_exception() || may_be_known(word.hash) {
            self.regard(word);
        } else {
            self.number = None;
        }
        self.before = word.hash;
    }

    fn regard(&mut self, word: &Word<'_>) {
        let is_part = word.is_part();
        // What names a place (`src/main.rs:4:2:`) is no word, and does not push the beginning away.
        let is_word = word.digits == 0 && !is_part;
        if word.is_exception() {
            self.add(EXCEPTION);
        } else if is_word {
            self.add(self.points_of(word));
        }
        self.place += usize::from(is_word);
        if self.place < 2 && word.after.starts_with(b": *** ") {
            self.points += STARS;
        }
        self.number = (!is_part && word.digits == word.text.len()).then(|| Number::of(word.text));
    }

    fn add(&mut self, points: i32) {
        self.points += points;
        if points >= LOUD && self.place < 2 && !self.began {
            self.points += AT_THE_BEGINNING;
            self.began = true;
        }
    }

    fn points_of(&self, word: &Word<'_>) -> i32 {
        let points = points(word.hash) + pair_points(self.before, word.hash);
        if points == 0 || !is_counted(word.hash) {
            return points;
        }
        match self.number.or_else(|| word.number_behind()) {
            None if is_word(self.before, "no") => 0,
            None => points,
            Some(Number::Nought) => 0,
            // `returned error: 503` is a code.
            Some(Number::Other) if is_word(word.hash, "error") && word.after.first() == Some(&b':') => points,
            Some(Number::Other) => points / SUM,
        }
    }
}

impl Word<'_> {
    /// Part of a longer name: `lib-error`, `error.rs`, `on_error`, `/failed`.
    fn is_part(&self) -> bool {
        let joins = |byte: u8| matches!(byte, b'-' | b'_' | b'/' | b'\\' | b'@' | b'$');
        let next = |n: usize| self.after.get(n).copied().unwrap_or(b' ');
        joins(self.before) && !(self.before == b'-' && self.is_loud())
            || self.before == b'.'
            || ((joins(next(0)) || next(0) == b'.') && is_of_word(next(1)))
    }

    /// As in `---FAIL` and `npm-ERR!`.
    fn is_loud(&self) -> bool {
        self.text.iter().all(u8::is_ascii_uppercase)
    }

    /// `ValueError: …`, `java.lang.NullPointerException: …`.
    fn is_exception(&self) -> bool {
        matches!(self.after, [] | [b':', ..])
            && self.text.first().is_some_and(u8::is_ascii_uppercase)
            && [&b"Error"[..], b"Exception"].iter().any(|end| self.text.len() > end.len() && self.text.ends_with(end))
    }

    /// `errors: 0`, `failed=3`, `Error 1`.
    fn number_behind(&self) -> Option<Number> {
        let (b':' | b'=' | b' ') = self.after.first()? else { return None };
        let behind = self.after.get(1..)?.trim_ascii_start();
        let digits = behind.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(behind.len());
        let ends =
            !behind.get(digits).is_some_and(|byte| is_of_word(*byte) || matches!(byte, b'-' | b'.' | b'/' | b':'));
        (digits > 0 && ends).then(|| Number::of(behind.get(..digits).unwrap_or_default()))
    }
}

/// A number beside a word.
#[derive(Clone, Copy)]
enum Number {
    Nought,
    Other,
}

impl Number {
    fn of(digits: &[u8]) -> Self {
        if digits == b"0" { Self::Nought } else { Self::Other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_weighs_more_than_what_only_sounds_like_it() {
        let wrong = [
            "error[E0308]: mismatched types",
            "src/main.c:12:5: error: 'x' undeclared (first use in this function)",
            "npm ERR! code E404",
            "ValueError: invalid literal for int()",
            "java.lang.NullPointerException: name",
            "--- FAIL: TestTotal (0.00s)",
            "curl: (6) Could not resolve host: a.invalid",
            "bash: line 3: kubectx: command not found",
            "Killed",
        ];
        let fine = [
            "   Compiling thiserror v2.0.1",
            "test parse::error_handling ... ok",
            "Setting up libgpg-error0 (1.47) ...",
            "Tests: 12 passed, 0 failed, 0 errors",
            "Failures: 0, Errors: 0, Skipped: 2",
            "warning: unused variable: `x`",
            "npm WARN deprecated rimraf@3: no longer supported",
            "Downloading error-prone-2.1.jar",
            "INFO connection established",
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
        ];
        let least = wrong.map(|line| (weigh(line).points, line)).into_iter().min().unwrap();
        let most = fine.map(|line| (weigh(line).points, line)).into_iter().max().unwrap();
        assert!(least.0 > 2 * most.0 + 6, "{least:?} {most:?}");
    }

    #[test]
    fn numbers_and_files_do_not_change_the_template() {
        let template = |line| weigh(line).template;
        assert_eq!(template("error: cannot read a-1.jar (12 kB)"), template("error: cannot read b-23.jar (7 kB)"));
        assert_ne!(template("error: cannot read a-1.jar"), template("error: cannot write a-1.jar"));
    }
}
