//! What became of reports, batch by batch.

use kite_api::{BatchResponse, ReportOutcome, ReportResult};

use crate::failure::{Exit, Failure};
use crate::output::Format;
use crate::printer::Printer;
use crate::table::plural;

/// Refusals, and warnings, that are told one by one.
const TOLD: usize = 10;
const WORDS: [(ReportOutcome, &str); 5] = [
    (ReportOutcome::Created, "created"),
    (ReportOutcome::Updated, "updated"),
    (ReportOutcome::Duplicate, "known already"),
    (ReportOutcome::Late, "late"),
    (ReportOutcome::Rejected, "rejected"),
];

/// What became of the reports so far.
pub struct Outcome<'s> {
    printer: &'s Printer,
    output: &'s Format,
    counts: [usize; WORDS.len()],
    refusals: usize,
    warnings: usize,
    /// Kept only where they are printed, because there may be any number of them.
    results: Vec<ReportResult>,
}

impl<'s> Outcome<'s> {
    /// Nothing was sent so far.
    pub fn new(printer: &'s Printer, output: &'s Format) -> Result<Self, Failure> {
        match output {
            Format::Table | Format::Json | Format::Yaml | Format::JsonPath(_) => {}
            Format::Wide | Format::Name | Format::Csv => {
                return Err(Format::unknown("table, json, yaml and jsonpath"));
            }
        }
        Ok(Self { printer, output, counts: Default::default(), refusals: 0, warnings: 0, results: Vec::new() })
    }

    /// Counts the results of the next reports, and tells what was refused.
    pub fn add(&mut self, results: Vec<ReportResult>) {
        let first = self.sent();
        for result in results {
            let result = ReportResult { index: first + result.index, ..result };
            self.tell(&result);
            let counts = self.counts.iter_mut().zip(WORDS);
            counts.filter(|(_, (outcome, _))| *outcome == result.result).for_each(|(count, _)| *count += 1);
            if !matches!(self.output, Format::Table) {
                self.results.push(result);
            }
        }
    }

    /// Tells what became of all, and prints it in the form that is wanted.
    pub fn end(self) -> Result<Exit, Failure> {
        let counts = self.counts.iter().zip(WORDS).filter(|(count, _)| **count > 0);
        let counts: Vec<_> = counts.map(|(count, (_, word))| format!("{count} {word}")).collect();
        let counts = if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) };
        self.printer.say(&format!("{}{counts}", plural(self.sent(), "report")));
        let refused = self.refusals > 0;
        // A table has no more to say.
        self.output.print_data(self.printer, &BatchResponse { results: self.results })?;
        Ok(if refused { Exit::Problem } else { Exit::Fine })
    }

    /// How many reports it knows of.
    pub fn sent(&self) -> usize {
        self.counts.iter().sum()
    }

    fn tell(&mut self, result: &ReportResult) {
        if result.result == ReportOutcome::Rejected {
            self.refusals += 1;
            if self.refusals <= TOLD {
                let errors = result.errors.iter().map(|error| format!("`{}` {}", error.field, error.message));
                let errors: Vec<_> = errors.collect();
                self.printer.say(&format!("report {}: {}", result.index + 1, errors.join(", ")));
            }
        }
        for warning in &result.warnings {
            self.warnings += 1;
            if self.warnings <= TOLD {
                self.printer.say(&format!("warning: {warning}"));
            }
        }
    }
}
