//! `kite report`: what a script or a pipeline has to say.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use clap::ValueEnum;
use kite_api::Report;
use tokio::sync::mpsc;

use super::outcome::Outcome;
use super::report_file::read;
use crate::failure::{Exit, Failure};
use crate::log_tail;
use crate::output::Format;
use crate::session::Session;
use crate::subject::Subject;

/// Report that something is broken, healthy or gone
///
/// The same scope, type and variant are the same issue, however often it fails. Without a VERDICT,
/// reports are read from a file, one JSON object after the other, and sent while it is read.
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
    /// Log of which the end goes along; - is standard input
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
    let mut outcome = Outcome::new(&session.printer, &args.output)?;
    if let Some(path) = &args.file {
        let sent = send_all(session, path.clone(), &mut outcome).await;
        if sent.is_err() && outcome.sent() == 0 {
            return sent.map(|()| Exit::Fine);
        }
        // What came before a mistake was sent, and what became of it is worth knowing.
        return outcome.end().and_then(|exit| sent.map(|()| exit));
    }
    let verdict = args.verdict.unwrap_or(Verdict::Failing);
    let report = report(&args, verdict, session.namespace(false).await?)?;
    outcome.add(session.wait(session.client().await?.send_reports(&[report])).await?);
    outcome.end()
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
        Some(path) => {
            let log = log_tail::read(path)
                .map_err(|error| Failure::usage(format!("failed to read the log `{}`: {error}", path.display())))?;
            log_tail::behind(&description, log)
        }
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

/// Sends the reports of a file while it is read; a few groups of them are in memory at once.
async fn send_all(session: &Session, path: PathBuf, outcome: &mut Outcome<'_>) -> Result<(), Failure> {
    let client = session.client().await?;
    let (sender, mut receiver) = mpsc::channel(1);
    let reading = tokio::task::spawn_blocking(move || {
        // Whoever does not listen any more has failed already, and says so.
        let hand_over = |group| sender.blocking_send(group).is_ok();
        if path.as_os_str() == "-" {
            return read(io::stdin().lock(), "standard input", hand_over);
        }
        let name = path.display().to_string();
        let file = File::open(&path).map_err(|error| format!("failed to read `{name}`: {error}"))?;
        read(file, &name, hand_over)
    });
    while let Some(group) = receiver.recv().await {
        outcome.add(session.wait(client.send_reports(&group)).await?);
    }
    let read = reading.await.map_err(|error| Failure::problem(format!("failed to read: {error}")))?;
    read.map_err(Failure::usage)
}
