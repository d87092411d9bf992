//! `kite rules backtest`: what rule files would have made of objects, and how that differs from today.

use std::path::PathBuf;

use kite_api::{Report, ScopeInput};
use kite_rules::{Config, RuleSet, Surroundings};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{check, load, objects};
use crate::failure::{Exit, Failure};
use crate::output::Format;
use crate::session::Session;
use crate::table::plural;
use crate::text::{Text, Tone, one_line};

/// Show how rule files would change what is reported about objects
///
/// Each object is judged by the rules in force today and by those with the files; objects of which
/// both say the same are only counted. Nothing is overdue when a dump is judged.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    kubectl get pipelineruns -A -o yaml > runs.yaml\n  \
    kite rules backtest build.yaml -f runs.yaml")]
pub struct Args {
    /// Rule files to try, or folders of them
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Rule files of today, or folders of them, beside those that come with KITE
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub today: Vec<PathBuf>,
    /// Objects: YAML or JSON files, folders, .tar, .tar.gz, .zip
    #[arg(short = 'f', long = "object", required = true, value_name = "FILE", num_args = 1..)]
    pub objects: Vec<PathBuf>,
    /// How to print: table, json, yaml or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// An object of which the rules say something else than today's.
#[derive(Debug, Serialize)]
struct Difference {
    object: String,
    place: String,
    today: Said,
    then: Said,
}

/// What rules say about an object.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Said {
    detector: String,
    reports: Vec<Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Tries rules on objects, beside those of today.
pub fn run(session: &Session, args: &Args) -> Result<Exit, Failure> {
    let (today, mut errors) = load(&args.today)?;
    let (then, more) = load(&args.files)?;
    errors.extend(more);
    if !errors.is_empty() {
        check::tell(session, &errors)?;
        return Err(Failure::problem("the rule files are not sound").hint("correct them first"));
    }
    let mut differences = Vec::new();
    let read = objects::each(session, &args.objects, |item| {
        let (before, after) = (say(&today, &item.object), say(&then, &item.object));
        if (&before.reports, &before.error) != (&after.reports, &after.error) {
            let (object, place) = (objects::name(&item.object), item.origin.to_string());
            differences.push(Difference { object, place, today: before, then: after });
        }
    })?;
    match &args.output {
        Format::Table => session.printer.show(&text(&differences))?,
        output => {
            if !output.print_data(&session.printer, &json!({"data": differences, "objects": read.objects}))? {
                return Err(Format::unknown("table, json, yaml and jsonpath"));
            }
        }
    }
    let objects = plural(usize::try_from(read.objects).unwrap_or(usize::MAX), "object");
    session.printer.say(&format!("{objects} judged, {} differently", differences.len()));
    Ok(if read.is_whole { Exit::Fine } else { Exit::Problem })
}

fn say(rules: &RuleSet, object: &Value) -> Said {
    let (config, related) = (Config::default(), Map::new());
    match rules.judge(object, Surroundings { config: &config, now: None, related: &related }) {
        Err(error) => Said { detector: String::new(), reports: Vec::new(), error: Some(error.to_string()) },
        Ok(judgement) => {
            let reports = judgement.said.into_iter().map(|said| said.report).collect();
            Said { detector: judgement.detector, reports, error: None }
        }
    }
}

fn text(differences: &[Difference]) -> Text {
    let mut text = Text::default();
    for difference in differences {
        text.push(Tone::Strong, one_line(&difference.object));
        text.push(Tone::Faint, format!("  {}", one_line(&difference.place))).end_line();
        changes(&mut text, &difference.today, &difference.then);
    }
    text
}

/// What is not said any more, what is said instead, and what is new.
fn changes(text: &mut Text, today: &Said, then: &Said) {
    for report in today.reports.iter().filter(|report| !then.reports.contains(report)) {
        match then.reports.iter().find(|other| key(other) == key(report)) {
            None => line(text, '-', &today.detector, report, ""),
            Some(other) => line(text, '~', &then.detector, other, &format!(" (other: {})", fields(report, other))),
        }
    }
    let is_known = |report: &&Report| today.reports.iter().any(|other| key(other) == key(report));
    for report in then.reports.iter().filter(|report| !is_known(report)) {
        line(text, '+', &then.detector, report, "");
    }
    for (sign, said) in [('-', today), ('+', then)] {
        if let Some(error) = &said.error {
            text.plain(format!("  {sign} {}", one_line(error))).end_line();
        }
    }
}

/// What a report is about.
fn key(report: &Report) -> (&Option<String>, &Option<String>, &Option<ScopeInput>, &Option<String>) {
    (&report.namespace, &report.issue_type, &report.scope, &report.variant)
}

/// The fields in which two reports differ.
fn fields(one: &Report, other: &Report) -> String {
    let (one, other) = (json!(one), json!(other));
    let fields =
        |value: &Value| value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let mut names: Vec<_> = fields(&one).into_iter().chain(fields(&other)).collect();
    names.sort();
    names.dedup();
    names.retain(|name| one.get(name) != other.get(name));
    names.join(", ")
}

fn line(text: &mut Text, sign: char, detector: &str, report: &Report, more: &str) {
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    let words = [
        format!("{detector}:"),
        word(&report.verdict),
        word(&report.severity),
        word(&report.issue_type),
        word(&report.namespace),
        report.scope.as_ref().map(shown).unwrap_or_default(),
        word(&report.variant),
        word(&report.title),
    ];
    let words: Vec<_> = words.iter().filter(|word| !word.is_empty()).map(|word| one_line(word)).collect();
    text.plain(format!("  {sign} {}{more}", words.join(" "))).end_line();
}

fn shown(scope: &ScopeInput) -> String {
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    format!("{}/{}", word(&scope.resource_type), word(&scope.resource_name))
}
