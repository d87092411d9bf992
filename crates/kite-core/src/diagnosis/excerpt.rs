//! The lines of a log that a person would paste.

use std::collections::BTreeSet;
use std::fmt;

use super::line::{indentation, is_detail, is_frame};
use super::reading::Reading;

/// Most lines of an excerpt.
pub const EXCERPT_LINES: usize = 20;
/// Most bytes of an excerpt, as text.
pub const EXCERPT_BYTES: usize = 4 * 1024;
/// Most bytes of a line of it.
const LINE_BYTES: usize = 400;
/// Lines around which the others are chosen.
const HEADLINES: usize = 8;
/// Lines behind a headline that explain it.
const DETAILS: usize = 5;
/// Calls of one stack trace.
const FRAMES: usize = 2;
/// Last lines of the log.
const LAST: usize = 2;
/// A headline weighs at least this part of the heaviest one.
const LEAST_PART: i64 = 4;

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
    let least = reading.heavy().first().map_or(0, |index| reading.weight(*index) / LEAST_PART);
    let heavy = reading.heavy().iter().copied().filter(|index| reading.weight(*index) >= least);
    for index in headline.into_iter().chain(heavy).take(HEADLINES) {
        choice.add_with_details(index);
    }
    let last = if choice.chosen.is_empty() { EXCERPT_LINES } else { LAST };
    for index in (0..reading.lines.len()).rev().take(last) {
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
        before.into_iter().for_each(|before| self.add(before));
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
