//! `kite report`: what a script or a pipeline has to say.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;

use clap::ValueEnum;
use kite_api::{BatchResponse, Report, ReportOutcome, ReportResult};
use serde_json::Deserializer;
use tokio::sync::mpsc;

use crate::failure::{Exit, Failure};
use crate::log_tail::LogTail;
use crate::output::Format;
use crate::session::Session;
use crate::subject::Subject;
use crate::table::plural;

/// Reports that are sent together.
const BATCH: usize = 1_000;
/// Refusals that are told one by one.
const TOLD: usize = 10;

/// Report that something is broken, healthy or gone
///
/// The same scope, type and variant are the same issue, however often it fails. Without a VERDICT,
/// reports are read from a file, one JSON object after the other.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    kite report failing -n team-a --scope component/shop --type build \\\n      \
    --title 'Build of shop failed' --log build.log --link Log=$BUILD_URL\n  \
    kite report healthy -n team-a --scope component/shop --type build\n  \
    produce-reports | kite report -f -")]
pub struct Args {
    /// What is to be said
    #[arg(value_enum, required_unless_present = "file")]
    pub verdict: Option<Verdict>,
    /// What it is about.
    #[command(flatten)]
    pub subject: Subject,
    /// Log of which the end goes along
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Names the attempt; reports of the same attempt count once
    #[arg(long, value_name = "ID")]
    pub run_id: Option<String>,
    /// When the attempt began [default: now]
    #[arg(long, value_name = "TIME")]
    pub occurred_at: Option<String>,
    /// Reports to send, as NDJSON or a JSON array; - is standard input
    #[arg(short, long, value_name = "FILE", conflicts_with = "verdict")]
    pub file: Option<PathBuf>,
    /// How to print what became of the reports: table, json, yaml or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// What is said of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    /// It is broken
    Failing,
    /// It is not, or not any more
    Healthy,
    /// It does not exist any more
    Gone,
}

/// Sends reports.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let results = match (&args.file, args.verdict) {
        (Some(path), _) => send_all(session, path.clone()).await?,
        (None, verdict) => {
            let report = report(&args, verdict.unwrap_or(Verdict::Failing), session.namespace(false).await?)?;
            session.wait(session.client().await?.send_reports(&[report])).await?
        }
    };
    tell(session, &args.output, results)
}

fn report(args: &Args, verdict: Verdict, namespace: Option<String>) -> Result<Report, Failure> {
    let subject = &args.subject;
    let report =
        Report { run_id: args.run_id.clone(), occurred_at: args.occurred_at.clone(), ..subject.report(namespace)? };
    if verdict != Verdict::Failing {
        let word = if verdict == Verdict::Healthy { "healthy" } else { "gone" };
        return Ok(Report { verdict: Some(word.to_owned()), ..report });
    }
    let title = subject
        .title
        .clone()
        .ok_or_else(|| Failure::usage("a failure needs a title").hint("say what is broken in one line with --title"))?;
    let description = subject.description.clone().unwrap_or_default();
    let description = match &args.log {
        None => description,
        Some(path) => LogTail::read(path)
            .map_err(|error| Failure::usage(format!("failed to read the log `{}`: {error}", path.display())))?
            .behind(&description),
    };
    Ok(Report {
        verdict: Some("failing".to_owned()),
        issue_type: Some(report.issue_type.clone().unwrap_or_else(|| "pipeline".to_owned())),
        severity: Some(subject.severity()),
        // Something must be said.
        description: Some(if description.trim().is_empty() { title.clone() } else { description }),
        title: Some(title),
        ..report
    })
}

/// Sends the reports of a file while it is read, in bounded memory.
async fn send_all(session: &Session, path: PathBuf) -> Result<Vec<ReportResult>, Failure> {
    let (sender, mut receiver) = mpsc::channel(2);
    let reading = tokio::task::spawn_blocking(move || {
        if path.as_os_str() == "-" {
            return read(io::stdin().lock(), "standard input", &sender);
        }
        let name = path.display().to_string();
        let file = File::open(&path).map_err(|error| Failure::usage(format!("failed to read `{name}`: {error}")))?;
        read(file, &name, &sender)
    });
    let mut results = Vec::new();
    while let Some(batch) = receiver.recv().await {
        let sent: Vec<ReportResult> = session.wait(session.client().await?.send_reports(&batch)).await?;
        let first = results.len();
        results.extend(sent.into_iter().map(|result| ReportResult { index: first + result.index, ..result }));
    }
    let read = reading.await.map_err(|error| Failure::problem(format!("failed to read: {error}")))?;
    // What came before a mistake was sent, and its results are worth knowing.
    if let Err(failure) = read {
        session.printer.say(&format!("{} sent before the mistake", plural(results.len(), "report")));
        return Err(failure);
    }
    Ok(results)
}

/// Reads reports, one after the other or in an array.
fn read(source: impl Read, name: &str, sender: &mpsc::Sender<Vec<Report>>) -> Result<(), Failure> {
    let wrong =
        |error: &serde_json::Error| Failure::usage(format!("{name}:{}:{}: {error}", error.line(), error.column()));
    let mut batch = Vec::new();
    for item in Deserializer::from_reader(BufReader::new(source)).into_iter::<OneOrMany>() {
        let item = match item {
            Ok(item) => item,
            Err(error) => {
                // Whoever does not listen any more has failed already, and says so.
                let _ = sender.blocking_send(batch);
                return Err(wrong(&error));
            }
        };
        match item {
            OneOrMany::One(report) => batch.push(*report),
            OneOrMany::Many(reports) => batch.extend(reports),
        }
        if batch.len() >= BATCH && sender.blocking_send(std::mem::take(&mut batch)).is_err() {
            return Ok(());
        }
    }
    if !batch.is_empty() {
        let _ = sender.blocking_send(batch);
    }
    Ok(())
}

#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "expected a report, or a list of them")]
enum OneOrMany {
    Many(Vec<Report>),
    One(Box<Report>),
}

fn tell(session: &Session, output: &Format, results: Vec<ReportResult>) -> Result<Exit, Failure> {
    let printer = &session.printer;
    let refused = results.iter().filter(|result| result.result == ReportOutcome::Rejected);
    for result in refused.clone().take(TOLD) {
        let errors: Vec<_> = result.errors.iter().map(|error| format!("`{}` {}", error.field, error.message)).collect();
        printer.say(&format!("report {}: {}", result.index + 1, errors.join(", ")));
    }
    for warning in results.iter().flat_map(|result| &result.warnings).take(TOLD) {
        printer.say(&format!("warning: {warning}"));
    }
    let refused = refused.count();
    let counts = [
        ("created", ReportOutcome::Created),
        ("updated", ReportOutcome::Updated),
        ("known already", ReportOutcome::Duplicate),
        ("late", ReportOutcome::Late),
        ("rejected", ReportOutcome::Rejected),
    ];
    let of = |outcome| results.iter().filter(|result| result.result == outcome).count();
    let counts = counts.into_iter().map(|(word, outcome)| (word, of(outcome))).filter(|(_, count)| *count > 0);
    let counts: Vec<_> = counts.map(|(word, count)| format!("{count} {word}")).collect();
    printer.say(&format!("{} ({})", plural(results.len(), "report"), counts.join(", ")));
    match output {
        Format::Table => {}
        output if output.print_data(printer, &BatchResponse { results })? => {}
        _ => return Err(Format::unknown("table, json, yaml and jsonpath")),
    }
    Ok(if refused == 0 { Exit::Fine } else { Exit::Problem })
}
