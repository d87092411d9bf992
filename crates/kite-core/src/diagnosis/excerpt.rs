//! The lines of a log that a person would paste.

use std::collections::BTreeSet;
use std::fmt;

use super::line::{indentation, is_detail, is_frame};
use super::reading::Reading;
use crate::text::{EXCERPT_BYTES, EXCERPT_LINES};

/// Most bytes of a line of it.
const LINE_BYTES: usize = 400;
/// Lines around which the others are chosen.
const HEADLINES: usize = 10;
/// Lines behind a headline that explain it.
const DETAILS: usize = 5;
/// Calls of one stack trace.
const FRAMES: usize = 2;
/// Last lines of the log.
const LAST: usize = 2;
/// A headline weighs at least this part of the heaviest one.
const LEAST_PART: i64 = 8;

/// At most [`EXCERPT_LINES`] lines and [`EXCERPT_BYTES`] bytes of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// In the order of the log.
    pub lines: Vec<ExcerptLine>,
}

/// A line of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcerptLine {
    /// Its number in the text that was read, from 1.
    pub number: usize,
    /// The line, without times and step names before it.
    pub text: String,
}

impl fmt::Display for Excerpt {
    /// One line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.lines.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&line.text)?;
        }
        Ok(())
    }
}

/// Chooses lines; the headline, if a rule or the weights gave one, is among them.
pub(super) fn choose(reading: &Reading<'_>, headline: Option<usize>) -> Excerpt {
    let mut choice = Choice { reading, chosen: BTreeSet::new(), templates: BTreeSet::new(), bytes: 0 };
    let least = reading.heavy().iter().map(|index| reading.weight(*index)).max().unwrap_or(0) / LEAST_PART;
    let heavy = reading.heavy().iter().copied().filter(|index| reading.weight(*index) >= least);
    for index in headline.into_iter().chain(heavy).take(HEADLINES) {
        choice.add_with_details(index);
    }
    let end = if choice.chosen.is_empty() { EXCERPT_LINES } else { LAST };
    for index in (0..reading.lines.len()).rev().take(end) {
        choice.add(index);
    }
    choice.into_excerpt()
}

struct Choice<'r> {
    reading: &'r Reading<'r>,
    chosen: BTreeSet<usize>,
    templates: BTreeSet<u64>,
    bytes: usize,
}

impl Choice<'_> {
    fn text(&self, index: usize) -> &str {
        self.reading.lines.get(index).map_or("", |line| line.text)
    }

    /// Adds a line once, as long as there is room.
    fn add(&mut self, index: usize) {
        let bytes = self.text(index).len().min(LINE_BYTES) + 1;
        let is_full = self.chosen.len() >= EXCERPT_LINES || self.bytes + bytes > EXCERPT_BYTES;
        if index < self.reading.lines.len() && !is_full && self.chosen.insert(index) {
            self.bytes += bytes;
        }
    }

    fn add_with_details(&mut self, index: usize) {
        // What differs in numbers and files only is said once.
        let template = self.reading.lines.get(index).map_or(0, |line| line.template);
        if self.chosen.contains(&index) || !self.templates.insert(template) {
            return;
        }
        self.add(index);
        self.add_before(index);
        let mut frames = 0;
        for next in (index + 1..).take(DETAILS) {
            let text = self.text(next);
            if is_frame(text) {
                frames += 1;
            }
            if !is_detail(text) || frames > FRAMES {
                break;
            }
            self.add(next);
        }
    }

    /// What leads to a headline: the last calls of a Python stack trace, or else one line.
    fn add_before(&mut self, index: usize) {
        let begin = indentation(self.text(index));
        let trace =
            (1..=FRAMES).filter_map(|n| index.checked_sub(n)).take_while(|i| indentation(self.text(*i)) > begin);
        let trace: Vec<_> = trace.collect();
        let before = if trace.is_empty() { index.checked_sub(1).into_iter().collect() } else { trace };
        for index in before {
            self.add(index);
        }
    }

    fn into_excerpt(self) -> Excerpt {
        let lines = self.chosen.iter().filter_map(|index| self.reading.lines.get(*index));
        let lines = lines.map(|line| ExcerptLine { number: line.number, text: shortened(line.text) });
        Excerpt { lines: lines.collect() }
    }
}

