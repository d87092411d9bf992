//! A log, line by line, with what each line weighs.

use super::line::{is_detail, is_frame, without_marks};
use super::passed::Passed;
use super::tail::Redacted;
use super::weight::{template, weigh};

/// Lines at the end of a log that are weighed.
pub(super) const MOST_LINES: usize = 32 * 1024;
/// A point counts this much, so that shares of it can be given away.
const POINT: i64 = 1024;
/// Lines from the end at which the end begins to matter less.
const NEAR: i64 = 128;
/// Heavy lines that are offered to rules.
const HEAVY: usize = 48;
/// A line speaks as loudly as the heaviest one when it has this many of 16 parts of its weight.
const AS_LOUD: i64 = 11;
/// What a stack trace adds to the exception that it belongs to.
const TRACE: i64 = 6;
/// Lines before and behind a line that support it.
const NEIGHBOURS: usize = 8;
/// Lines within which a tool says what is wrong.
const TOGETHER: usize = 40;
/// Heavy lines whose details are offered to rules, too.
const EXPLAINED: usize = 4;
/// Details of each.
const DETAILS: usize = 12;
/// The tier of lines that weigh nothing.
const LIGHTEST: u32 = 4;
/// Last lines that are offered to rules, however light.
const LAST: usize = 24;

/// A log that was read once. Borrows the text and holds a few words for each line.
#[derive(Clone, Debug, Default)]
pub struct Reading<'a> {
    /// Without blank lines.
    pub(super) lines: Vec<Line<'a>>,
    /// The heaviest lines: those that speak loudest in their order, then the others, heaviest first.
    heavy: Vec<usize>,
}

/// A line that is not blank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its number in the text, from 1.
    pub(super) number: usize,
    /// Without times and step names before it and blanks behind it.
    pub(super) text: &'a str,
    pub(super) weight: i64,
    pub(super) template: u64,
}

impl<'a> Reading<'a> {
    /// Reads a log, in time that grows with its length only. What was there when the step passed says nothing.
    pub fn of(log: &'a Redacted, passed: &Passed) -> Self {
        let text = log.as_str();
        let all = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let numbered = text.lines().enumerate().skip(all.saturating_sub(MOST_LINES));
        let lines = numbered.filter_map(|(index, line)| {
            let text = without_marks(line).trim_end();
            if text.is_empty() {
                return None;
            }
            let weight = weigh(text);
            Some(Line { number: index + 1, text, weight: i64::from(weight.points) * POINT, template: weight.template })
        });
        let mut reading = Self { lines: lines.collect(), heavy: Vec::new() };
        reading.regard_passed(passed);
        reading.regard_repeats_and_places();
        reading.regard_neighbours();
        reading.heavy = reading.heaviest();
        reading
    }

