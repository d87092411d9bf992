//! The table: what was measured, against what, and whether that is enough.

use std::{fmt, time::Duration};

use comfy_table::{Table, presets::ASCII_MARKDOWN};

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// The figure.
    pub measured: String,
    /// What it is compared with.
    pub reference: String,
    /// The figure in terms of the reference.
    pub ratio: String,
    /// What it must reach.
    pub target: String,
    /// Whether it does.
    pub verdict: Verdict,
}

/// Whether a target is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Ok,
    /// It is not.
    Under,
    /// There is no target.
    Shown,
    /// It could not be measured.
    Failed(String),
}

impl Row {
    /// A figure without a target.
    pub fn shown(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            measured: measured.into(),
            reference: String::new(),
            ratio: String::new(),
            target: String::new(),
            verdict: Verdict::Shown,
        }
    }

    /// A measurement that broke off.
    pub fn failed(what: impl Into<String>, error: &anyhow::Error) -> Self {
        Self { verdict: Verdict::Failed(format!("{error:#}")), ..Self::shown(what, "") }
    }

    /// Says what it is compared with.
    #[must_use]
    pub fn beside(mut self, reference: impl Into<String>, ratio: f64) -> Self {
        self.reference = reference.into();
        self.ratio = format!("{ratio:.2}");
        self
    }

    /// Says what it must reach and whether it does.
    #[must_use]
    pub fn must(mut self, target: impl Into<String>, is_reached: bool) -> Self {
        self.target = target.into();
        self.verdict = if is_reached { Verdict::Ok } else { Verdict::Under };
        self
    }

    /// Whether this line spoils the run.
    pub fn is_bad(&self) -> bool {
        matches!(self.verdict, Verdict::Under | Verdict::Failed(_))
    }

    fn cells(&self) -> [String; 6] {
        let Self { what, measured, reference, ratio, target, verdict } = self.clone();
        [what, measured, reference, ratio, target, verdict.to_string()]
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Under => f.write_str("UNDER"),
            Self::Shown => f.write_str("-"),
            Self::Failed(error) => write!(f, "FAILED: {error}"),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.cells();
        let words: Vec<_> = cells.iter().filter(|cell| !cell.is_empty()).map(String::as_str).collect();
        f.write_str(&words.join(" | "))
    }
}

/// The lines as a table that is also Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["what", "measured", "reference", "ratio", "target", "verdict"]);
    table.add_rows(rows.iter().map(Row::cells));
    table.to_string()
}

/// A rate for people: `12,345/s`.
pub fn rate(per_second: f64) -> String {
    grouped(&format!("{per_second:.0}")) + "/s"
}

/// A number for people: `12,345`.
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time for people: `1.23 ms`.
pub fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_markdown_and_names_what_is_under_its_target() {
        let good = Row::shown("posts", rate(12_345.6)).beside("pgbench 20,000/s", 0.617).must("≥ 0.5", true);
        let bad = Row::shown("reads", millis(Duration::from_micros(31_250))).must("< 25 ms", false);
        assert!(bad.is_bad() && !good.is_bad());
        let table = table(&[good, bad]);
        assert!(table.lines().nth(1).unwrap().starts_with("|--"), "{table}");
        assert!(table.contains("| posts | 12,346/s | pgbench 20,000/s | 0.62  | ≥ 0.5   | ok"), "{table}");
        assert!(table.contains("31.25 ms") && table.contains("UNDER"), "{table}");
    }

    #[test]
    fn rates_are_grouped_by_thousands() {
        assert_eq!([rate(7.0), rate(700.4), rate(1_234_567.0)], ["7/s", "700/s", "1,234,567/s"]);
    }
}
