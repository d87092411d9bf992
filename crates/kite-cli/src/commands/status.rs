//! `kite status`: one screen, and a gate for releases.

use std::collections::BTreeMap;

use kite_api::{Issue, Severity, State, Summary};
use kite_client::{IssueQuery, Sort};
use serde::Serialize;

use super::list::place;
use crate::clock::now;
use crate::expand::expand;
use crate::failure::{Exit, Failure};
use crate::output::Format;
use crate::query::{self, Filters};
use crate::session::Session;
use crate::table::{self, Detail, SEVERITIES, plural, severity_word};
use crate::text::{Text, Tone};

const SHOWN: u32 = 5;
const RECENTLY: &str = "24h";

/// Show on one screen what is broken and what changed in 24 hours
///
/// With --fail-on the exit code says whether something that bad is broken, so that it can hold back
/// a release.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  kite status -n team-a\n  kite status application:store --fail-on critical")]
pub struct Args {
    /// Which issues.
    #[command(flatten)]
    pub filters: Filters,
    /// Exit with 1 when something is broken that is this bad or worse
    #[arg(long, value_name = "SEVERITY", value_parser = query::severity())]
    pub fail_on: Option<Severity>,
    /// How to print: table, json, yaml or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// What is broken, as data.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    summary: Summary,
    broken_in_last24h: u64,
    worst: Vec<Issue>,
}

/// Shows what is broken.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let namespace = session.namespace(args.filters.all_namespaces).await?;
    let query = args.filters.query(namespace)?;
    if query.states != [State::Active] {
        return Err(Failure::usage("the status is of what is broken now").hint("`kite list` knows --state"));
    }
    // What is over is counted, too.
    let query = expand(session, IssueQuery { states: Vec::new(), ..query }).await?;
    let status = Box::pin(read(session, &query)).await?;
    match &args.output {
        Format::Table => session.printer.show(&screen(session, &status, &query))?,
        output if output.print_data(&session.printer, &status)? => {}
        _ => return Err(Format::unknown("table, json, yaml and jsonpath")),
    }
    let Some(worst_allowed) = args.fail_on else { return Ok(Exit::Fine) };
    let bad = at_least(&status.summary, worst_allowed);
    if bad == 0 {
        return Ok(Exit::Fine);
    }
    let bad = plural(usize::try_from(bad).unwrap_or(usize::MAX), "issue");
    session.printer.say(&format!("{bad} {}: {} or worse", place(&query), severity_word(worst_allowed)));
    Ok(Exit::Problem)
}

async fn read(session: &Session, query: &IssueQuery) -> Result<Status, Failure> {
    let client = session.client().await?;
    let active = IssueQuery { states: vec![State::Active], sort: Some(Sort::Severity), ..query.clone() };
    let worst = IssueQuery { limit: Some(SHOWN), ..active.clone() };
    let recent = IssueQuery { limit: Some(1), detected_from: Some(RECENTLY.to_owned()), ..active };
    let (summary, worst, recent) = session
        .wait(async {
            tokio::try_join!(client.summary(query), client.list_issues(&worst), client.list_issues(&recent))
        })
        .await?;
    let namespace = query.namespace.clone();
    // Whoever asks for what broke since then asks for no more, and both reach until now.
    let broken_in_last24h = recent.total.min(worst.total);
    Ok(Status { namespace, summary, broken_in_last24h, worst: worst.data })
}

fn screen(session: &Session, status: &Status, query: &IssueQuery) -> Text {
    let summary = &status.summary;
    let mut text = Text::default();
    if summary.total.active == 0 {
        text.push(Tone::Good, "Nothing is broken").plain(format!(" {}.", place(query))).end_line();
    } else {
        text.push(Tone::Strong, format!("{} broken", summary.total.active)).plain(format!(" {}: ", place(query)));
        let severities = SEVERITIES.into_iter().filter(|severity| broken(summary, *severity) > 0);
        for (number, severity) in severities.enumerate() {
            text.plain(if number > 0 { ", " } else { "" });
            let words = format!("{} {}", broken(summary, severity), severity_word(severity));
            text.push(Tone::Of(severity), words);
        }
        text.end_line();
        for (name, counts) in [("By type", &summary.by_type), ("By application", &summary.by_application)] {
            let counts = active(counts);
            if !counts.is_empty() {
                text.push(Tone::Faint, format!("{name}: ")).plain(counts).end_line();
            }
        }
    }
    if summary.overdue + summary.due_soon > 0 {
        text.push(Tone::Faint, "To be fixed: ").push(Tone::Strong, format!("{} overdue", summary.overdue));
        text.plain(format!(", {} within 7 days", summary.due_soon)).end_line();
    }
    text.push(Tone::Faint, "In 24 hours: ");
    text.plain(format!("{} broke and still are, {} resolved", status.broken_in_last24h, summary.resolved_last24h));
    text.end_line();
    if !status.worst.is_empty() {
        text.end_line();
        text.append(table::issues(&status.worst, Detail::Short, now(), session.printer.width()));
    }
    text
}

fn active(counts: &BTreeMap<String, kite_api::Count>) -> String {
    let broken = counts.iter().filter(|(_, count)| count.active > 0);
    let name = |name: &String| if name.is_empty() { "none".to_owned() } else { crate::text::one_line(name) };
    let words: Vec<_> = broken.map(|(key, count)| format!("{} {}", name(key), count.active)).collect();
    words.join(", ")
}

/// How many are broken that are at least this bad.
fn at_least(summary: &Summary, severity: Severity) -> u64 {
    SEVERITIES.into_iter().filter(|other| *other >= severity).map(|severity| broken(summary, severity)).sum()
}

fn broken(summary: &Summary, severity: Severity) -> u64 {
    summary.by_severity.get(severity_word(severity)).map_or(0, |count| count.active)
}