    /// The lines that a rule may recognise: heavy ones first, with what explains the heaviest; then the last ones, from
    /// the end.
    ///
    /// They are few, whatever the length of the log.
    pub fn candidates(&self) -> impl Iterator<Item = Candidate<'a>> {
        let last = (0..self.lines.len()).rev().take(LAST).filter(|index| !self.heavy.contains(index));
        // What says of itself that nothing is wrong is no guess either.
        let last = last.filter(|index| self.weight(*index) >= 0);
        let explained = self.heavy.iter().take(EXPLAINED).flat_map(|index| self.explained(*index));
        let others = self.heavy.iter().skip(EXPLAINED).copied().chain(last).map(|index| (index, index));
        let heaviest = self.heavy.iter().map(|index| self.weight(*index)).max().unwrap_or(0);
        explained.chain(others).filter_map(move |(index, shown)| {
            let tier =
                heaviest.checked_div(self.weight(index)).map_or(LIGHTEST, |times| times.max(1).ilog2().min(LIGHTEST));
            Some(Candidate { index, tier, text: self.lines.get(shown)?.text })
        })
    }

    /// A line and those that explain it, each with the line itself.
    fn explained(&self, index: usize) -> impl Iterator<Item = (usize, usize)> {
        let is_detail = |next: &usize| self.lines.get(*next).is_some_and(|line| is_detail(line.text));
        let details = (index + 1..).take(DETAILS).take_while(is_detail);
        std::iter::once(index).chain(details).map(move |shown| (index, shown))
    }

    /// The heaviest lines, the loudest first.
    pub(super) fn heavy(&self) -> &[usize] {
        &self.heavy
    }

    /// What was said when the step passed is not why it failed.
    fn regard_passed(&mut self, passed: &Passed) {
        for line in self.lines.iter_mut().filter(|line| line.weight > 0 && passed.has(line.template)) {
            line.weight = -POINT;
        }
        // Rules see the last lines however light they are.
        for line in self.lines.iter_mut().rev().take(LAST).filter(|line| line.weight == 0) {
            if passed.has(template(line.text)) {
                line.weight = -POINT;
            }
        }
    }

    /// What is said often says little, and so does what is said long before the end.
    fn regard_repeats_and_places(&mut self) {
        let heavy = self.lines.iter().filter(|line| line.weight > 0);
        let mut templates: Vec<_> = heavy.map(|line| line.template).collect();
        templates.sort_unstable();
        for (distance, line) in (0i64..).zip(self.lines.iter_mut().rev()).filter(|(_, line)| line.weight > 0) {
            let begin = templates.partition_point(|template| *template < line.template);
            let same = templates.get(begin..).unwrap_or_default();
            let repeats = same.partition_point(|template| *template == line.template).max(1).ilog2();
            let rare = line.weight / (2 + i64::from(repeats)) * 2;
            line.weight = rare / 2 + rare * NEAR / (2 * (NEAR + distance));
        }
    }

    /// A tool that fails says so in several lines, an exception has its calls; what stands alone was harmless more often.
    fn regard_neighbours(&mut self) {
        let weights: Vec<_> = (0..self.lines.len()).map(|index| self.supported(index)).collect();
        for (line, weight) in self.lines.iter_mut().zip(weights) {
            line.weight = weight;
        }
    }

    fn supported(&self, index: usize) -> i64 {
        let alone = self.weight(index);
        if alone <= 0 {
            return alone;
        }
        let around = |before: usize, behind: usize| {
            let end = (index + behind + 1).min(self.lines.len());
            self.lines.get(index.saturating_sub(before)..end).unwrap_or_default().iter()
        };
        // Python names the exception behind its calls and their source, Java before them.
        let has_calls = around(2, 1).any(|line| is_frame(line.text));
        let weight = alone + if has_calls { TRACE * POINT } else { 0 };
        let others = around(NEIGHBOURS, NEIGHBOURS).map(|line| line.weight.max(0)).sum::<i64>() - alone;
        weight + others.min(weight) / 3
    }

    fn heaviest(&self) -> Vec<usize> {
        let mut heavy: Vec<_> = (0..self.lines.len()).filter(|index| self.weight(*index) > 0).collect();
        let heaviest_first = |index: &usize| (-self.weight(*index), *index);
        if heavy.len() > HEAVY {
            heavy.select_nth_unstable_by_key(HEAVY, heaviest_first);
            heavy.truncate(HEAVY);
        }
        heavy.sort_unstable_by_key(heaviest_first);
        // What comes first is the cause more often than what weighs a little more.
        let Some(heaviest) = heavy.first().copied() else { return heavy };
        let is_loud = |index: &usize| self.weight(*index) * 16 >= self.weight(heaviest) * AS_LOUD;
        let is_near = |index: &usize| index.abs_diff(heaviest) <= TOGETHER;
        heavy.sort_by_key(|index| if is_loud(index) && is_near(index) { (0, *index) } else { (1, 0) });
        heavy
    }

    pub(super) fn weight(&self, index: usize) -> i64 {
        self.lines.get(index).map_or(0, |line| line.weight)
    }
}

/// A line that a rule may recognise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The line, or the one that it explains.
    pub(super) index: usize,
    /// How often the weight of the heaviest line has to be halved to come down to this one: 0 to 4.
    pub tier: u32,
    /// The line, without times and step names before it.
    pub text: &'a str,
}
