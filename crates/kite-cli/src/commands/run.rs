//! `kite run -- COMMAND`: runs a command and reports how it ended.

use std::io::{self, ErrorKind, Write};
use std::os::unix::process::ExitStatusExt as _;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future;
use jiff::Timestamp;
use kite_api::Report;
use kite_rules::diagnosis::Tail;
use kite_runtime::redact::redact;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use uuid::Uuid;

use crate::clock::now;
use crate::failure::{Exit, Failure};
use crate::log_tail;
use crate::session::Session;
use crate::subject::Subject;

/// What a shell gives for a command that is not there, and for one that cannot be started.
const NOT_FOUND: u8 = 127;
const NOT_STARTED: u8 = 126;
/// A shell adds this to the number of the signal.
const SIGNALLED: i32 = 128;
/// How long the end of what was said is waited for when the command has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Run a command, report whether it failed, and exit as it did
///
/// What the command says goes through; the end of it goes along with a failure. When KITE cannot be
/// reached that is said, and the exit code is still that of the command. What looks like a secret does
/// not go along, and SIGTERM is passed on to the command.
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
    let (began, tail) = (now(), Mutex::new(Tail::default()));
    let (exit, how) = match execute(&args.command, &tail).await {
        Ok(status) => (code(status), in_words(status)),
        Err(error) => {
            let code = if error.kind() == ErrorKind::NotFound { NOT_FOUND } else { NOT_STARTED };
            (code, format!("could not be started: {error}"))
        }
    };
    let tail = tail.into_inner().unwrap_or_else(PoisonError::into_inner);
    let report = judged(report, &args, exit, &how, tail, began);
    let sent = async { session.wait(session.client().await?.send_reports(&[report])).await };
    let sent = tokio::select! {
        sent = sent => sent,
        _ = ctrl_c() => Err(Failure::problem("interrupted before KITE heard how the command ended")),
    };
    match sent {
        Err(failure) => session.printer.fail(&failure),
        Ok(results) => {
            for error in results.iter().flat_map(|result| &result.errors) {
                session.printer.fail(&Failure::problem(format!("`{}` {}", error.field, error.message)));
            }
        }
    }
    Ok(Exit::Of(exit))
}

async fn execute(command: &[String], tail: &Mutex<Tail>) -> io::Result<ExitStatus> {
    let (program, arguments) = command.split_first().ok_or(ErrorKind::InvalidInput)?;
    // The command gets Ctrl-C as well, and what becomes of it is what counts.
    let _ignored = signal(SignalKind::interrupt())?;
    let mut told_to_end = signal(SignalKind::terminate())?;
    let mut child = Command::new(program).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let mut said = pin!(future::join(pass_on(out, io::stdout(), tail), pass_on(err, io::stderr(), tail)));
    let mut is_said = false;
    let ended = loop {
        tokio::select! {
            ended = child.wait() => break ended?,
            _ = &mut said, if !is_said => is_said = true,
            _ = told_to_end.recv() => tell_to_end(&child),
        }
    };
    if !is_said {
        // What the command has left running may keep its output open for good.
        let _ = timeout(LAST_WORDS, said).await;
    }
    Ok(ended)
}

/// Whoever ends this program means the command.
fn tell_to_end(child: &Child) {
    if let Some(id) = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
        // One that is not there any more has ended already.
        let _ = kill_process(id, Signal::TERM);
    }
}

/// Passes on what the command says, as it is, and keeps the end.
async fn pass_on(from: Option<impl AsyncRead + Unpin>, mut to: impl Write, tail: &Mutex<Tail>) {
    let Some(mut from) = from else { return };
    let mut buffer = vec![0; 8192];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let said = buffer.get(..read).unwrap_or_default();
        tail.lock().unwrap_or_else(PoisonError::into_inner).push(said);
        // When nobody reads it, the command still ends as it would have.
        let _ = to.write_all(said).and_then(|()| to.flush());
    }
}

fn judged(report: Report, args: &Args, exit: u8, how: &str, tail: Tail, began: Timestamp) -> Report {
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
    let command = redact(&command);
    let description = subject.description.clone().unwrap_or_else(|| format!("`{command}` {how}."));
    Report {
        title: Some(subject.title.clone().unwrap_or_else(|| format!("`{command}` failed"))),
        description: Some(log_tail::behind(&description, tail)),
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
