//! `kite rules diagnose`: what KITE says of a log, and why.

use std::path::{Path, PathBuf};

use kite_rules::cause;
use kite_rules::diagnosis::{Context, Diagnosis, Passed, Redacted};
use kite_runtime::redact::redact;

use super::{check, load, unreadable};
use crate::commands::explain::masked;
use crate::failure::{Exit, Failure};
use crate::log_tail;
use crate::session::Session;
use crate::text::{Text, Tone, one_line};

/// What is said in the place of a fingerprint.
const NONE: &str = "none: it says too little to be the same as another failure";
/// Say why something failed, by the end of its log and what Kubernetes says
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Example:\n  \
    kubectl logs my-pod -c step-build | kite rules diagnose --log - --step build --exit-code 1")]
pub struct Args {
    /// Rule files that are in force besides those that come with KITE
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The log of the failing step; `-` for standard input
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["reason", "messages", "exit_code"])]
    pub log: Option<PathBuf>,
    /// What the same step wrote when it passed: lines that are there, too, are not why it failed
    #[arg(long, value_name = "FILE", requires = "log")]
    pub passed: Option<PathBuf>,
    /// Reason of the run, task or container, such as `OOMKilled`
    #[arg(long, default_value = "", hide_default_value = true)]
    pub reason: String,
    /// What a condition or an event of the pod says; may be given several times
    #[arg(long = "message", value_name = "TEXT")]
    pub messages: Vec<String>,
    /// The task that failed
    #[arg(long, default_value = "", hide_default_value = true)]
    pub task: String,
    /// The step that failed
    #[arg(long, default_value = "", hide_default_value = true)]
    pub step: String,
    /// What the step ended with
    #[arg(long, value_name = "NUMBER")]
    pub exit_code: Option<i32>,
    /// A name that only this attempt or component has; may be given several times
    #[arg(long = "name")]
    pub names: Vec<String>,
}

/// Says why something failed, and what its fingerprint is made of.
pub fn run(session: &Session, args: &Args) -> Result<Exit, Failure> {
    let (rules, errors) = load(&args.files)?;
    check::tell(session, &errors)?;
    let context = Context {
        reason: args.reason.clone(),
        task: args.task.clone(),
        step: args.step.clone(),
        exit_code: args.exit_code,
        messages: args.messages.iter().map(|message| Redacted::by(redact, message)).collect(),
        names: args.names.clone(),
        passed: Passed::of(&log_of(args.passed.as_deref())?),
    };
    let log = log_of(args.log.as_deref())?;
    session.printer.show(&text(&rules.diagnose(&context, &log)))?;
    Ok(if errors.is_empty() { Exit::Fine } else { Exit::Problem })
}

fn log_of(path: Option<&Path>) -> Result<Redacted, Failure> {
    path.map_or_else(|| Ok(Redacted::default()), read)
}

fn read(path: &Path) -> Result<Redacted, Failure> {
    let log = log_tail::read(path).map_err(|error| unreadable(path, &error))?;
    Ok(log.redacted_by(redact))
}

fn text(diagnosis: &Diagnosis) -> Text {
    let explanation = cause::explain(diagnosis.class, &diagnosis.step, &diagnosis.message);
    let mut text = Text::default();
    for (what, words) in [
        ("class", format!("{} ({} confidence)", diagnosis.class, diagnosis.confidence)),
        ("summary", diagnosis.summary.clone()),
        ("remedy", diagnosis.remedy.clone().unwrap_or_default()),
        ("fingerprint", explanation.fingerprint.map_or_else(|| NONE.to_owned(), |it| it.to_string())),
        ("made of", explanation.normal_form.clone()),
        ("masked", masked(&explanation)),
    ] {
        if !words.is_empty() {
            text.push(Tone::Strong, format!("{what:<12} ")).plain(one_line(&words)).end_line();
        }
    }
    for line in &diagnosis.excerpt.lines {
        text.push(Tone::Faint, format!("{:>7} | ", line.number)).plain(one_line(&line.text)).end_line();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;

    use kite_rules::RuleSet;

    use super::*;

    fn told(context: &Context, log: &Redacted) -> String {
        text(&RuleSet::builtin().diagnose(context, log)).render(false)
    }

    #[test]
    fn a_log_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        fs::write(&log, "fetching\ncurl: (6) Could not resolve host: a-1.example.com\npassword=hunter2\n").unwrap();
        let context = Context { step: "build".to_owned(), ..Context::default() };
        let words = told(&context, &read(&log).unwrap());
        assert!(words.starts_with("class        network (high confidence)\n"), "{words}");
        assert!(words.contains("made of      curl <*> could not resolve host <*>\n"), "{words}");
        assert!(words.contains("masked       6 (number), a-1.example.com (host)\n"), "{words}");
        assert!(words.contains("\n      2 | curl: (6) Could not resolve host: a-1.example.com"), "{words}");
        assert!(!words.contains("hunter2"), "{words}");
    }

    #[test]
    fn what_is_said_when_it_passes_is_not_why_it_fails() {
        let harmless = "java.net.SocketTimeoutException: Read timed out";
        let log = Redacted::by(redact, &format!("{harmless}\nGET /a 200\nKeyError: 'price'\n"));
        let passed = Passed::of(&Redacted::by(redact, &format!("{harmless}\n")));
        let words = told(&Context { passed, ..Context::default() }, &log);
        assert!(words.contains("made of      keyerror price"), "{words}");
    }

    #[test]
    fn a_reason_is_enough() {
        let context = Context { reason: "OOMKilled".to_owned(), ..Context::default() };
        assert!(told(&context, &Redacted::default()).starts_with("class        out_of_memory"));
    }
}
