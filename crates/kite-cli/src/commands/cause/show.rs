//! `kite cause show`: everything about a cause.

use clap_complete::ArgValueCompleter;
use jiff::Timestamp;
use kite_api::{Cause, CauseDetails, CauseReason, IssueRef, Movement, State, Suspicion};

use crate::clock::{age, now};
use crate::commands::describe::unseen;
use crate::completion;
use crate::failure::{Exit, Failure};
use crate::find::short_id;
use crate::find_cause;
use crate::output::Format;
use crate::session::Session;
use crate::table::{counted, plural, severity_word, state_word, table};
use crate::text::{Text, Tone, one_line};

/// Show everything about a cause: why, what helps, who has it, is it spreading
///
/// It is told from all issues that you may see, or from those of the namespace that -n names.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    kite cause show cve/CVE-2024-1234\n  \
    kite cause show f1-0c5b2a9d      # as `kite causes` shows it\n  \
    kite cause show component/shop   # of that issue")]
pub struct Args {
    /// Its key, or one of its issues
    #[arg(value_name = "CAUSE", add = ArgValueCompleter::new(completion::causes_and_issues))]
    pub cause: String,
    /// How to print: table, json, yaml, name or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// Shows a cause.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    // Who else has it is what is asked, so a namespace counts only when it is named now.
    let namespace = session.global.namespace.as_deref();
    let found = find_cause::one(session, &args.cause, namespace).await?;
    let printer = &session.printer;
    match &args.output {
        Format::Table => printer.show(&everything(&found, now(), printer.width()))?,
        Format::Name => printer.print(&format!("{}\n", one_line(&found.cause.key)))?,
        output if output.print_data(printer, &found)? => {}
        _ => return Err(Format::unknown("table, json, yaml, name and jsonpath")),
    }
    Ok(Exit::Fine)
}

fn everything(found: &CauseDetails, now: Timestamp, width: usize) -> Text {
    let mut text = Text::default();
    about(&mut text, found, now);
    text.heading("By reason");
    for (number, reason) in found.by_reason.iter().enumerate() {
        if number > 0 {
            text.end_line();
        }
        self::reason(&mut text, reason, width);
    }
    text.heading("By namespace");
    for place in &found.by_namespace {
        let counts = format!("{} of {}", counted(place.issues, "issue"), counted(place.components, "component"));
        text.field(&one_line(&place.namespace), Tone::Plain, &counts);
    }
    if !found.suspicions.is_empty() {
        text.heading("Perhaps it came with");
        found.suspicions.iter().for_each(|suspicion| self::suspicion(&mut text, suspicion));
    }
    let active: Vec<_> = found.days.iter().map(|day| day.active_at_end.to_string()).collect();
    text.heading(&format!("Active at the end of the last {}", plural(active.len(), "day")));
    text.plain(format!("  {}", active.join(" "))).end_line();
    if !found.is_complete {
        text.end_line().plain("It has too many issues: only the worst and newest are in these figures.").end_line();
    }
    text
}

fn about(text: &mut Text, found: &CauseDetails, now: Timestamp) {
    let Cause { key, title, state, severity, hidden, .. } = &found.cause;
    let cause = &found.cause;
    text.push(Tone::Strong, one_line(title)).end_line();
    text.field("Severity", Tone::Of(*severity), severity_word(*severity));
    let tone = if *state == State::Resolved { Tone::Good } else { Tone::Plain };
    text.field("State", tone, state_word(*state));
    let ago = |time: Timestamp| format!("{time} ({} ago)", age(now, time));
    let issues = format!(
        "{} of {} in {}",
        counted(cause.issues, "issue"),
        counted(cause.components, "component"),
        counted(cause.namespaces, "namespace")
    );
    for (name, value) in [
        ("Cause", key.clone()),
        ("Issues", issues),
        ("Hidden", unseen(*hidden).map(|words| format!("and {words}")).unwrap_or_default()),
        ("Overdue", if cause.overdue > 0 { counted(cause.overdue, "issue") } else { String::new() }),
        ("Due", cause.due_at.map(|at| at.to_string()).unwrap_or_default()),
        ("First seen", ago(cause.first_seen_at)),
        ("Last seen", ago(cause.last_seen_at)),
        ("Resolved", cause.resolved_at.map(ago).unwrap_or_default()),
        ("Movement", movement(found)),
    ] {
        text.field(name, Tone::Plain, &value);
    }
}

fn movement(found: &CauseDetails) -> String {
    let word = match found.movement {
        Movement::Spreading => "spreading",
        Movement::Steady => "steady",
        Movement::Shrinking => "shrinking",
    };
    let active_now = found.days.last().map_or(0, |day| day.active_at_end);
    format!("{word}: {active_now} active now, {} yesterday", found.active_yesterday)
}

fn reason(text: &mut Text, reason: &CauseReason, width: usize) {
    let name = one_line(&reason.reason);
    let name = if name.is_empty() { "no reason is known".to_owned() } else { name };
    let counts = format!("{} of {}", counted(reason.issues, "issue"), counted(reason.components, "component"));
    text.plain("  ").push(Tone::Strong, name).plain(format!(" ({counts})")).end_line();
    text.field("What helps", Tone::Good, reason.remedy.as_deref().unwrap_or_default());
    let row = |issue: &IssueRef| {
        let resource = format!("{}/{}", issue.scope.resource_type, issue.scope.resource_name);
        let severity = severity_word(issue.severity).to_owned();
        (
            Tone::Of(issue.severity),
            vec![severity, issue.namespace.clone(), resource, short_id(issue.id), issue.title.clone()],
        )
    };
    let rows: Vec<_> = reason.examples.iter().map(row).collect();
    let shown = table(&["SEVERITY", "NAMESPACE", "RESOURCE", "ID", "TITLE"], rows, width);
    text.append(shown);
    let more = reason.issues.saturating_sub(reason.examples.len() as u64);
    if more > 0 {
        text.push(Tone::Faint, format!("and {more} more")).end_line();
    }
}

/// What all of them have in common, with the counts: it is no more than a suspicion.
fn suspicion(text: &mut Text, suspicion: &Suspicion) {
    let Suspicion { what, value, elsewhere, others } = suspicion;
    let counts = format!("{value} (all of these have it, and {elsewhere} of {others} others)");
    text.field(&one_line(what), Tone::Plain, &counts);
}
