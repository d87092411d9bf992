//! `kite trends`: what was broken when.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use kite_api::{Severity, TrendDay, Trends};

use crate::clock::span;
use crate::expand::expand;
use crate::failure::{Exit, Failure};
use crate::find::short_id;
use crate::output::Format;
use crate::query::Filters;
use crate::session::Session;
use crate::table::{severity_word, table};
use crate::text::{Text, Tone};

/// Show what was broken in the last days, what is broken longest and what keeps coming back
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  kite trends -n team-a\n  kite trends application:store --days 90")]
pub struct Args {
    /// Which issues.
    #[command(flatten)]
    pub filters: Filters,
    /// How many days, today included
    #[arg(long, value_name = "NUMBER", default_value = "14", value_parser = days())]
    pub days: u16,
    /// How to print: table, json, yaml or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

fn days() -> impl clap::builder::TypedValueParser<Value = u16> {
    PossibleValuesParser::new(["14", "30", "90"]).try_map(|text| text.parse::<u16>())
}

/// Shows what was broken.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let namespace = session.namespace(args.filters.all_namespaces).await?;
    // What is over was broken, too.
    let query = expand(session, args.filters.query_of(namespace, Vec::new())?).await?;
    let trends = session.wait(session.client().await?.trends(&query, args.days)).await?;
    let printer = &session.printer;
    match &args.output {
        Format::Table => printer.show(&screen(&trends, printer.width()))?,
        output if output.print_data(printer, &trends)? => {}
        _ => return Err(Format::unknown("table, json, yaml and jsonpath")),
    }
    if !trends.is_complete {
        printer
            .say("there is too much: only the worst and newest is in these figures; ask for fewer days, or for less");
    }
    Ok(Exit::Fine)
}

fn screen(trends: &Trends, width: usize) -> Text {
    let head = ["WORST", "DATE", "OPENED", "RESOLVED", "ACTIVE"];
    let mut text = table(&head, trends.days.iter().map(day).collect(), width);
    if let Some(seconds) = trends.mean_time_to_recovery_seconds {
        text.end_line().plain(format!("Until it was over it took {} on average.", span(seconds))).end_line();
    }
    if !trends.components.is_empty() {
        text.heading("Broken longest");
        let rows = trends.components.iter().map(|component| {
            let broken = span(component.active_seconds);
            let names = [&component.namespace, &component.application, &component.component].map(String::clone);
            (Tone::Strong, [[broken, component.episodes.to_string()].as_slice(), &names].concat())
        });
        let head = ["BROKEN", "EPISODES", "NAMESPACE", "APPLICATION", "COMPONENT"];
        text.append(table(&head, rows.collect(), width));
    }
    if !trends.flapping.is_empty() {
        text.heading("Comes back most often");
        let rows = trends.flapping.iter().map(|flapping| {
            let issue = &flapping.issue;
            let resource = format!("{}/{}", issue.scope.resource_type, issue.scope.resource_name);
            let count = flapping.episodes.to_string();
            let row = vec![count, issue.namespace.clone(), resource, short_id(issue.id), issue.title.clone()];
            (Tone::Of(issue.severity), row)
        });
        text.append(table(&["EPISODES", "NAMESPACE", "RESOURCE", "ID", "TITLE"], rows.collect(), width));
    }
    text
}

fn day(day: &TrendDay) -> (Tone, Vec<String>) {
    let worst = day.worst.map_or("-", severity_word);
    let tone = day.worst.map_or(Tone::Good, |severity: Severity| Tone::Of(severity));
    let counts = [day.opened, day.resolved, day.active_at_end].map(|count| count.to_string());
    (tone, [[worst.to_owned(), day.date.clone()].as_slice(), &counts].concat())
}
