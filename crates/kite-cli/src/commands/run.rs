//! `kite run -- COMMAND`: runs a command and reports how it ended.

use std::io::Write;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use kite_api::Report;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

use crate::clock::now;
use crate::failure::{Exit, Failure};
use crate::log_tail::LogTail;
use crate::session::Session;
use crate::subject::Subject;

/// What a shell gives for a command that is not there.
const NOT_FOUND: u8 = 127;
/// A shell adds this to the number of the signal.
const SIGNALLED: i32 = 128;

/// Run a command, report whether it failed, and exit as it did
///
/// What the command says goes through; the end of it goes along with a failure. When KITE cannot be
/// reached that is said, and the exit code is still that of the command.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  kite run -n team-a --scope component/shop --type test -- make test")]
pub struct Args {
    /// What it is about.
    #[command(flatten)]
    pub subject: Subject,
    /// The command
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Runs a command and reports how it ended.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    // What is missing is said before the command runs, not after an hour.
    let report = args.subject.report(session.namespace(false).await?)?;
    let (began, tail) = (now(), Arc::new(Mutex::new(LogTail::default())));
    let (exit, how) = match execute(&args.command, &tail).await {
        Ok(status) => (code(status), in_words(status)),
        Err(error) => (NOT_FOUND, format!("could not be started: {error}")),
    };
    let tail = tail.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let report = judged(report, &args, exit, &how, &tail, began);
    let sent = async { session.wait(session.client().await?.send_reports(&[report])).await };
    match sent.await {
        Err(failure) => session.printer.fail(&failure),
        Ok(results) => {
            for error in results.iter().flat_map(|result| &result.errors) {
                session.printer.fail(&Failure::problem(format!("`{}` {}", error.field, error.message)));
            }
        }
    }
    Ok(Exit::Of(exit))
}

async fn execute(command: &[String], tail: &Arc<Mutex<LogTail>>) -> std::io::Result<ExitStatus> {
    let (program, arguments) = command.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut child = Command::new(program).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    // The command gets Ctrl-C as well, and what becomes of it is what counts.
    let _ignored = signal(SignalKind::interrupt())?;
    tokio::join!(pass_on(out, std::io::stdout(), tail), pass_on(err, std::io::stderr(), tail));
    child.wait().await
}

/// Passes on what the command says, as it is, and keeps the end.
async fn pass_on(from: Option<impl AsyncRead + Unpin>, mut to: impl Write, tail: &Mutex<LogTail>) {
    let Some(mut from) = from else { return };
    let mut buffer = vec![0; 8192];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let said = buffer.get(..read).unwrap_or_default();
        tail.lock().unwrap_or_else(PoisonError::into_inner).push(said);
        // When nobody reads it, the command still ends as it would have.
        let _ = to.write_all(said).and_then(|()| to.flush());
    }
}

fn judged(report: Report, args: &Args, exit: u8, how: &str, tail: &LogTail, began: Timestamp) -> Report {
    let subject = &args.subject;
    let report = Report {
        verdict: Some(if exit == 0 { "healthy" } else { "failing" }.to_owned()),
        // Only the very problem that this command would report is over when it is healthy.
        issue_type: Some(report.issue_type.clone().unwrap_or_else(|| "pipeline".to_owned())),
        variant: Some(report.variant.clone().unwrap_or_default()),
        run_id: Some(Uuid::now_v7().to_string()),
        occurred_at: Some(began.to_string()),
        ended_at: Some(now().to_string()),
        ..report
    };
    if exit == 0 {
        return report;
    }
    let command = args.command.join(" ");
    let description = subject.description.clone().unwrap_or_else(|| format!("`{command}` {how}."));
    Report {
        title: Some(subject.title.clone().unwrap_or_else(|| format!("`{command}` failed"))),
        description: Some(tail.behind(&description)),
        severity: Some(subject.severity()),
        reason: Some(format!("exit{exit}")),
        ..report
    }
}

fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| SIGNALLED + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

fn in_words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended in an unknown way".to_owned(),
    }
}
