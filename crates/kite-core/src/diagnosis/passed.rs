//! What a step writes when it passes: why it failed is not there.

use super::line::without_marks;
use super::reading::MOST_LINES;
use super::tail::Redacted;
use super::weight::template;

/// What the same step of the same component wrote when it passed last, without what differs from run to run.
///
/// Builds are full of lines that sound bad and are harmless. No list of words knows those of all tools; a run that
/// passed does. Holds 8 bytes for each line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Sorted.
    templates: Vec<u64>,
}

impl Passed {
    /// Reads the log of a step that passed; nothing is known by an empty one.
    pub fn of(log: &Redacted) -> Self {
        let lines = log.as_str().lines().rev().take(MOST_LINES);
        let mut templates: Vec<_> = lines.map(|line| template(without_marks(line).trim_end())).collect();
        templates.sort_unstable();
        templates.dedup();
        Self { templates }
    }

    /// Whether a line with this template was there.
    pub(super) fn has(&self, template: u64) -> bool {
        self.templates.binary_search(&template).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_known_again_whatever_their_numbers() {
        let log = Redacted::by(|text| text.into(), "10:00:01 warning: 3 of 40 probes failed at src/a.c:12\n\n");
        let passed = Passed::of(&log);
        assert!(passed.has(template("warning: 7 of 50 probes failed at src/b.c:3")));
        assert!(!passed.has(template("error: 7 of 50 probes failed at src/b.c:3")));
        assert!(!Passed::default().has(template("")));
    }
}
