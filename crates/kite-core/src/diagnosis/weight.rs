//! How much a line of a log speaks of a failure.

use super::line::{is_blob, is_frame};
use super::words::{is_counted, pair_points, points};

/// Bytes of a line that are weighed.
const WEIGHED_BYTES: usize = 1024;
/// Longest word that means anything.
const WORD_BYTES: usize = 24;
/// What one line can weigh at most: long sentences are no worse than short ones.
const MOST_POINTS: i32 = 40;
/// Of a line that begins with what is wrong.
const AT_THE_BEGINNING: i32 = 7;
/// Of a line that begins with a place in a file, as compilers write: `main.go:3:5: `, `run.sh: line 3: `.
const PLACE: i32 = 8;
/// Of a line with stars, as make writes: `make: *** `.
const STARS: i32 = 6;
/// What a word weighs less when it only sums up: `3 failed`.
const SUM: i32 = 3;
/// Of the name of an exception with its message; more when its stack trace is there.
const EXCEPTION: i32 = 9;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weight {
    /// How much it speaks of a failure; 0 for not at all.
    pub(super) points: i32,
    /// The same for lines that differ in numbers, names of files and the like only.
    pub(super) template: u64,
}

/// A run of letters and digits, and the bytes around it.
struct Word<'a> {
    text: &'a [u8],
    before: u8,
    after: &'a [u8],
}

/// Weighs a line that has no marks before it.
pub(super) fn weigh(line: &str) -> Weight {
    let bytes = line.as_bytes();
    let bytes = bytes.get(..WEIGHED_BYTES).unwrap_or(bytes);
    let mut scale =
        Scale { points: 0, template: OFFSET, before: Lower::default(), number: None, began: false, place: 0 };
    let mut at = 0;
    while let Some(word) = next_word(bytes, &mut at) {
        scale.put(&word);
    }
    if begins_with_place(bytes) {
        scale.points += PLACE;
    }
    if bytes.windows(4).take(64).any(|window| window == b"*** ") {
        scale.points += STARS;
    }
    let silent = scale.points <= 0 || is_frame(line) || is_blob(line);
    Weight { points: if silent { 0 } else { scale.points.min(MOST_POINTS) }, template: scale.template }
}

/// `name:12: …`, `name:12:3: …`, `name: line 12: …`.
fn begins_with_place(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    let mut parts = bytes.get(..bytes.len().min(160)).unwrap_or_default().splitn(4, |byte| *byte == b':');
    let (name, place) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_number = |part: &[u8]| !part.is_empty() && part.len() <= 6 && part.iter().all(u8::is_ascii_digit);
    let is_name = !name.is_empty() && !name.contains(&b' ') && !is_number(name);
    is_name && parts.next().is_some() && is_number(place.strip_prefix(b" line ").unwrap_or(place))
}

fn next_word<'a>(bytes: &'a [u8], at: &mut usize) -> Option<Word<'a>> {
    let rest = bytes.get(*at..)?;
    let skipped = rest.iter().position(|byte| is_of_word(*byte))?;
    let begin = *at + skipped;
    let rest = bytes.get(begin..)?;
    let mut length = rest.iter().position(|byte| !is_of_word(*byte)).unwrap_or(rest.len());
    // An apostrophe inside, as in `can't`.
    if let Some([b'\'', b't', tail @ ..]) = rest.get(length..)
        && !tail.first().is_some_and(|byte| is_of_word(*byte))
    {
        length += 2;
    }
    *at = begin + length;
    let before = begin.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b' ');
    Some(Word { text: rest.get(..length)?, before, after: rest.get(length..)? })
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Adds up words.
struct Scale {
    points: i32,
    template: u64,
    before: Lower,
    /// The word before, if it is a number.
    number: Option<Number>,
    /// Whether it began with what is wrong.
    began: bool,
    /// How many words there were.
    place: usize,
}

impl Scale {
    fn put(&mut self, word: &Word<'_>) {
        let lower = Lower::of(word.text);
        let is_part = word.is_part();
        let is_number = word.text.iter().any(u8::is_ascii_digit);
        self.template =
            if is_number || is_part { step(self.template, b"#") } else { step(self.template, lower.bytes()) };
        if !is_number {
            let points = self.points_of(word, &lower, is_part);
            self.points += points;
            if points >= 7 && self.place < 2 && !self.began {
                self.points += AT_THE_BEGINNING;
                self.began = true;
            }
        }
        // What names a place (`src/main.rs:4:2:`) does not push the beginning away.
        if !is_number && !is_part {
            self.place += 1;
        }
        let is_count = !is_part && word.text.iter().all(u8::is_ascii_digit);
        self.number = is_count.then(|| Number::of(word.text));
        self.before = lower;
    }

    fn points_of(&self, word: &Word<'_>, lower: &Lower, is_part: bool) -> i32 {
        if word.is_exception() {
            return EXCEPTION;
        }
        let (text, before) = (lower.text(), self.before.text());
        if is_part || (is_counted(text) && before == "no") {
            return 0;
        }
        let points = points(text) + pair_points(before, text);
        match self.number.or_else(|| word.number_behind()).filter(|_| is_counted(text)) {
            Some(Number::Nought) => 0,
            // `returned error: 503` is a code.
            Some(Number::Other) if text == "error" && word.after.first() == Some(&b':') => points,
            Some(Number::Other) => points / SUM,
            None => points,
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
            || (joins(next(0)) && is_of_word(next(1)))
            || (next(0) == b'.' && is_of_word(next(1)))
    }

    /// As in `---FAIL` and `npm-ERR!`.
    fn is_loud(&self) -> bool {
        self.text.iter().all(u8::is_ascii_uppercase)
    }

    /// `ValueError: …`, `java.lang.NullPointerException: …`.
    fn is_exception(&self) -> bool {
        let is_named = [&b"Error"[..], b"Exception"].iter().any(|end| {
            self.text.len() > end.len()
                && self.text.ends_with(end)
                && self.text.first().is_some_and(u8::is_ascii_uppercase)
        });
        is_named && matches!(self.after, [] | [b':', ..])
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

/// A short word in lower case; longer ones are empty, they mean nothing.
#[derive(Default)]
struct Lower {
    bytes: [u8; WORD_BYTES],
    length: usize,
}

impl Lower {
    fn of(word: &[u8]) -> Self {
        let mut lower = Self::default();
        if let Some(room) = lower.bytes.get_mut(..word.len()) {
            room.copy_from_slice(word);
            room.make_ascii_lowercase();
            lower.length = word.len();
        }
        lower
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }
}

/// FNV-1a: fast for short words, the same everywhere.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

fn step(hash: u64, word: &[u8]) -> u64 {
    word.iter().chain(b" ").fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
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
        assert_eq!(template("Downloading a-1.jar (12 kB)"), template("Downloading b-23.jar (7 kB)"));
        assert_ne!(template("Downloading a-1.jar"), template("Downloaded a-1.jar"));
    }
}