/// At most [`LINE_BYTES`] bytes of a line.
fn shortened(text: &str) -> String {
    if text.len() <= LINE_BYTES {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(LINE_BYTES - '…'.len_utf8());
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::{Context, Diagnosis, Passed, Redacted};

    fn diagnose(log: &str) -> Diagnosis {
        let log = Redacted::by(|text| text.into(), log);
        Diagnosis::of(&Context::default(), &Reading::of(&log, &Passed::default()), None)
    }

    fn numbers(log: &str) -> Vec<usize> {
        diagnose(log).excerpt.lines.iter().map(|line| line.number).collect()
    }

    #[test]
    fn a_python_stack_trace_is_shown_from_its_end() {
        let calls = "  File \"a.py\", line 1, in <module>\n    run()\n".repeat(10);
        let log = format!("start\nTraceback (most recent call last):\n{calls}ValueError: no price for pears\n");
        let diagnosis = diagnose(&log);
        assert_eq!(diagnosis.message, "ValueError: no price for pears");
        assert_eq!(
            diagnosis.excerpt.lines.iter().rev().map(|line| line.number).take(3).collect::<Vec<_>>(),
            [23, 22, 21]
        );
    }

    #[test]
    fn a_java_stack_trace_is_shown_from_its_beginning() {
        let calls = "\tat com.acme.Shop.run(Shop.java:3)\n".repeat(30);
        let log = format!("start\nException in thread \"main\" java.lang.IllegalStateException: closed\n{calls}bye\n");
        assert_eq!(numbers(&log), [1, 2, 3, 4, 32, 33]);
    }

    #[test]
    fn what_says_the_same_is_shown_once() {
        let log = (1..200).map(|n| format!("error: cannot read part-{n}.bin")).collect::<Vec<_>>().join("\n");
        assert!(numbers(&log).len() < 6, "{:?}", numbers(&log));
    }

    #[test]
    fn the_first_of_several_errors_is_the_headline() {
        let log = "a.c:1:2: error: unknown type name 'money'\na.c:9:2: error: unknown type name 'price'\nmake: *** [all] Error 1\n";
        assert_eq!(diagnose(log).message, "a.c:1:2: error: unknown type name 'money'");
    }

    #[test]
    fn what_announces_the_next_line_is_told_with_it() {
        let log = "thread 'main' panicked at src/main.rs:3:5:\nno price for pears\nnote: run with RUST_BACKTRACE=1\n";
        assert_eq!(diagnose(log).message, "thread 'main' panicked at src/main.rs:3:5: no price for pears");
    }

    #[test]
    fn sums_weigh_less_than_what_they_sum_up() {
        let log =
            "FAILED cart_test - assert 3 == 4\n=== 1 failed, 3 passed in 0.1s ===\nerror: 2 errors, build failed\n";
        assert_eq!(diagnose(log).message, "FAILED cart_test - assert 3 == 4");
    }

    #[test]
    fn when_nothing_sounds_bad_the_end_is_shown() {
        let log = (1..100).map(|n| format!("step {n} went well\n")).collect::<Vec<_>>().join("\n");
        assert_eq!(numbers(&log), (80..100).map(|n| 2 * n - 1).collect::<Vec<_>>());
    }

    #[test]
    fn long_lines_are_cut() {
        let line = diagnose(&format!("error: {}\n", "ż".repeat(900))).excerpt.lines.remove(0);
        assert!(line.text.len() <= LINE_BYTES && line.text.ends_with('…'));
    }
}
